package io.techops.broadcast;

/**
 * Is told about the lives of a hub's peers. Every method does nothing by default.
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
 * <p>Called one event at a time, in the order in which things happened, on the hub's executor. No lock is held: a
 * listener may call anything, block, or throw, which is logged with its message. One that blocks delays later calls of
 * itself and nothing else. They are kept until then, and that costs bounded memory: what a peer overflowed meanwhile is
 * added up, and while 10,000 departures have not been told, the hub takes no peer. The fan-out and the readers never
 * wait for it.
 *
 * <p>What concerns messages is told to a {@link MessageListener}.
 */
public interface HubListener {

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
