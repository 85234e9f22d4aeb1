package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Why the hub did not take the peer that this thread has just tried to register. Tyrus calls the endpoint for it and
 * keeps what is thrown to itself; this is the way back, as {@link PeerConnection#OPENING} is the way there.
 */
final class LastRefusal {

    private static final ThreadLocal<RefusalCause> CAUSE = new ThreadLocal<>();

    private LastRefusal() {
    }

    /** Keeps the cause. */
    static void is(RefusedException refused) {
        CAUSE.set(refused.refusalCause());
    }

    /** {@return the cause, or that something failed if the hub did not say no; forgets it} */
    static RefusalCause take() {
        @Nullable RefusalCause cause = CAUSE.get();
        CAUSE.remove();
        return cause == null ? RefusalCause.FAILED : cause;
    }
}
