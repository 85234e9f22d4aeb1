package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.Batch;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was cut out of the log. For one shard at a time.
 */
final class LogBatch implements Batch {

    private static final SafeLog LOG = SafeLog.of(Batch.class);

    final long from;
    final long to;
    final int excluded;
    final int addressed;
    private final Position origin;
    private final long bytes;
    private final Message[] messages;
    private final long @Nullable [] sequences;
    private @Nullable Encoded first;

    /**
     * @param origin a position of the epoch
     * @param from the slot of the first entry this batch covers
     * @param to the slot behind the last entry it covers
     * @param excluded how many broadcasts in between were left out because the peer is not to get them
     * @param addressed how many of the messages were addressed to the peer
     * @param sequences those of the messages; null if they are the slots from {@code from} on
     */
    LogBatch(Position origin, long from, long to, int excluded, int addressed, Message[] messages,
            long @Nullable [] sequences) {
        this.origin = origin;
        this.from = from;
        this.to = to;
        this.excluded = excluded;
        this.addressed = addressed;
        this.messages = messages;
        this.sequences = sequences;
        long sum = 0;
        for (Message message : messages) {
            sum += message.size();
        }
        this.bytes = sum;
    }

    @Override
    public int size() {
        return messages.length;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Message message(int index) {
        return messages[index];
    }

    @Override
    public long sequence(int index) {
        return sequences == null ? from + Objects.checkIndex(index, messages.length) : sequences[index];
    }

    @Override
    public @Nullable String key(int index) {
        return null;
    }

    @Override
    public String epoch() {
        return origin.epoch();
    }

    @Override
    public @Nullable Position position(int index) {
        long sequence = sequence(index);
        return sequence == UNNUMBERED ? null : origin.at(sequence);
    }

    @Override
    @SuppressWarnings("unchecked") // an encoding is stored under the encoder that made it, and found only by it
    public <E extends Encoding> E encoding(Function<? super Batch, E> encoder) {
        Objects.requireNonNull(encoder, "encoder");
        for (Encoded e = first; e != null; e = e.next) {
            if (e.encoder == encoder) {
                return (E) e.encoding;
            }
        }
        E encoding = encoder.apply(this);
        first = new Encoded(encoder, encoding, first);
        return encoding;
    }

    /** Releases every encoding, whatever one of them throws. */
    void release() {
        for (Encoded e = first; e != null; e = e.next) {
            try {
                e.encoding.release();
            } catch (Throwable thrown) {
                LOG.debug("Releasing the encoding of a batch failed", thrown);
            }
        }
        first = null;
    }

    private record Encoded(Function<?, ?> encoder, Encoding encoding, @Nullable Encoded next) {
    }
}
