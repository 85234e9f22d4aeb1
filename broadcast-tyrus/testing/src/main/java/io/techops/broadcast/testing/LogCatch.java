package io.techops.broadcast.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps what this process logs from WARNING up until it is closed, and keeps it off the console: for tests that provoke
 * it, and say what they expect. Those that are open at the same time have to be closed in reverse order.
 */
public final class LogCatch extends Handler implements AutoCloseable {

    private final Logger root = Logger.getLogger("");
    private final List<Handler> silenced = List.of(root.getHandlers());
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    /** Begins to catch. */
    public LogCatch() {
        setLevel(Level.WARNING);
        root.addHandler(this);
        silenced.forEach(root::removeHandler);
    }

    /** {@return what was logged so far, with what was thrown} */
    public List<String> warnings() {
        return records.stream().map(record -> record.getLoggerName() + ": " + record.getMessage()
                + (record.getThrown() == null ? "" : " " + record.getThrown())).toList();
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            records.add(record);
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
    }
}
