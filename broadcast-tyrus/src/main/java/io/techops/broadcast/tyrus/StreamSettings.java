package io.techops.broadcast.tyrus;

import io.techops.broadcast.handshake.ReplayLimits;
import java.util.Objects;

/**
 * The settings of {@link BroadcastServer.Builder} that decide which kinds of streams a client may ask for, and where a
 * stream may begin. Every setting has a default; a setting is checked when it is given. Not safe for use by many
 * threads.
 *
 * <p>They bound what a client gets if it asks for it. The {@link #handshakePolicy} sees the bounded request ({@code
 * HandshakeRequest.replay}), and may give one client less or more ({@code Decision.Accept.replay}).
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class StreamSettings<B extends StreamSettings<B>> extends HandshakeSettings<B> {

    ReplayLimits replayLimits = ReplayLimits.standard();
    boolean sse;

    StreamSettings() {
    }

    /**
     * Sets which earlier messages clients may ask for: whether a client that offers the subprotocol {@code
     * broadcast.v1} is told the position of every message, so that it can resume after a disconnection, and with which
     * messages a client may begin.
     *
     * <p>If a client offers {@code broadcast.v1} among other subprotocols, the server selects {@code broadcast.v1}
     * unless the {@link #handshakePolicy} selects another one. With {@code resume(false)} the server never selects
     * {@code broadcast.v1}, and the {@code handshakePolicy} must not.
     *
     * <p>A {@code last_event_id} in the query that is not a position, or is given twice, gets 400; an empty one counts
     * as none. On a connection without {@code broadcast.v1} it is ignored. A {@code replay} that is neither a number
     * nor {@code latest}, or is given twice, always gets 400.
     *
     * @param replayLimits {@link ReplayLimits#standard} by default: clients may use {@code broadcast.v1} and resume,
     *     but not ask for other earlier messages
     * @return this builder
     */
    public B replayLimits(ReplayLimits replayLimits) {
        this.replayLimits = Objects.requireNonNull(replayLimits, "replayLimits");
        return self();
    }

    /**
     * Sets whether the server offers Server-Sent Events (HTML standard, section 9.2) in addition to WebSocket: a {@code
     * GET} of the path where peers connect, with {@code Accept: text/event-stream}, becomes a peer that only receives.
     * {@code EventSource} in a browser, or {@code curl -N}, need no library for it.
     *
     * <pre>{@code
     * curl -N -H 'Accept: text/event-stream' http://localhost:5000/
     * }</pre>
     *
     * <p>Such a peer is a peer like any other: its request passes the same checks as a handshake, {@link
     * #handshakePolicy} included, it has the same timeouts and bounds, and it is counted in the same figures. An
     * allowed origin is named in {@code Access-Control-Allow-Origin}. Every text message is an event whose {@code id}
     * is its position, so that a browser that loses its connection resumes after it, within the {@link #replayLimits}.
     * Binary messages are left out. The hub's own events are {@code open} and {@code gap}, with JSON as their data;
     * {@code Peer.send} sends an event {@code direct}, with the text as {@code message} in its JSON. In place of a ping
     * the server sends a comment; that the socket takes it counts as the pong. The stream ends with the connection,
     * which the server closes after a comment with the reason.
     *
     * <p>{@code EventSource} cannot set headers: a token has to be sent as a cookie, or in the query. It reconnects if
     * a connection ends or fails, but not if the answer is an error, such as 503.
     *
     * @param sse false by default: such a request is then treated like any other that is not a handshake
     * @return this builder
     */
    public B sse(boolean sse) {
        this.sse = sse;
        return self();
    }
}
