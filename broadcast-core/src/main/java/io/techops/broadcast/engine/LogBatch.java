package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.Batch;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was read from the log. For one shard at a time.
 */
final class LogBatch implements Batch {

    private static final SafeLog LOG = SafeLog.of(Batch.class);

    /**
     * What was passed over between the messages of a batch.
     *
     * @param excluded how many broadcasts were left out because the peer is not to get them
     * @param excludedKeyed how many of these have a key
     * @param addressed how many messages addressed to the peer the batch covers, those that had expired included
     * @param conflated how many were left out because a newer one of their key replaces them
     * @param expired how many were left out because their time was over
     */
    record LeftOut(int excluded, int excludedKeyed, int addressed, int conflated, int expired) {
        static final LeftOut NOTHING = new LeftOut(0, 0, 0, 0, 0);
    }

    final long from;
    final long to;
    final LeftOut left;
    /** How many entries without a key there are before {@link #to}, if the log conflates. */
    final long unkeyedBefore;
    /**
     * Up to where it was read: in a log that conflates, an entry is left out if a newer entry of its key is below this
     * slot.
     */
    long until;
    private final PositionRun run;
    private final long bytes;
    private final Message[] messages;
    private final long @Nullable [] sequences;
    private final @Nullable String @Nullable [] keys;
    private @Nullable Encoded first;
    private int encodings;

    /**
     * @param run the run that the broadcasts belong to
     * @param from the slot of the first entry this batch covers
     * @param to the slot behind the last entry it covers
     * @param sequences those of the messages; null if they are those of the slots from {@code from} on
     * @param keys those of the messages; null if none has a key
     * @param left what was passed over in between
     */
    LogBatch(PositionRun run, long from, long to, Message[] messages, long @Nullable [] sequences,
            @Nullable String @Nullable [] keys, LeftOut left, long unkeyedBefore) {
        this.run = run;
        this.from = from;
        this.to = to;
        this.left = left;
        this.unkeyedBefore = unkeyedBefore;
        this.keys = keys;
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
        return sequences == null ? run.sequence(from) + Objects.checkIndex(index, messages.length) : sequences[index];
    }

    @Override
    public @Nullable String key(int index) {
        return keys == null ? null : keys[index];
    }

    @Override
    public String epoch() {
        return run.before().epoch();
    }

    @Override
    public @Nullable Position position(int index) {
        long sequence = sequence(index);
        return sequence == UNNUMBERED ? null : run.before().at(sequence);
    }

    @Override
    @SuppressWarnings("unchecked") // an encoding is stored under its encoder, and found only with that
    public <E extends Encoding> E encoding(Function<? super Batch, E> encoder) {
        Objects.requireNonNull(encoder, "encoder");
        for (Encoded e = first; e != null; e = e.next) {
            if (e.encoder == encoder) {
                return (E) e.encoding;
            }
        }
        E encoding = encoder.apply(this);
        first = new Encoded(encoder, encoding, first);
        encodings++;
        return encoding;
    }

    /** {@return a batch of messages that have no place in the log, for one peer} */
    static LogBatch unnumbered(PositionRun run, Message[] messages) {
        long[] sequences = new long[messages.length];
        Arrays.fill(sequences, UNNUMBERED);
        return new LogBatch(run, 0, 0, messages, sequences, null, LeftOut.NOTHING, 0);
    }

    /** {@return how many encodings this batch has} */
    int encodings() {
        return encodings;
    }

    /** Releases every encoding, even if one of them throws. */
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
