package io.techops.broadcast.spi;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run of messages, in the order of the log, that a transport writes to a peer with one call.
 *
 * <p>One thread gives the same batch to all peers of a shard that are at the same position, one after the other, so
 * that its {@link #encoding} is computed once. A batch is valid until the {@link Transport#write} that it was passed to
 * returns; a transport that has not written all of it by then keeps the encoding, not the batch. Only for use by the
 * thread that calls {@code write}.
 *
 * <pre>{@code
 * private static final Function<Batch, Frames> ENCODER = Frames::of;  // one constant: batches share by its identity
 *
 * public boolean write(Batch batch) {
 *     return channel.write(batch.encoding(ENCODER));
 * }
 * }</pre>
 */
public interface Batch {

    /** The {@link #sequence} of a message that was addressed to one peer, or to some. */
    long UNNUMBERED = -1;

    /**
     * The wire form of a batch, shared by the transports that asked for it with the same encoder.
     */
    interface Encoding {

        /**
         * Called when the hub no longer needs the encoding. A transport that still writes from it must keep it alive,
         * as by counting references.
         */
        void release();
    }

    /** {@return the number of messages, at least 1 in a batch that is passed to a transport} */
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
     * Sequences start at 1 and grow by one with every broadcast. Unlike {@link #position}, this method allocates no
     * object.
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

    /** {@return the epoch of all sequences in this batch, see {@link Position}} */
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
     * {@return this batch as {@code encoder} encodes it} The encoder is called at most once for a batch, and its result
     * is shared by all transports that pass the same encoder object: keep the encoder in a constant.
     *
     * @param <E> the type of the wire form
     * @param encoder turns a batch into its wire form
     */
    <E extends Encoding> E encoding(Function<? super Batch, E> encoder);
}
