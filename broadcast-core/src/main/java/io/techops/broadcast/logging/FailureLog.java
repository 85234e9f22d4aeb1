package io.techops.broadcast.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs unexpected failures on threads that must not end: the first of a burst is a warning. Logging never throws,
 * whatever the logger does and however little memory there is. Safe for use by any number of threads.
 */
public final class FailureLog {

    private final Logger log;
    private final LogRateLimiter bursts = new LogRateLimiter();

    public FailureLog(Logger log) {
        this.log = log;
    }

    /**
     * Logs a warning, unless one was logged in the last ten seconds.
     *
     * @return whether the warning was logged
     */
    public boolean warn(String what, @Nullable Throwable thrown) {
        try {
            if (bursts.first()) {
                log.warn(what, thrown == null ? null : LogSanitizer.of(thrown));
                return true;
            }
        } catch (Throwable again) {
            // It cannot be logged either.
        }
        return false;
    }
}
