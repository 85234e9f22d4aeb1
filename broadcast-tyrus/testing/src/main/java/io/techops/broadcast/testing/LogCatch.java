package io.techops.broadcast.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps what this process logs from WARNING up, and exceptions that no thread handles, until it is closed, and keeps
 * them off the console: for tests that provoke warnings and check them. Catches that are open at the same time have to
 * be closed in reverse order. Safe for use by any number of threads.
 */
public final class LogCatch extends Handler implements AutoCloseable {

    private final Logger root = Logger.getLogger("");
    private final List<Handler> silenced = List.of(root.getHandlers());
    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /** Starts to catch. */
    public LogCatch() {
        setLevel(Level.WARNING);
        root.addHandler(this);
        silenced.forEach(root::removeHandler);
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> lines.add(thread.getName() + " died: " + thrown));
    }

    /** {@return what was logged so far, with what was thrown; it grows with the log} */
    public List<String> warnings() {
        return lines;
    }

    /**
     * {@return how many lines there may be of a warning that is logged at most once in ten seconds}
     *
     * @param begun when it could have been logged first, by {@link System#nanoTime}
     */
    public static int mostLinesSince(long begun) {
        return 1 + (int) Duration.ofNanos(System.nanoTime() - begun).dividedBy(Duration.ofSeconds(10));
    }

    /** Called by the logger. */
    @Override
    public void publish(LogRecord line) {
        if (isLoggable(line)) {
            lines.add(line.getLoggerName() + ": " + line.getMessage()
                    + (line.getThrown() == null ? "" : " " + line.getThrown()));
        }
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        root.removeHandler(this);
        silenced.forEach(root::addHandler);
        Thread.setDefaultUncaughtExceptionHandler(before);
    }
}
