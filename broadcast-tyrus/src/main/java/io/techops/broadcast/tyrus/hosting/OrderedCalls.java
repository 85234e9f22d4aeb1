package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.logging.FailureLog;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls of the application, one after the other and in order, on threads that may wait, without any lock. What a
 * call throws is logged. Safe for use by any number of threads; no method blocks.
 */
final class OrderedCalls {

    private static final Logger LOG = LoggerFactory.getLogger(OrderedCalls.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);

    private final Executor threads;
    /** The calls to make, and whether a thread is making them; guarded by itself. */
    private final Queue<Runnable> calls = new ArrayDeque<>();
    private boolean calling;

    OrderedCalls(Executor threads) {
        this.threads = threads;
    }

    /** Makes a call, after those before. */
    void add(Runnable call) {
        synchronized (calls) {
            calls.add(call);
            if (calling) {
                return;
            }
            calling = true;
        }
        threads.execute(this::callAll);
    }

    private void callAll() {
        while (true) {
            Runnable call;
            synchronized (calls) {
                call = calls.poll();
                if (call == null) {
                    calling = false;
                    return;
                }
            }
            try {
                call.run();
            } catch (Throwable thrown) {
                FAILURES.warn("The handler of a send threw", thrown);
            }
        }
    }
}
