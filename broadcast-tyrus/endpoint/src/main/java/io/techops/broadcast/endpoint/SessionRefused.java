package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.RefusalCause;
import org.jspecify.annotations.Nullable;

/** A session does not become a peer: it is closed with a reason that is for the peer. */
final class SessionRefused extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient CloseReason reason;
    private final @Nullable RefusalCause cause;

    /** What the session asks for cannot be had. */
    SessionRefused(String message) {
        this(CloseReason.of(CloseReason.POLICY_VIOLATION, message), null);
    }

    /**
     * @param cause is counted; null if it is not
     */
    SessionRefused(CloseReason reason, @Nullable RefusalCause cause) {
        super(reason.phrase());
        this.reason = reason;
        this.cause = cause;
    }

    CloseReason reason() {
        return reason;
    }

    @Nullable RefusalCause refusalCause() {
        return cause;
    }
}
