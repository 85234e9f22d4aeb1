package io.techops.broadcast;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Switches on every line that the library logs, and prints none of them. */
final class TrappedLog extends Handler implements BeforeEachCallback, AfterEachCallback {

    private final Logger logger = Logger.getLogger("io.techops.broadcast");
    private final Runnable logged;
    private @Nullable Level level;
    private boolean parents;

    /**
     * @param logged run for each line, on the thread that logs it
     */
    TrappedLog(Runnable logged) {
        this.logged = logged;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        level = logger.getLevel();
        parents = logger.getUseParentHandlers();
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
        logger.setLevel(Level.ALL);
        setLevel(Level.ALL);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        logger.removeHandler(this);
        logger.setLevel(level);
        logger.setUseParentHandlers(parents);
    }

    @Override
    public void publish(LogRecord line) {
        logged.run();
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
