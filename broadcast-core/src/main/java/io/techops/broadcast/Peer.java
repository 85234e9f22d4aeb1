package io.techops.broadcast;

import java.util.Map;

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
public interface Peer {

    /** {@return the number of this peer, unique within its hub, from 1} */
    long id();

    /** {@return what the adapter knows about the connection; unmodifiable} The keys are the adapter's. */
    Map<String, Object> attributes();

    /**
     * {@return how many messages for this peer were broadcast or sent and its transport has not taken yet} Under {@link
     * OverflowPolicy#skip} those are among them that it has lost meanwhile, until it is writable again.
     */
    long lag();

    /** {@return how many messages its transport has taken} */
    long delivered();

    /** {@return how many messages it has lost by falling off the log's tail} */
    long missed();

    /** {@return whether the peer is still registered} */
    boolean isRegistered();

    /**
     * Sends a message to this peer alone, as a broadcast {@linkplain BroadcastOptions#to(Peer...) to} it does: it keeps
     * its place, after all that was broadcast before this call, before all that is broadcast after it, and it costs the
     * other peers nothing. It waits as {@link BroadcastHub#broadcast} does while the hub is saturated.
     *
     * @param message the message
     * @return {@code false} if the peer is no longer registered, or its hub is closed: the message was not sent
     * @throws IllegalArgumentException if the message is larger than the whole log
     */
    boolean send(Message message);

    /**
     * Closes the connection after all that was broadcast or sent to it before this call. A peer that does not take it
     * in time is disconnected as any other slow peer. Returns at once; only the first call counts.
     *
     * @param reason the code and phrase to send
     * @throws IllegalArgumentException if the code must not be sent, see {@link CloseReason#isSendable}
     */
    void close(CloseReason reason);
}
