package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.stream.RefusalHeaders;
import io.techops.broadcast.stream.RequestSecrets;
import io.techops.broadcast.stream.Subprotocols;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.http.HttpRejection;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the host application's policy, on threads that may wait, and turns its result or failure into an answer. A
 * pending decision occupies no thread. Safe for use by any number of threads.
 */
public final class PolicyExecutor implements AutoCloseable {

    private static final SafeLog LOG = SafeLog.of(PolicyExecutor.class);
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofSeconds(1);

    private final HandshakePolicy policy;
    private final LogRateLimiter failures = new LogRateLimiter();
    private final LogRateLimiter timeouts = new LogRateLimiter();
    private final AtomicInteger names = new AtomicInteger();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(0, HandshakePolicy.MAX_CONCURRENT,
            IDLE.toMillis(), TimeUnit.MILLISECONDS, new SynchronousQueue<>(), this::thread) {
        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            ThreadState.restore();
        }
    };

    /**
     * @param policy the policy to ask about every handshake
     */
    public PolicyExecutor(HandshakePolicy policy) {
        this.policy = policy;
    }

    /** The policy's decision: exactly one of the two is not null. */
    public record PolicyResult(Decision.@Nullable Accept accept, @Nullable HttpRejection refusal) {
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "broadcast-handshake-" + names.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Asks the policy, and returns at once.
     *
     * @param then is given the result, once, on any thread, perhaps before this returns, and not after {@link
     *     PolicyCall#end}. Must not block: the thread may be one of the host application
     * @return the call, to end it early
     */
    public PolicyCall ask(HandshakeRequest request, Consumer<PolicyResult> then) {
        PolicyCall call = new PolicyCall(request, then);
        call.run(() -> policy.decide(request));
        return call;
    }

    /** {@return the answer to a handshake that was not decided in time} */
    public static HttpRejection late() {
        return HttpRejection.busy(RefusalCause.TIMEOUT, "There is no decision about this handshake.",
                RefusalHeaders.RETRY_AFTER);
    }

    private static HttpRejection busy(String text) {
        return HttpRejection.busy(RefusalCause.POLICY, text, RefusalHeaders.RETRY_AFTER);
    }

    /** A handshake that the policy is deciding about. */
    public final class PolicyCall {

        private final HandshakeRequest request;
        /** Null as soon as there is a result, or none is wanted, because a stage may refer to this object for ever. */
        private final AtomicReference<@Nullable Consumer<PolicyResult>> then;
        /**
         * Written before "task" and "stage" are read to stop them; each of these is written before this is read.
         */
        private volatile boolean ended;
        private volatile @Nullable Future<?> task;
        private volatile @Nullable CompletionStage<?> stage;

        private PolicyCall(HandshakeRequest request, Consumer<PolicyResult> then) {
            this.request = request;
            this.then = new AtomicReference<>(then);
        }

        private void run(Callable<Decision> question) {
            FutureTask<?> asking = new FutureTask<>(() -> {
                try {
                    settle(question.call());
                } catch (Throwable thrown) {
                    fail(thrown);
                }
            }, null);
            task = asking;
            try {
                threads.execute(asking);
            } catch (RejectedExecutionException e) {
                conclude(new PolicyResult(null, busy("Too many handshakes wait for a decision.")));
            }
            if (ended) {
                asking.cancel(true);
            }
        }

        private void settle(@Nullable Decision decision) {
            if (decision instanceof Decision.Accept accept) {
                Subprotocols.check(accept.subprotocol(), request);
                conclude(new PolicyResult(accept, null));
            } else if (decision instanceof Decision.Refuse refuse) {
                conclude(new PolicyResult(null, refusal(refuse)));
            } else if (decision instanceof Decision.Pending pending) {
                await(pending);
            } else {
                throw new IllegalStateException("the handshake policy returned null");
            }
        }

        private void await(Decision.Pending pending) {
            stage = pending.stage();
            pending.stage().whenComplete((decision, thrown) -> { // on any thread of the host application
                try {
                    stage = null;
                    if (ended) {
                        return;
                    }
                    if (thrown != null) {
                        fail(thrown);
                    } else if (decision != null && pending.mayBlock()) {
                        run(() -> pending.resume(decision));
                    } else {
                        settle(decision);
                    }
                } catch (Throwable failure) {
                    fail(failure);
                }
            });
            if (ended) {
                cancelStage();
            }
        }

        private void fail(Throwable thrown) {
            try {
                if (!ended && !threads.isShutdown() && failures.first()) {
                    LOG.warn("A handshake policy failed: the handshake is refused with 503",
                            RequestSecrets.hidden(request, thrown));
                }
            } finally {
                conclude(new PolicyResult(null, busy("There is no decision about this handshake.")));
            }
        }

        private void conclude(PolicyResult result) {
            Consumer<PolicyResult> told = then.getAndSet(null);
            if (told != null) {
                told.accept(result);
            }
        }

        /** Ends the call, whose result is no longer wanted: interrupts the policy, or cancels its stage. */
        public void end() {
            ended = true;
            then.set(null);
            Future<?> asking = task;
            if (asking != null) {
                asking.cancel(true);
            }
            cancelStage();
        }

        /** Ends the call because its time is over. Logs it if the policy's stage has not completed. */
        public void expire() {
            if (stage != null && timeouts.first()) {
                LOG.warn("The stage of a handshake policy does not complete within handshakeTimeout: "
                        + "the handshake is refused with 503");
            }
            end();
        }

        /** Cancelling a stage may run code of the host application, so this uses a thread that may wait. */
        private void cancelStage() {
            CompletionStage<?> waiting = stage;
            if (waiting == null) {
                return;
            }
            try {
                threads.execute(() -> {
                    try {
                        waiting.toCompletableFuture().cancel(true);
                    } catch (Throwable thrown) { // a stage need not have a future
                        LOG.debug("A stage of a handshake policy cannot be cancelled: {}", thrown.toString());
                    }
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("A stage of a handshake policy is not cancelled: every thread is taken, or the server ends");
            }
        }
    }

    private static HttpRejection refusal(Decision.Refuse refuse) {
        return HttpRejection.of(RefusalCause.POLICY, refuse.status(), refuse.reason())
                .with(RefusalHeaders.of(refuse));
    }

    /** Interrupts the policies that are still running, and waits a moment for them. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            // An idle thread may just not have had a processor to end.
            if (!threads.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS) && threads.getActiveCount() > 0) {
                LOG.warn("A handshake policy does not end, although it was interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
