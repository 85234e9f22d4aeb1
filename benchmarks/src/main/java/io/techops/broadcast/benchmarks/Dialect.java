package io.techops.broadcast.benchmarks;

/** What a peer speaks. */
enum Dialect {

    /** WebSocket: a message is the payload of a frame. */
    PLAIN,
    /** The same, and messages are JSON. */
    JSON,
    /** The same JSON, with an offer of {@code permessage-deflate}, which the server has to accept. */
    DEFLATED,
    /** WebSocket with the subprotocol that tells the position of each message. */
    NUMBERED,
    /** Server-Sent Events; the first peer, which publishes, speaks {@link #NUMBERED}. */
    EVENTS,
    /** Socket.IO 5 in Engine.IO 4 over WebSocket: a message is the argument of an event. */
    SOCKET_IO;

    /** {@return whether messages are JSON} */
    boolean isJson() {
        return this == JSON || this == DEFLATED;
    }
}
