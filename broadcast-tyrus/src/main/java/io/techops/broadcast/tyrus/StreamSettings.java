package io.techops.broadcast.tyrus;

import io.techops.broadcast.handshake.ReplayLimits;
import java.util.Objects;

/**
 * The settings of a server that decide which streams there are, and where that of a peer may begin; {@link
 * BroadcastServer.Builder} has them beside its own. Every setting has a default; a setting is checked when it is given.
 * Not safe for many threads.
 *
 * <p>They bound what a client can have by asking for it. The {@link #handshakePolicy} sees what that is
 * ({@code HandshakeRequest.replay}), and may give one client less or more ({@code Decision.Accept.replay}).
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class StreamSettings<B extends StreamSettings<B>> extends HandshakeSettings<B> {

    ReplayLimits replayLimits = ReplayLimits.standard();
    boolean sse;

    StreamSettings() {
    }

    /**
     * Sets what of the past clients may ask for: whether one that offers the subprotocol {@code broadcast.v1} is told
     * the position of every message, so that after a disconnection it can go on where it was, and with which messages
     * one may begin.
     *
     * <p>A client that offers {@code broadcast.v1} and other subprotocols speaks it, unless the {@link
     * #handshakePolicy} selects another one; the answer names no more than one. With {@code resume(false)} such an
     * offer is left to the {@code handshakePolicy}, as that of any other subprotocol, but must not be taken by it.
     *
     * <p>A {@code last_event_id} in the query that is no position, or is given twice, gets 400; an empty one is as
     * none. On a connection that does not speak {@code broadcast.v1} it is not looked at. A {@code replay} that is
     * neither a number nor {@code latest}, or is given twice, gets 400 in any case.
     *
     * @param replayLimits {@link ReplayLimits#standard} by default: clients may speak {@code broadcast.v1} and go on
     *     where they were, and ask for nothing else
     * @return this builder
     */
    public B replayLimits(ReplayLimits replayLimits) {
        this.replayLimits = Objects.requireNonNull(replayLimits, "replayLimits");
        return self();
    }

    /**
     * Sets whether there are Server-Sent Events (HTML standard, section 9.2) beside WebSocket: a {@code GET} of the
     * path where peers connect, with {@code Accept: text/event-stream}, becomes a peer that only receives. {@code
     * EventSource} in a browser, or {@code curl -N}, need no library for it.
     *
     * <pre>{@code
     * curl -N -H 'Accept: text/event-stream' http://localhost:5000/
     * }</pre>
     *
     * <p>It is a peer like any other: it passes the same settings as a handshake, {@link #handshakePolicy} included,
     * has the same timeouts and bounds, and is in the same figures; an origin that may connect is named in {@code
     * Access-Control-Allow-Origin}. Every text is an event with its position as its {@code id}, so that a browser that
     * has lost its connection goes on after it; the {@link #replayLimits} apply, whatever subprotocols there are.
     * Binary messages are left out. What the hub tells a peer beside messages are events {@code open} and {@code gap},
     * with JSON as their data; {@code Peer.send} makes an event {@code direct}, with the text as {@code message} in
     * JSON. Where it pings a WebSocket, it sends a comment, and what the socket takes is the sign of life. The stream
     * ends with the connection, which the server closes after a comment that says why.
     *
     * <p>{@code EventSource} cannot set headers: a token has to come as a cookie, or in the query. It connects again
     * when a connection ends or cannot be made, but not if it is answered with an error, such as 503.
     *
     * @param sse false by default: then such a request is like any other that is no handshake
     * @return this builder
     */
    public B sse(boolean sse) {
        this.sse = sse;
        return self();
    }
}
