package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.tyrus.connection.ThreadState;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.glassfish.grizzly.nio.DefaultSelectorHandler;
import org.glassfish.grizzly.nio.SelectorRunner;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Selects for Grizzly, on threads that no failure ends: before each select it restores the thread's state, which a
 * policy or a listener may have changed; a failure outside of a connection is logged, and the thread goes on. Failures
 * of a connection are handled by {@link ReadThreadStrategy}.
 */
final class SelectorGuard extends DefaultSelectorHandler {

    /** The pause after a failure, so that a lasting failure does not take a whole processor. */
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    private final FailureLog failures = new FailureLog(LoggerFactory.getLogger(SelectorGuard.class));
    private final @Nullable SelectorWatch watch;

    /** @param watch is told when a thread selects; null if no code of the host runs on the selectors' threads */
    SelectorGuard(@Nullable SelectorWatch watch) {
        this.watch = watch;
    }

    @Override
    public boolean preSelect(SelectorRunner runner) {
        ThreadState.restore();
        try {
            return super.preSelect(runner);
        } catch (Throwable thrown) {
            survive(thrown);
            return true;
        }
    }

    @Override
    public Set<SelectionKey> select(SelectorRunner runner) throws IOException {
        if (watch == null) {
            return guardedSelect(runner);
        }
        SelectorWatch.Selects selects = watch.ofThisThread();
        selects.next();
        try {
            return guardedSelect(runner);
        } finally {
            selects.next();
        }
    }

    private Set<SelectionKey> guardedSelect(SelectorRunner runner) throws IOException {
        try {
            return super.select(runner);
        } catch (ClosedSelectorException e) {
            throw e; // the transport stops
        } catch (Throwable thrown) {
            survive(thrown);
            return Set.of();
        }
    }

    private void survive(Throwable thrown) {
        failures.warn("A selector goes on after a failure", thrown);
        LockSupport.parkNanos(PAUSE_NANOS);
    }
}
