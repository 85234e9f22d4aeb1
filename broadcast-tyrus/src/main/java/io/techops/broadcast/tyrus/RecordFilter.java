package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.memory.MemoryManager;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Grizzly's TLS filter, and gives it whole records only: so that nothing is left in it when a connection
 * becomes a peer's, which takes what {@linkplain #begun is left here}. And it lets nobody shake hands twice, which
 * Grizzly would wait for on a reading thread.
 */
final class RecordFilter extends BaseFilter {

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int APPLICATION_DATA = 23;
    private static final int MAJOR_VERSION = 3;
    private static final Attribute<Seen> SEEN =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(RecordFilter.class.getName() + ".seen", Seen::new);

    /** What is known of a connection. Owned by its reading thread. */
    private static final class Seen {
        private @Nullable ByteBuffer begun;
        /** After that comes one handshake message in the clear, or what looks like one, and no more. */
        private boolean changed;
        private boolean finished;
    }

    /** {@return the beginning of a record, whose rest has not come, or null} */
    static @Nullable ByteBuffer begun(Connection<?> connection) {
        return SEEN.get(connection).begun;
    }

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        Seen seen = SEEN.get(ctx.getConnection());
        Buffer input = ctx.getMessage();
        if (seen.begun != null) {
            MemoryManager<?> memory = ctx.getMemoryManager();
            input = Buffers.appendBuffers(memory, Buffers.wrap(memory, seen.begun), input);
            seen.begun = null;
        }
        int end = endOfWhole(input, seen);
        if (end < input.limit()) {
            ByteBuffer rest = ByteBuffer.allocate(input.limit() - end);
            for (int i = end; i < input.limit(); i++) {
                rest.put(input.get(i));
            }
            seen.begun = rest.flip();
            if (end == input.position()) {
                input.tryDispose();
                return ctx.getStopAction();
            }
            input.limit(end);
        }
        ctx.setMessage(input);
        return ctx.getInvokeAction();
    }

    /** {@return where the last whole record ends; the limit if these are no records} */
    private static int endOfWhole(Buffer input, Seen seen) throws SSLException {
        int at = input.position();
        while (input.limit() - at >= Records.HEADER_BYTES) {
            int type = input.get(at) & 0xFF;
            if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA || input.get(at + 1) != MAJOR_VERSION) {
                return input.limit(); // the TLS filter says what is wrong
            }
            int length = input.getShort(at + Records.HEADER_BYTES - 2) & 0xFFFF;
            if (length > Records.MOST_BYTES) {
                throw new SSLException("a record of " + length + " bytes is too long");
            }
            int next = at + Records.HEADER_BYTES + length;
            if (next > input.limit()) {
                return at;
            }
            check(type, seen);
            at = next;
        }
        return at;
    }

    private static void check(int type, Seen seen) throws SSLException {
        if (type == CHANGE_CIPHER_SPEC) {
            seen.changed = true;
        } else if (type == Records.HANDSHAKE && seen.changed) {
            if (seen.finished) {
                throw new SSLException("there is no second handshake");
            }
            seen.finished = true;
        }
    }
}
