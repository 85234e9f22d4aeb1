package io.techops.broadcast.spi;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
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
public interface Batch {

    /** What {@link #sequence} says of a message that was addressed to one peer, or to some. */
    long UNNUMBERED = -1;

    /**
     * The wire form of a batch, shared by the transports that asked for it with the same encoder.
     */
    interface Encoding {

        /**
         * Says that the hub is done with the batch; code that still writes from the encoding keeps a reference of its
         * own.
         */
        void release();
    }

    /** {@return how many messages there are, at least 1 in a batch that a transport is given} */
    int size();

    /** {@return the payload of all messages, in bytes} */
    long bytes();

    /**
     * {@return the message at {@code index}}
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such message
     */
    Message message(int index);

    /**
     * {@return the sequence of the message at {@code index}, or {@link #UNNUMBERED} if it was addressed to the peer}
     * Sequences start at 1 and grow by one with every broadcast. Makes no object, other than {@link #position}.
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such message
     */
    long sequence(int index);

    /**
     * {@return the key of the message at {@code index}; {@code null} if it has none}
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such message
     */
    @Nullable String key(int index);

    /** {@return the epoch of the sequences in this batch, as {@link Position} says} */
    String epoch();

    /**
     * {@return the position of the message at {@code index}; {@code null} if it was addressed to the peer}
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such message
     */
    default @Nullable Position position(int index) {
        long sequence = sequence(index);
        return sequence == UNNUMBERED ? null : Position.of(epoch(), sequence);
    }

    /**
     * {@return this batch as {@code encoder} encodes it} The encoder is called at most once a batch and its result is
     * shared by all transports that pass the same encoder: use one constant.
     *
     * @param <E> the type of the wire form
     * @param encoder turns a batch into its wire form
     */
    <E extends Encoding> E encoding(Function<? super Batch, E> encoder);
}
