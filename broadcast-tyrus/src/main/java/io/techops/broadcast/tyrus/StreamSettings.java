package io.techops.broadcast.tyrus;

import io.techops.broadcast.handshake.ReplayLimits;
import java.time.Duration;

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
     * Sets whether a client that offers the subprotocol {@code broadcast.v1} is told the position of every message, so
     * that after a disconnection it can go on where it was: by {@code last_event_id=<position>} in its query. What it
     * cannot be given any more, it is told of as a gap. Clients that offer no such subprotocol are served as ever.
     *
     * <p>A client that offers it and other subprotocols speaks it, unless the {@link #handshakePolicy} selects another
     * one; the answer names no more than one. A {@code last_event_id} that is no position, or is given twice, gets 400;
     * an empty one is as none. On a connection that does not speak {@code broadcast.v1} it is not looked at.
     *
     * @param resume true by default; false not to take such offers: they are left to the {@code handshakePolicy}, as
     *     those of any other subprotocol, but must not be taken by it
     * @return this builder
     */
    public B resume(boolean resume) {
        replayLimits = replayLimits.resume(resume);
        return self();
    }

    /**
     * Sets how many messages a client may go back that goes on after a position. One that was away for more is told of
     * a gap, and goes on with the newest ones.
     *
     * @param messages as many as are kept by default; at least 0
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public B resumeWithin(int messages) {
        replayLimits = replayLimits.resumeWithin(messages);
        return self();
    }

    /**
     * Sets how old a message may be that a client gets that goes on after a position. One that has missed an older one
     * is told of a gap, and goes on with the first that is younger.
     *
     * @param age no bound by default; more than zero and at most 365 days
     * @return this builder
     * @throws IllegalArgumentException if it is not so
     */
    public B resumeWithin(Duration age) {
        replayLimits = replayLimits.resumeWithin(age);
        return self();
    }

    /**
     * Sets with how many of the newest messages a client may begin, by {@code replay=<n>} in its query. One that asks
     * for more gets this many. A {@code replay} that is neither a number nor {@code latest}, or is given twice, gets
     * 400, whatever is set here.
     *
     * @param messages 0 by default; at least 0
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public B replay(int messages) {
        replayLimits = replayLimits.replay(messages);
        return self();
    }

    /**
     * Sets whether a client may begin with the newest message of every {@linkplain
     * io.techops.broadcast.BroadcastOptions#key key}, by {@code replay=latest} in its query. One that may not gets what
     * comes from now on.
     *
     * @param replayLatest false by default
     * @return this builder
     */
    public B replayLatest(boolean replayLatest) {
        replayLimits = replayLimits.replayLatest(replayLatest);
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
     * has lost its connection goes on after it; {@link #resume}, {@link #replay} and their like apply, whatever
     * subprotocols there are. Binary messages are left out. What the hub tells a peer beside messages are events {@code
     * open} and {@code gap}, with JSON as their data; {@code Peer.send} makes an event {@code direct}, with the text as
     * {@code message} in JSON. Where it pings a WebSocket, it sends a comment, and what the socket takes is the sign of
     * life. The stream ends with the connection, which the server closes after a comment that says why.
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
