package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps the warnings of hubs from the console. */
final class Warnings extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger(BroadcastHub.class.getName());
    private final Level level = logger.getLevel();
    private final List<String> texts = new CopyOnWriteArrayList<>();

    Warnings() {
        logger.setLevel(Level.WARNING);
        logger.addHandler(this);
        logger.setUseParentHandlers(false);
    }

    /** {@return what was warned of, in its order} */
    List<String> texts() {
        return texts;
    }

    @Override
    public void publish(LogRecord record) {
        texts.add(record.getMessage());
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(level);
        logger.setUseParentHandlers(true);
    }
}
