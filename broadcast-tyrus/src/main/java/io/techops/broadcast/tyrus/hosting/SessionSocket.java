package io.techops.broadcast.tyrus.hosting;

import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusWebSocket;

/** Tyrus's side of a session. Keeps the timeout of asynchronous sends, which Tyrus itself does not keep. */
final class SessionSocket extends TyrusWebSocket {

    private volatile long writeTimeout;

    SessionSocket(ProtocolHandler protocol, TyrusEndpointWrapper endpoint) {
        super(protocol, endpoint);
    }

    @Override
    public void setWriteTimeout(long millis) {
        writeTimeout = millis;
    }

    /** {@return the timeout in milliseconds; none if it is not more than 0} */
    long writeTimeout() {
        return writeTimeout;
    }
}
