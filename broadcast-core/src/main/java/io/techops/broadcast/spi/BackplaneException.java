package io.techops.broadcast.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Thrown if a call of a {@link SharedLog} fails. */
public final class BackplaneException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What the failure means for an append. The hub repeats a read that fails, whatever the outcome. */
    public enum Outcome {

        /** Nothing was appended: the log is in another epoch. The hub reads the log, and appends in the new epoch. */
        STALE_EPOCH,

        /** Nothing was appended: the engine takes no records now. The hub repeats the append with the same number. */
        REFUSED,

        /** Nothing was appended, and nothing ever can be, as if a record exceeds the engine's own limits. */
        IMPOSSIBLE,

        /**
         * The records may have been appended, or may still be: no answer came. The hub repeats the append with the same
         * number.
         */
        UNKNOWN
    }

    /** What it means for an append. */
    private final Outcome outcome;

    /**
     * @param outcome what it means for an append
     * @param message what failed, and on which server
     * @param cause the cause; {@code null} if there is none
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
