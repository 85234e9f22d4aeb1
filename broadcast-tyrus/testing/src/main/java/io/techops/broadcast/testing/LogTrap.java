package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Catches what an operator would see: everything from WARN up that this process logs, and exceptions that nobody
 * handles.
 */
public final class LogTrap extends Handler implements AutoCloseable {

    private final List<String> caught = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");
    private final Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();

    public LogTrap() {
        root.addHandler(this);
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> caught.add(thread.getName() + ": " + thrown));
    }

    @Override
    public void publish(LogRecord line) {
        if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
            caught.add(line.getLoggerName() + ": " + line.getMessage() + " " + line.getThrown());
        }
    }

    /** {@return how many lines there were} */
    public int size() {
        return caught.size();
    }

    public void isEmpty() {
        assertThat(caught).as("lines from WARN up, and exceptions that nobody handled").isEmpty();
    }

    @Override
    public void flush() {
        // nothing waits
    }

    @Override
    public void close() {
        root.removeHandler(this);
        Thread.setDefaultUncaughtExceptionHandler(handler);
    }
}
