package io.techops.broadcast.engine;

import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import java.util.function.LongSupplier;

/*
 * Foreign code is what the host application or an adapter gives to a hub and the hub then calls. Such code may throw
 * anything, anywhere. These classes protect the hub from it:
 *
 *   ForeignTimer   the clock and the timer: neither throws, a task that the timer refuses runs nevertheless
 *   RetriedTask    a task on a foreign executor: one that is refused is submitted again
 *   SafeLog        the logger, and the toString, getMessage and hashCode of what is logged: logging never throws
 *   ForeignCode    everything else whose failure concerns nothing but itself
 *
 * There may be no memory when foreign code fails. What must happen then is done first, and needs no memory: not even
 * for a string literal, which a class has to resolve when it uses it for the first time. That is why the sentence that
 * is logged is a field.
 *
 * A call whose failure has a consequence (a policy's closes the peer) has a catch (Throwable) of its own at the call,
 * with nothing in it that can throw. After each call on a thread of ours comes returned().
 */

/** Calls foreign code whose failure concerns nothing but itself. Safe for use by any number of threads. */
final class ForeignCode {

    private final SafeLog log;
    private final String failure;
    private final LogRateLimiter failures;

    /**
     * @param log where failures are logged, at a bounded rate
     * @param failure what has happened then, a sentence without its full stop
     * @param clock in nanoseconds; does not throw
     */
    ForeignCode(SafeLog log, String failure, LongSupplier clock) {
        this.log = log;
        this.failure = failure;
        this.failures = new LogRateLimiter(clock);
    }

    /** Calls foreign code; what it throws is logged. */
    void call(Runnable code) {
        try {
            code.run();
        } catch (Throwable thrown) {
            failed(thrown);
        }
        returned();
    }

    /** Logs what foreign code has thrown. Never throws. */
    void failed(Throwable thrown) {
        log.warn(failures, failure, thrown);
    }

    /**
     * Is called after each call of foreign code: clears an interrupt that the code left behind, so that it does not
     * reach the next call. Does so only on the hub's own threads, and never on those of the host.
     */
    static void returned() {
        if (Thread.currentThread() instanceof EngineThread) {
            Thread.interrupted();
        }
    }
}
