package io.techops.broadcast.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call of a {@link SharedLog} failed. */
public final class BackplaneException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What the failure means for an append. A read that fails is called again, whatever the outcome says. */
    public enum Outcome {

        /** Nothing was appended: the log is in another epoch. The hub reads, and appends in the new epoch. */
        STALE_EPOCH,

        /** Nothing was appended: the engine takes nothing now. The hub calls again with the same number. */
        REFUSED,

        /** Nothing was appended, and never will be, such as a record beyond the engine's own limits. */
        IMPOSSIBLE,

        /** It may have been appended, or may yet be: no answer came. The hub calls again with the same number. */
        UNKNOWN
    }

    /** What it means for an append. */
    private final Outcome outcome;

    /**
     * @param outcome what it means for an append
     * @param message what failed, and where
     * @param cause what was thrown; {@code null} if nothing was
     */
    public BackplaneException(Outcome outcome, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.outcome = Objects.requireNonNull(outcome, "outcome");
    }

    /** {@return what it means for an append} */
    public Outcome outcome() {
        return outcome;
    }
}
