package io.techops.broadcast.tyrus;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what is logged from WARNING up, by anybody, until it is closed. */
final class LogCatch extends Handler implements AutoCloseable {

    private final Logger root = Logger.getLogger("");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    LogCatch() {
        setLevel(Level.WARNING);
        root.addHandler(this);
    }

    /** {@return what was logged so far, with what was thrown} */
    List<String> warnings() {
        return records.stream().map(record -> record.getLoggerName() + ": " + record.getMessage()
                + (record.getThrown() == null ? "" : " " + record.getThrown())).toList();
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        root.removeHandler(this);
    }
}
