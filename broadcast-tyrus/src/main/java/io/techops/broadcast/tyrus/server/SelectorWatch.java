package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A policy or a message listener that is declared not to block runs on a selector's thread. If it blocks nevertheless,
 * that thread serves no other connection. Finding this out must not cost a read of the clock for each message. So each
 * selector's thread counts its selects, and the thread of the deadlines compares the counts once a second: a thread
 * that was between the same two selects at three checks has been busy for at least a second in which the process was
 * not stopped. Only then its stack is read, which shows what it is busy with.
 */

/** Warns of host code that blocks the threads of the selectors although it is declared not to block. */
final class SelectorWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SelectorWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int CHECKS = 2;
    private static final String ENGINE = MessagePolicy.class.getPackageName() + ".engine.";
    /**
     * The methods in which the hub calls a policy or a listener for messages. This module cannot refer to these
     * classes; a test checks the names.
     */
    static final Set<String> HUB_CALLS = Set.of(ENGINE + "PeerMessages.receive",
            ENGINE + "ListenerDispatcher.broadcast", ENGINE + "ListenerDispatcher.ignored");
    /**
     * The prefix of {@code MessagePolicy}, {@code MessageListener} and the classes in which they wrap a policy or a
     * listener.
     */
    private static final String DECLARATIONS = MessagePolicy.class.getPackageName() + ".Message";

    private final Set<Selects> threads = ConcurrentHashMap.newKeySet();
    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<Selects> ofThisThread = ThreadLocal.withInitial(() -> {
        Selects one = new Selects(Thread.currentThread());
        threads.add(one);
        return one;
    });

    /** The number of selects of a thread. */
    static final class Selects {

        private final Thread thread;
        /** Odd while the thread does not select. Written by the thread. */
        private volatile int count = 1;
        /** This field and the next are owned by the thread of the deadlines. */
        private int seen;
        private int checks;

        private Selects(Thread thread) {
            this.thread = thread;
        }

        /** Called when the thread begins or ends a select. */
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // only this thread writes it
        void next() {
            count++;
        }

        private boolean isBlocked() {
            int now = count;
            checks = now == seen && (now & 1) == 1 ? checks + 1 : 0;
            seen = now;
            return checks >= CHECKS;
        }

        /** {@return the frame of the host's code that the thread runs; null if it runs none} */
        private @Nullable StackTraceElement hostCode() {
            StackTraceElement[] calls = thread.getStackTrace();
            if (count != seen) {
                return null; // the thread went on meanwhile
            }
            for (int i = calls.length - 2; i >= 0; i--) {
                if (HUB_CALLS.contains(calls[i + 1].getClassName() + "." + calls[i + 1].getMethodName())
                        && !calls[i].getClassName().startsWith(ENGINE)) {
                    while (i > 0 && calls[i].getClassName().startsWith(DECLARATIONS)) {
                        i--;
                    }
                    return calls[i];
                }
            }
            return null;
        }
    }

    /** Starts the checks, which end when {@code timer} is closed. */
    SelectorWatch(WriteReadiness timer) {
        timer.every(INTERVAL, this::check);
    }

    /** {@return the selects of the current thread} */
    Selects ofThisThread() {
        return ofThisThread.get();
    }

    private void check() {
        threads.removeIf(one -> !one.thread.isAlive());
        for (Selects one : threads) {
            StackTraceElement host = one.isBlocked() ? one.hostCode() : null;
            if (host != null && named.add(host.getClassName())) {
                LOG.warn("{} blocks a thread that reads from peers, for more than a second now: until it returns, "
                        + "nothing is read from the other peers of this thread, pongs included. It is declared not "
                        + "to block: remove MessagePolicy.nonBlocking or MessageListener.nonBlocking around it, or "
                        + "let its mayBlock() return true", host);
            }
        }
    }
}
