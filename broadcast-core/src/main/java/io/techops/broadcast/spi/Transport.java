package io.techops.broadcast.spi;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;

/**
 * How bytes reach one peer: the hub's only access to the network, implemented by an adapter.
 *
 * <p>A host application never needs it: {@code BroadcastServer} and {@code BroadcastEndpoint} of
 * {@code io.techops.broadcast.tyrus} have one for every peer. The simplest one, for a peer who looks at the terminal:
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
 * <p>No method may block, and none may throw in the normal course of things: a transport that throws is taken for
 * broken, its peer is unregistered and {@link #abort()} is called. The hub calls one method at a time, all from the
 * shard that serves the peer, and none before {@link AdapterHub#register} was called with the transport. A method may
 * call {@link Registration} back, and the hub, but for what waits while the hub is saturated: {@link
 * BroadcastHub#broadcast} and {@link Peer#send} then throw {@link IllegalStateException}.
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
     * {@return whether the peer can be told of positions, so that {@link #tell} is to be called} Asked once, by
     * {@link AdapterHub#register}.
     */
    default boolean knowsPositions() {
        return false;
    }

    /**
     * {@return whether {@link #write} may take long to encode a batch, as if it compresses large messages} Such peers
     * have shards of their own: no other peer waits for them. Asked once, by {@link AdapterHub#register}.
     */
    default boolean encodesSlowly() {
        return false;
    }

    /**
     * Starts to tell the peer something beside messages, in the order of what is written; never blocks. Called only if
     * the transport {@linkplain #knowsPositions knows positions}: with an {@link StreamEvent.Open} before anything
     * else, and with a {@link StreamEvent.Gap} wherever messages are missing.
     *
     * @param event what to tell
     * @return as {@link #write} does
     */
    default boolean tell(StreamEvent event) {
        return true;
    }

    /**
     * Starts to send a ping (RFC 6455 section 5.5.2). Called only while the transport is writable. What comes back is
     * reported with {@link Registration#pong()}.
     */
    void ping();

    /**
     * Starts the close handshake (RFC 6455 section 7.1.2), after everything that was written before. Nothing but
     * {@link #abort()} is called after it, not even {@link #resume()}: the adapter reads on by itself, so that it sees
     * the answer. The transport reports the end of the connection with {@link Registration#unregister}; if it takes
     * longer than the hub's close timeout, the hub aborts.
     *
     * @param reason the code and phrase to send; after {@link Registration#ending}, the reason that was given there
     */
    void close(CloseReason reason);

    /**
     * Frees the socket at once: no close frame, nothing flushed. Does nothing if that has happened already.
     */
    void abort();

    /**
     * Says that the hub has room again: the peer, which was not to be read after {@link Registration#received}
     * returned {@code false}, may be read again. Called once for each {@code false}, unless the peer has gone, and
     * perhaps before {@code received} has returned it. Must return before it reports the next message.
     */
    void resume();
}
