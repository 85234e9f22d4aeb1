package io.techops.broadcast.junit;

import java.net.URI;

/** Thrown if a server answers a handshake with a status other than 101. */
public final class HandshakeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** The HTTP status. */
    private final int status;

    HandshakeRefusedException(URI uri, int status, Throwable cause) {
        super("the handshake was answered with HTTP status " + status + ": " + uri, cause);
        this.status = status;
    }

    /** {@return the HTTP status, such as 401} */
    public int status() {
        return status;
    }
}
