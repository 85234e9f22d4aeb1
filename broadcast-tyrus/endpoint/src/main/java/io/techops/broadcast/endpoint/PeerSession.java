package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;

/**
 * Receives the events of a session from its endpoint. {@link #received} is called by one thread at a time, the other
 * methods by any thread.
 */
interface PeerSession {

    /** A whole message has arrived. */
    void received(Message message);

    /** A pong has arrived. */
    void pong();

    /** The session has ended. May be called more than once. */
    void closed(CloseReason reason);

    /** An unexpected exception was thrown: the session cannot continue. */
    void failed(Throwable thrown);
}
