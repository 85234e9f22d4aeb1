package io.techops.broadcast.examples;

import java.util.logging.LogManager;

/**
 * Keeps logging alive while the service ends: the JDK's own log manager takes all handlers away as soon as the process
 * is told to end, and with them the lines about how it ended. Public because {@code java.util.logging} has to make it:
 * the system property {@code java.util.logging.manager} must name it before anything touches a class of that package,
 * this one included.
 */
public final class ServiceLogManager extends LogManager {

    private static volatile boolean kept;

    /** Called by {@code java.util.logging}. */
    public ServiceLogManager() {
    }

    /** From now on the handlers stay. */
    static void keep() {
        kept = true;
    }

    /** Resets as in the JDK, until the service has set up its own logging. */
    @Override
    public void reset() {
        if (!kept) {
            super.reset();
        }
    }
}
