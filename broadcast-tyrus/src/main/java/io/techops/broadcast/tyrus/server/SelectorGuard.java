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
 * Grizzly's way to select, on threads that nothing ends: what a policy or a listener left of itself on a selector's
 * thread is put right before each select, and what fails beside a connection is told and survived. What fails with a
 * connection is {@link ReadThreadStrategy}'s.
 */
final class SelectorGuard extends DefaultSelectorHandler {

    /** After a failure, so that one that lasts does not take a processor. */
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    private final FailureLog failures = new FailureLog(LoggerFactory.getLogger(SelectorGuard.class));
    private final @Nullable SelectorWatch watch;

    /** @param watch is told when a thread selects; null if no code of the host runs on them */
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
            throw e; // it stops
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
