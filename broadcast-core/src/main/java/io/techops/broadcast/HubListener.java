package io.techops.broadcast;

/**
 * Receives the events of a hub's peers. Every method does nothing by default.
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
 * <p>Called one event at a time, in the order in which the events happened, on the hub's executor, without a lock. A
 * listener may call any method of the hub, block, or throw; what it throws is logged with its message. A listener that
 * blocks delays its own later calls and nothing else: neither delivery nor the reading of peers waits for it. The
 * events that wait for it take bounded memory: all overflows of one peer become one event, and while 10,000 calls of
 * {@link #unregistered} are outstanding, the hub takes no new peer.
 *
 * <p>A {@link MessageListener} receives the events of messages.
 */
public interface HubListener {

    /**
     * A peer was registered: it receives every broadcast from now on. Called once for each peer, before its other
     * events.
     *
     * @param peer the peer
     */
    default void registered(Peer peer) {
    }

    /**
     * A peer is no longer registered: it receives nothing any more. Called once for each peer, after its other events.
     *
     * @param peer the peer
     * @param reason the reason: that of the peer's close frame, {@link CloseReason#ABNORMAL} if the connection ended
     *     without one, or the reason with which the hub closed the peer
     */
    default void unregistered(Peer peer, CloseReason reason) {
    }

    /**
     * A peer fell off the log's tail.
     *
     * @param peer the peer
     * @param missed how many messages it lost by that; under {@link OverflowPolicy#disconnect}, up to the moment at
     *     which it was disconnected
     */
    default void overflowed(Peer peer, long missed) {
    }

    /**
     * The peer's transport threw, or the policy threw while it decided about a message of the peer. The peer is closed;
     * {@link #unregistered} follows.
     *
     * @param peer the peer
     * @param cause what was thrown
     */
    default void failed(Peer peer, Throwable cause) {
    }
}
