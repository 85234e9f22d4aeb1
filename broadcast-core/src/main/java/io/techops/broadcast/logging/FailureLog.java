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
     * Warns, unless something like it was said a moment ago.
     *
     * @return whether it was said now
     */
    public boolean warn(String what, @Nullable Throwable thrown) {
        try {
            if (bursts.first()) {
                log.warn(what, thrown == null ? null : LogSanitizer.of(thrown));
                return true;
            }
        } catch (Throwable again) {
            // There is no one left to tell.
        }
        return false;
    }
}
