package io.techops.broadcast;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run of messages, in the order of the log, to be written to a peer in one go.
 *
 * <p>All peers that stand at the same position are given the same batch, one after the other, by one thread: what a
 * transport computes of it with {@link #encoding} is computed once. A batch is valid until the {@link Transport#write}
 * that was given it returns; a transport that is not done by then keeps the encoding, not the batch. Only for use by
 * the thread that calls {@code write}.
 *
 * <pre>{@code
 * private static final Function<Batch, Frames> ENCODER = Frames::of;  // one constant: it is what the sharing goes by
 *
 * public boolean write(Batch batch) {
 *     return channel.write(batch.encoding(ENCODER));
 * }
 * }</pre>
 */
public final class Batch {

    private static final SafeLog LOG = SafeLog.of(Batch.class);

    /** What {@link #sequence} says of a message that was addressed to one peer, or to some. */
    public static final long UNNUMBERED = -1;

    /**
     * The wire form of a batch, shared by the transports that asked for it with the same encoder.
     */
    public interface Encoding {

        /** Says that the hub is done with the batch; whoever still writes from the encoding must hold it by himself. */
        void release();
    }

    final long from;
    final long to;
    final int excluded;
    final int addressed;
    private final long bytes;
    private final Message[] messages;
    private final long @Nullable [] sequences;
    private @Nullable Encoded first;

    /**
     * @param from the slot of the first entry this batch covers
     * @param to the slot behind the last entry it covers
     * @param excluded how many broadcasts in between were left out because the peer itself sent them
     * @param addressed how many of the messages were addressed to the peer
     * @param sequences those of the messages; null if they are the slots from {@code from} on
     */
    Batch(long from, long to, int excluded, int addressed, Message[] messages, long @Nullable [] sequences) {
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

    /** {@return how many messages there are, at least 1 in a batch that a transport is given} */
    public int size() {
        return messages.length;
    }

    /** {@return the payload of all messages, in bytes} */
    public long bytes() {
        return bytes;
    }

    /**
     * {@return the message at {@code index}}
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such message
     */
    public Message message(int index) {
        return messages[index];
    }

    /**
     * {@return the sequence of the message at {@code index}, or {@link #UNNUMBERED} if it was addressed to the peer}
     * Sequences start at 0 and grow by one with every broadcast.
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such message
     */
    public long sequence(int index) {
        return sequences == null ? from + Objects.checkIndex(index, messages.length) : sequences[index];
    }

    /**
     * {@return this batch as {@code encoder} encodes it} The encoder is called at most once a batch and its result is
     * shared by all transports that pass the same encoder: use one constant.
     *
     * @param <E> the type of the wire form
     * @param encoder turns a batch into its wire form
     */
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
