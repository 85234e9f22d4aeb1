package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;

/**
 * What an endpoint tells about its session. {@link #received} is one call at a time, the others come from any thread.
 */
interface PeerSession {

    /** A whole message has come. */
    void received(Message message);

    /** A pong has come. */
    void pong();

    /** The session has ended. May be told more than once. */
    void closed(CloseReason reason);

    /** Something threw unexpectedly: the session cannot go on. */
    void failed(Throwable thrown);
}
