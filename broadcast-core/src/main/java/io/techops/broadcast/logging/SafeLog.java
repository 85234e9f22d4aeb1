package io.techops.broadcast.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LocationAwareLogger;

/**
 * A logger that never throws, whatever the underlying logger or the logged values throw: the values are turned into
 * text here, by {@link LogSanitizer}. Safe for use by any number of threads.
 */
public final class SafeLog {

    private static final String SELF = SafeLog.class.getName();

    private final @Nullable Logger logger;

    private SafeLog(@Nullable Logger logger) {
        this.logger = logger;
    }

    /** {@return the log of a class; one that logs nothing if no logger can be made} */
    public static SafeLog of(Class<?> owner) {
        try {
            return new SafeLog(LoggerFactory.getLogger(owner));
        } catch (Throwable thrown) { // it cannot be logged
            return new SafeLog(null);
        }
    }

    public boolean isDebugEnabled() {
        return isEnabled(Level.DEBUG);
    }

    /**
     * Logs at DEBUG.
     *
     * @param args the values of the format; the last one may also be a throwable, which is printed as one
     */
    public void debug(String format, @Nullable Object... args) {
        write(Level.DEBUG, null, format, args);
    }

    /** As {@link #warn(LogRateLimiter, String, Object...)} with one value; allocates nothing in the caller. */
    public void warn(LogRateLimiter burst, String format, @Nullable Object arg) {
        try {
            if (burst.first()) {
                write(Level.WARN, burst, format, arg);
            }
        } catch (Throwable noMemory) {
            // It cannot be told.
        }
    }

    /** As {@link #debug(String, Object...)} with one value; allocates nothing in the caller. */
    public void debug(String format, @Nullable Object arg) {
        try {
            write(Level.DEBUG, null, format, arg);
        } catch (Throwable noMemory) {
            // It cannot be told.
        }
    }

    /** As {@link #debug(String, Object...)} with two values; allocates nothing in the caller. */
    public void debug(String format, @Nullable Object first, @Nullable Object second) {
        try {
            write(Level.DEBUG, null, format, first, second);
        } catch (Throwable noMemory) {
            // It cannot be told.
        }
    }

    /** Logs at INFO, as {@link #debug} does. */
    public void info(String format, @Nullable Object... args) {
        write(Level.INFO, null, format, args);
    }

    /** Logs at WARN, as {@link #debug} does. */
    public void warn(String format, @Nullable Object... args) {
        write(Level.WARN, null, format, args);
    }

    /**
     * Logs at WARN, as {@link #debug} does, if the limiter lets it through, and adds how many were suppressed before.
     */
    public void warn(LogRateLimiter burst, String format, @Nullable Object... args) {
        if (burst.first()) {
            write(Level.WARN, burst, format, args);
        }
    }

    private boolean isEnabled(Level level) {
        try {
            return logger != null && logger.isEnabledForLevel(level);
        } catch (Throwable thrown) { // it could not log this either
            return false;
        }
    }

    private void write(Level level, @Nullable LogRateLimiter burst, String format, @Nullable Object... args) {
        if (!isEnabled(level)) {
            return;
        }
        Throwable thrown = args.length > 0 && args[args.length - 1] instanceof Throwable last ? last : null;
        try {
            pass(level, text(format, args) + suppressed(burst), thrown == null ? null : LogSanitizer.of(thrown));
        } catch (Throwable again) { // the logger threw, a method of the throwable did, or there was no memory
            try {
                pass(level, thrown == null ? format : format + " (" + thrown.getClass().getName() + ")", null);
            } catch (Throwable stillAgain) {
                // It cannot be logged.
            }
        }
    }

    private static String suppressed(@Nullable LogRateLimiter burst) {
        long count = burst == null ? 0 : burst.suppressed();
        return count == 0 ? "" : "; " + count + " more like this were not logged";
    }

    private static String text(String format, @Nullable Object... args) {
        @Nullable Object[] texts = new Object[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i] == null ? "null" : LogSanitizer.of(args[i]);
        }
        return MessageFormatter.basicArrayFormat(format, texts);
    }

    private void pass(Level level, String text, @Nullable Throwable thrown) {
        if (logger instanceof LocationAwareLogger aware) { // so that it does not take this class for the origin
            aware.log(null, SELF, level.toInt(), text, null, thrown);
        } else if (logger != null) {
            logger.atLevel(level).setCause(thrown).log(text);
        }
    }
}
