package io.techops.broadcast;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * One registered connection, as the host application sees it.
 *
 * <pre>{@code
 * for (Peer peer : hub.peers()) {
 *     if (peer.lag() > 1_000) {
 *         peer.close(CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow"));
 *     }
 * }
 * }</pre>
 *
 * <p>A peer may still be used after its registration has ended: it then returns its last figures, and sending to it or
 * closing it does nothing. Safe for use by any number of threads; no method waits for the network; {@link #send} alone
 * may wait, for a saturated hub.
 */
public abstract class Peer {

    /** For the engine alone, which is the only one to extend this class. */
    protected Peer() {
        EngineOnly.check(getClass());
    }

    /** {@return the number of this peer, unique within its hub, from 1} */
    public abstract long id();

    /**
     * {@return what is known about the connection} The adapter sets what it knows, such as the peer's address; the host
     * application may set values of its own, which are kept as long as the peer is.
     */
    public abstract Attributes attributes();

    /**
     * {@return how many messages for this peer its transport has not taken yet} Messages of the past that the peer
     * begins with are counted. Messages of a snapshot, and the newest messages of keys that are kept beside the log,
     * are not. Under {@link OverflowPolicy#skip}, messages that the peer has lost are counted until it is writable
     * again. A message that will be left out, because it has expired or a newer one of its key replaces it, is counted
     * until its turn.
     */
    public abstract long lag();

    /** {@return how many messages the peer's transport has taken, those of the past and of a snapshot included} */
    public abstract long delivered();

    /** {@return how many messages the peer has lost by falling off the log's tail} */
    public abstract long missed();

    /** {@return whether the peer is still registered} */
    public abstract boolean isRegistered();

    /**
     * Sends a message to this peer alone, as a broadcast {@linkplain BroadcastOptions#to(Peer...) to} it does. The peer
     * receives the message after everything that was broadcast before this call, and before everything that is
     * broadcast after it. While the hub is saturated this method waits, as {@link BroadcastHub#broadcast} does.
     *
     * @param message the message
     * @return {@code false} if the peer is no longer registered, or its hub is closed: the message was not sent
     * @throws IllegalArgumentException if the message is larger than the whole log
     */
    public abstract boolean send(Message message);

    /**
     * Sends a text to this peer alone, as {@link #send(Message)} does.
     *
     * @param text the text
     * @return {@code false} if the peer is no longer registered, or its hub is closed: the text was not sent
     * @throws IllegalArgumentException if the message is larger than the whole log
     */
    public boolean send(String text) {
        return send(Message.text(Objects.requireNonNull(text, "text")));
    }

    /**
     * Closes the connection after everything that was broadcast, or sent to this peer, before this call. A peer that
     * does not take that in time is disconnected like any other slow peer. Returns at once; only the first call counts.
     *
     * @param reason the code and phrase to send
     * @throws IllegalArgumentException if the code must not be sent, see {@link CloseReason#isSendable}
     */
    public abstract void close(CloseReason reason);

    /**
     * Records that the peer is in a group. Called by {@code PeerGroup}, under the peer's monitor.
     *
     * @param removal removes a peer from the group; the same object for each of its peers
     * @return whether the peer is in the group now; false if it is no longer registered
     */
    protected abstract boolean joined(Consumer<Peer> removal);

    /**
     * Records that the peer has left a group. Called by {@code PeerGroup}, under the peer's monitor.
     *
     * @param removal what {@link #joined} was given
     */
    protected abstract void left(Consumer<Peer> removal);
}
