package io.techops.broadcast.spi;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;

/**
 * How bytes reach one peer: the hub's only access to the network, implemented by an adapter.
 *
 * <p>A host application does not need this type: {@code BroadcastServer} and {@code BroadcastEndpoint} have a transport
 * for every peer. A minimal transport, whose peer is a terminal:
 *
 * <pre>{@code
 * class Terminal implements Transport {
 *
 *     private volatile Registration registration;
 *
 *     void connect(BroadcastHub hub) {
 *         registration = AdapterHub.of(hub).register(this);
 *     }
 *
 *     @Override
 *     public boolean write(Batch batch) {
 *         for (int i = 0; i < batch.size(); i++) {
 *             System.out.println(batch.message(i) instanceof Message.Text text ? text.text() : batch.message(i));
 *         }
 *         return true;                                                // ready for more
 *     }
 *
 *     @Override
 *     public void ping() {                                            // comes long after connect
 *         registration.pong();
 *     }
 *
 *     @Override
 *     public void close(CloseReason reason) {
 *         registration.unregister(reason);
 *     }
 *
 *     @Override
 *     public void abort() {
 *     }
 *
 *     @Override
 *     public void resume() {
 *     }
 * }
 * }</pre>
 *
 * <p>No method may block. If a method throws, the hub unregisters the peer and calls {@link #abort()}. The hub calls
 * one method at a time, always from the shard that serves the peer, and none before {@link AdapterHub#register} was
 * called with the transport. A method may call the {@link Registration} and the hub. Exceptions are {@link
 * BroadcastHub#broadcast} and {@link Peer#send} while the hub is saturated: they would have to wait, and throw {@link
 * IllegalStateException} instead.
 */
public interface Transport {

    /**
     * Takes every message of {@code batch} and starts to write it; never blocks.
     *
     * @param batch what to write, valid only during this call
     * @return {@code true} if the transport can take another batch now; {@code false} if not, in which case it calls
     *     {@link Registration#writable()} once it can, and before that may call {@link Registration#progressed()}
     */
    boolean write(Batch batch);

    /**
     * {@return whether the peer can be told positions, so that the hub calls {@link #tell}} Called once, by {@link
     * AdapterHub#register}.
     */
    default boolean knowsPositions() {
        return false;
    }

    /**
     * {@return whether {@link #write} may take long to encode a batch, for example because it compresses} Such peers
     * are served by separate shards, so that no other peer waits for them. Called once, by {@link AdapterHub#register}.
     */
    default boolean encodesSlowly() {
        return false;
    }

    /**
     * Starts to write an event of the stream, in order with the batches; never blocks. Called only if the transport
     * {@linkplain #knowsPositions knows positions}: with a {@link StreamEvent.Open} before anything else, and with a
     * {@link StreamEvent.Gap} wherever messages are missing.
     *
     * @param event the event
     * @return as {@link #write} does
     */
    default boolean tell(StreamEvent event) {
        return true;
    }

    /**
     * Starts to send a ping (RFC 6455 section 5.5.2). Called only while the transport is writable. The adapter reports
     * the pong with {@link Registration#pong()}.
     */
    void ping();

    /**
     * Starts the close handshake (RFC 6455 section 7.1.2), after everything that was written before. The hub calls no
     * method but {@link #abort()} after this one, not even {@link #resume()}: an adapter that had to stop reading
     * starts again by itself, to receive the peer's close frame. The adapter reports the end of the connection with
     * {@link Registration#unregister}; if that takes longer than the hub's close timeout, the hub calls {@link
     * #abort()}.
     *
     * @param reason the code and phrase to send; after {@link Registration#ending}, the reason that was given there
     */
    void close(CloseReason reason);

    /**
     * Frees the socket at once, without a close frame and without flushing. Does nothing if the socket is free already.
     */
    void abort();

    /**
     * Called when the hub has room again: the adapter, which had to stop reading after {@link Registration#received}
     * returned {@code false}, may read the peer again. Called once for each {@code false}, unless the peer is
     * unregistered, and possibly before {@code received} has returned. This method must return before the adapter
     * reports the next message.
     */
    void resume();
}
