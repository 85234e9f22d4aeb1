package io.techops.broadcast.tyrus.frame;

import java.nio.ByteBuffer;
import java.util.function.Function;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/*
 * No message refers to one before it (client_no_context_takeover), so an inflater belongs to a thread for one message,
 * and no peer has one. A message is inflated into a reused buffer. A message that does not fit is first only measured
 * and checked, and then, if its size is allowed, inflated again into an array of that size: so a few bytes that would
 * inflate to many cost no memory.
 *
 * Behind the message the bytes follow that its sender left out, 00 00 FF FF (RFC 7692 section 7.2.2), and then an empty
 * final block: the inflater reaches its end exactly if the message ended at the end of a block.
 */

/**
 * Inflates the messages of clients. Safe for use by any number of threads.
 */
final class MessageInflater {

    /** The size of a buffer, in bytes. */
    static final int BUFFER = 64 << 10;

    private static final byte[] TAIL = {0, 0, -1, -1, 1, 0, 0, -1, -1};

    private final NativePool<Work> pool = new NativePool<>(Work::new, work -> work.inflater.end());

    /**
     * Inflates a message.
     *
     * @param in the payload of all its frames, which is consumed
     * @param most the most bytes of the inflated message
     * @param use is given the inflated bytes, which it may use until it returns
     * @return what {@code use} returns; null if there are more than {@code most} bytes
     * @throws DataFormatException if the payload is damaged
     */
    <R> @Nullable R inflate(ByteBuffer in, int most, Function<ByteBuffer, R> use) throws DataFormatException {
        Work work = pool.take();
        try {
            long length = work.inflate(in.duplicate(), most, work.buffer);
            if (length > most) {
                return null;
            }
            byte[] all = work.buffer;
            if (length > all.length) {
                all = new byte[(int) length];
                work.inflater.reset();
                work.inflate(in, most, all);
            }
            return use.apply(ByteBuffer.wrap(all, 0, (int) length));
        } finally {
            work.inflater.reset();
            pool.giveBack(work);
        }
    }

    void close() {
        pool.close();
    }

    private static final class Work {
        final Inflater inflater = new Inflater(true);
        final byte[] buffer = new byte[BUFFER];

        /**
         * {@return the number of inflated bytes, or a number above {@code most}} Overwrites {@code out} again and
         * again.
         */
        long inflate(ByteBuffer in, int most, byte[] out) throws DataFormatException {
            long length = 0;
            if (!in.hasRemaining()) {
                return length; // an empty message is one byte in RFC 7692 section 7.2.3.6, but some clients send none
            }
            inflater.setInput(in);
            boolean tail = false;
            while (length <= most) {
                int at = (int) (length % out.length);
                int count = inflater.inflate(out, at, out.length - at);
                length += count;
                if (inflater.finished()) {
                    if (tail && inflater.getRemaining() > 0) {
                        throw new DataFormatException("a final block in what follows");
                    }
                    if (tail || !in.hasRemaining()) {
                        return length;
                    }
                    inflater.reset(); // section 7.2.3.4: the client has ended a block as the final one
                    inflater.setInput(in);
                } else if (count == 0) {
                    if (tail) {
                        throw new DataFormatException("the last block has no end");
                    }
                    inflater.setInput(TAIL);
                    tail = true;
                }
            }
            return length;
        }
    }
}
