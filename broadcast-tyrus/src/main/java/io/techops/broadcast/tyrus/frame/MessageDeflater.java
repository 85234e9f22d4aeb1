package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.Message;
import io.techops.broadcast.logging.FailureLog;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/*
 * No message refers to one before it (server_no_context_takeover), so the compressed form of a message is the same for
 * every peer, in every batch. The newest forms are kept, as many as a hub keeps messages by default: each shard reads
 * its own batches from the log, and a numbered peer gets the same form behind its headers. A message is compressed by
 * the first thread that asks for it, without a lock; another thread that asks meanwhile waits for the result, which
 * takes no longer than compressing it itself. All of these threads run shards that have only compressing peers
 * (Transport.encodesSlowly).
 */

/**
 * Compresses messages (RFC 7692 section 7.2.1), each only once while it is among the newest ones. Safe for use by any
 * number of threads.
 */
final class MessageDeflater {

    /**
     * The header of the stored block in which headers precede a compressed message, in bytes (RFC 1951 section 3.2.4).
     */
    static final int STORED_HEADER = 5;

    /** The bytes at the end of a flush that a message leaves out: an empty stored block without its first bits. */
    private static final int TAIL = 4;
    private static final int FIRST = 256;
    private static final byte[] PLAIN = {};
    private static final int KEPT_MESSAGES = 4096;
    private static final long KEPT_BYTES = 8 << 20;
    private static final FailureLog FAILURES = new FailureLog(LoggerFactory.getLogger(MessageDeflater.class));

    private final NativePool<Deflater> deflaters;
    private final int minBytes;

    /**
     * The newest messages, the oldest of them first: at least one, up to {@link #KEPT_BYTES} together. Guarded by
     * itself.
     */
    private final ArrayDeque<Recent> newest = new ArrayDeque<>();
    /** The same by message, and the size of all in bytes; guarded by {@link #newest}. */
    private final IdentityHashMap<Message, Recent> known = new IdentityHashMap<>();
    private long newestBytes;

    private final LongAdder messages = new LongAdder();
    private final LongAdder bytesBefore = new LongAdder();
    private final LongAdder bytesAfter = new LongAdder();

    /** A message that is, or will be, compressed: to {@link #PLAIN} if that does not make it smaller. */
    private record Recent(Message message, CompletableFuture<byte[]> compressed) {
    }

    MessageDeflater(DeflateSettings settings) {
        minBytes = settings.minBytes();
        deflaters = new NativePool<>(() -> new Deflater(settings.level(), true), Deflater::end);
    }

    /** {@return the compressed form of a message; null if it is to be sent as it is} */
    byte @Nullable [] deflated(Message message) {
        if (message.size() < minBytes) {
            return null;
        }
        Recent recent;
        Recent mine = null;
        synchronized (newest) {
            recent = known.get(message);
            if (recent == null) {
                mine = new Recent(message, new CompletableFuture<>());
                remember(mine);
            }
        }
        byte[] compressed = mine == null ? recent.compressed().join() : compress(mine);
        return compressed == PLAIN ? null : compressed;
    }

    private void remember(Recent recent) {
        newest.addLast(recent); // first: without memory for the map, the message is only not found
        newestBytes += recent.message().size();
        known.put(recent.message(), recent);
        while (newest.size() > 1 && (newest.size() > KEPT_MESSAGES || newestBytes > KEPT_BYTES)) {
            Recent oldest = newest.removeFirst();
            newestBytes -= oldest.message().size();
            known.remove(oldest.message(), oldest);
        }
    }

    private byte[] compress(Recent recent) {
        byte[] compressed = PLAIN;
        try {
            compressed = deflate(recent.message());
            messages.increment();
            bytesBefore.add(recent.message().size());
            bytesAfter.add(compressed == PLAIN ? recent.message().size() : compressed.length);
        } catch (OutOfMemoryError e) {
            FAILURES.warn("No memory is left to compress messages: they are sent as they are", e);
        } finally {
            recent.compressed().complete(compressed);
        }
        return compressed;
    }

    /** {@return the compressed form; an empty array if that is not smaller} */
    byte[] deflate(Message message) {
        int most = message.size() - STORED_HEADER + TAIL - 1; // a longer form would not make the message smaller
        if (most <= TAIL) {
            return PLAIN;
        }
        Deflater deflater = deflaters.take();
        try {
            deflater.setInput(message.payload());
            byte[] out = new byte[Math.min(most + 1, Math.max(FIRST, message.size() / 4))];
            int length = 0;
            while (true) {
                length += deflater.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
                if (length < out.length) {
                    return Arrays.copyOf(out, length - TAIL);
                }
                if (length > most) {
                    return PLAIN;
                }
                out = Arrays.copyOf(out, (int) Math.min(most + 1L, 2L * out.length));
            }
        } finally {
            deflater.reset();
            deflaters.giveBack(deflater);
        }
    }

    /** {@return the figures so far} */
    DeflateFigures figures() {
        return new DeflateFigures(messages.sum(), bytesBefore.sum(), bytesAfter.sum());
    }

    void close() {
        deflaters.close();
        synchronized (newest) {
            newest.clear();
            known.clear();
            newestBytes = 0;
        }
    }
}
