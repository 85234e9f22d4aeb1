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
 * <p>A peer stays valid after it has gone: it then reports its last figures, and sending to it or closing it does
 * nothing. Safe for use by any number of threads; no method waits for the network.
 */
public abstract class Peer {

    /** For the engine alone, which is the only one to extend this class. */
    protected Peer() {
        EngineOnly.check(getClass());
    }

    /** {@return the number of this peer, unique within its hub, from 1} */
    public abstract long id();

    /**
     * {@return what is known about the connection} The adapter has set what it knows, such as where the peer connects
     * from; the host application may set values of its own, which live as long as the peer does.
     */
    public abstract Attributes attributes();

    /**
     * {@return how many messages for this peer were broadcast or sent and its transport has not taken yet} Under {@link
     * OverflowPolicy#skip} those are among them that it has lost meanwhile, until it is writable again. Messages of the
     * past that it begins with are among them; not a snapshot, nor what is kept of keys beside the log. What it is not
     * given because it has expired or a newer one of its key replaces it counts until it would have been its turn.
     */
    public abstract long lag();

    /** {@return how many messages its transport has taken, those of the past and of a snapshot included} */
    public abstract long delivered();

    /** {@return how many messages it has lost by falling off the log's tail} */
    public abstract long missed();

    /** {@return whether the peer is still registered} */
    public abstract boolean isRegistered();

    /**
     * Sends a message to this peer alone, as a broadcast {@linkplain BroadcastOptions#to(Peer...) to} it does: it keeps
     * its place, after all that was broadcast before this call, before all that is broadcast after it, and it costs the
     * other peers nothing. It waits as {@link BroadcastHub#broadcast} does while the hub is saturated.
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
     * Closes the connection after all that was broadcast or sent to it before this call. A peer that does not take it
     * in time is disconnected as any other slow peer. Returns at once; only the first call counts.
     *
     * @param reason the code and phrase to send
     * @throws IllegalArgumentException if the code must not be sent, see {@link CloseReason#isSendable}
     */
    public abstract void close(CloseReason reason);

    /**
     * Takes note that the peer is in a group. Called by {@code PeerGroup}, under the peer's monitor.
     *
     * @param removal removes a peer from the group; the same object for each of its peers
     * @return whether the peer is in the group now: not if it has gone
     */
    protected abstract boolean joined(Consumer<Peer> removal);

    /**
     * Takes note that the peer is not in a group any more. Called by {@code PeerGroup}, under the peer's monitor.
     *
     * @param removal what {@link #joined} was given
     */
    protected abstract void left(Consumer<Peer> removal);
}
