package io.techops.broadcast;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Receives the messages of a hub. Every method does nothing by default.
 *
 * <pre>{@code
 * class Count implements MessageListener {
 *
 *     final LongAdder heard = new LongAdder();
 *
 *     @Override
 *     public void broadcast(Peer from, Message message, Position position) {
 *         heard.increment();
 *     }
 * }
 * BroadcastHub.builder().messageListener(MessageListener.nonBlocking(new Count()))
 * }</pre>
 *
 * <p>Called synchronously on the publishing thread: a thread of the host application, or the thread that reads from the
 * peer; so many threads may call it at the same time. No lock is held: a listener may call any method of the hub,
 * block, or throw; what it throws is logged. A listener that blocks delays the publishing thread: a {@link
 * BroadcastHub#broadcast} of the host application, or the reading of that peer and, as with a {@link MessagePolicy}, of
 * the peers that share its reading thread. Delivery never waits for a listener.
 *
 * <p>A {@link HubListener} receives the events of peers, and never delays the reading of peers.
 */
public interface MessageListener {

    /**
     * {@return whether {@link #broadcast} or {@link #ignored} may wait for anything, or take more than a few
     * microseconds} Called once, when the hub is built. True by default, for the reason that {@link MessagePolicy}
     * gives; false for a listener made by {@link #nonBlocking}. A class may override this method instead.
     */
    default boolean mayBlock() {
        return true;
    }

    /**
     * {@return {@code listener}, declared not to block} {@link MessagePolicy#nonBlocking} says what this saves, and
     * what happens if the listener blocks nevertheless.
     *
     * @param listener the listener, which follows the rules for the policy of {@link MessagePolicy#nonBlocking}
     */
    static MessageListener nonBlocking(MessageListener listener) {
        Objects.requireNonNull(listener, "listener");
        return new MessageListener() {
            @Override
            public boolean mayBlock() {
                return false;
            }

            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                listener.broadcast(from, message, position);
            }

            @Override
            public void ignored(Peer from, Message message) {
                listener.ignored(from, message);
            }
        };
    }

    /**
     * A message was appended to the log. If the message of a peer had to wait for room, this method is called on the
     * hub's executor, and the peer is not read again before the call has returned.
     *
     * @param from the peer that sent it, or {@code null} if the host application did
     * @param message the message
     * @param position its position
     */
    default void broadcast(@Nullable Peer from, Message message, Position position) {
    }

    /**
     * The policy ignored a message.
     *
     * @param from the peer that sent it
     * @param message the message
     */
    default void ignored(Peer from, Message message) {
    }
}
