package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.RefusalCause;
import org.jspecify.annotations.Nullable;

/** Thrown if a session does not become a peer; it is closed with the reason. */
final class SessionRefused extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient CloseReason reason;
    private final @Nullable RefusalCause cause;

    /** The query or the path of the session is invalid. */
    SessionRefused(String message) {
        this(CloseReason.of(CloseReason.POLICY_VIOLATION, message), null);
    }

    /**
     * @param cause the cause to count; null if the refusal is not counted
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
