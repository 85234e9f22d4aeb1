package io.techops.broadcast;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Is told about the messages of a hub. Every method does nothing by default.
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
 * <p>Called at once on the thread that published: that of the host application, or the one that reads from the peer,
 * and so by many threads at the same time. No lock is held: a listener may call anything, block, or throw, which is
 * logged. One that blocks delays the thread that published: a {@link BroadcastHub#broadcast} of the host application,
 * or that peer and, as a {@link MessagePolicy} would, those that share its reading thread. The fan-out never waits for
 * a listener.
 *
 * <p>What concerns peers and not messages is told to a {@link HubListener}, which costs readers nothing.
 */
public interface MessageListener {

    /**
     * {@return whether {@link #broadcast} or {@link #ignored} may wait for anything, or take more than some
     * microseconds} Asked once, when the hub is built. True unless the listener is {@link #nonBlocking}; a class may
     * override it instead. Why this is the default, {@link MessagePolicy} says.
     */
    default boolean mayBlock() {
        return true;
    }

    /**
     * {@return {@code listener}, declared not to block} What that saves, and what it costs if it is not true, {@link
     * MessagePolicy#nonBlocking} says.
     *
     * @param listener does not do what such a policy must not do
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
     * A message was appended to the log. For one that had to wait for room while its peer was paused, this comes on the
     * hub's executor, and the peer is read again only then.
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
