package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

/**
 * Is told what has happened in a hub. Every method does nothing by default.
 *
 * <pre>{@code
 * class Doorman implements HubListener {
 *
 *     @Override
 *     public void registered(Peer peer) {
 *         peer.send(Message.text("welcome"));
 *     }
 *
 *     @Override
 *     public void unregistered(Peer peer, CloseReason reason) {
 *         System.out.println(peer + " has gone: " + reason);
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #registered}, {@link #unregistered}, {@link #overflowed} and {@link #failed} are called one at a time, in
 * the order in which things happened, on the hub's executor. {@link #broadcast} and {@link #ignored} are called at once
 * on the thread that published: that of the host application, or the one that reads from the peer, and so by many
 * threads at the same time. No lock is held: a listener may call anything, block, or throw, which is logged.
 *
 * <p>One that blocks in {@code broadcast} or {@code ignored} delays the thread that published: a {@link
 * BroadcastHub#broadcast} of the host application, or that peer and, as a {@link MessagePolicy} would, those that share
 * its reading thread. One that blocks elsewhere delays later calls of itself. They are kept until then, and that costs
 * bounded memory: what a peer overflowed meanwhile is added up, a peer whose message had to wait for room is read again
 * only when {@code broadcast} was called for it, and while 10,000 departures have not been told,
 * {@link BroadcastHub#register} takes no peer. The fan-out never waits for a listener.
 */
public interface HubListener {

    /**
     * {@return whether {@link #broadcast} or {@link #ignored} may wait for anything, or take more than some
     * microseconds} True unless overridden. A listener that says no keeps the advantage that {@link
     * MessagePolicy#mayBlock} tells of, and holds up everybody's messages if it blocks nevertheless.
     */
    default boolean mayBlock() {
        return true;
    }

    /**
     * A peer was registered: it receives every broadcast from now on. Called once for a peer, before anything else.
     *
     * @param peer the peer
     */
    default void registered(Peer peer) {
    }

    /**
     * A peer is no longer registered: it receives nothing any more. Called once for a peer, last of all.
     *
     * @param peer the peer
     * @param reason why: what its close frame said, {@link CloseReason#ABNORMAL} if it just vanished, or what the hub
     *     closed it with
     */
    default void unregistered(Peer peer, CloseReason reason) {
    }

    /**
     * A message was appended to the log. For one that had to wait for room while its peer was paused, this comes on the
     * hub's executor.
     *
     * @param message the message
     * @param sequence its sequence
     * @param from the peer that sent it, or {@code null} if the host application did
     */
    default void broadcast(Message message, long sequence, @Nullable Peer from) {
    }

    /**
     * The policy ignored a message.
     *
     * @param peer the peer that sent it
     * @param message the message
     */
    default void ignored(Peer peer, Message message) {
    }

    /**
     * A peer fell off the log's tail.
     *
     * @param peer the peer
     * @param missed how many messages it has lost by that; under {@link OverflowPolicy#disconnect}, up to the moment of
     *     its disconnection
     */
    default void overflowed(Peer peer, long missed) {
    }

    /**
     * Something threw: the peer's transport, or the policy while it decided about a message of the peer. The peer is
     * closed; {@link #unregistered} follows.
     *
     * @param peer the peer
     * @param cause what was thrown
     */
    default void failed(Peer peer, Throwable cause) {
    }
}
