package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakePolicy.Decision;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.http.HttpRejection;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the host application's policy, on threads that may wait, and turns whatever comes of it into an answer. Safe for
 * use by any number of threads.
 */
public final class PolicyExecutor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyExecutor.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofSeconds(1);

    private final HandshakePolicy policy;
    private final LogRateLimiter failures = new LogRateLimiter();
    private final AtomicInteger names = new AtomicInteger();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(0, HandshakePolicy.MAX_CONCURRENT,
            IDLE.toMillis(), TimeUnit.MILLISECONDS, new SynchronousQueue<>(), this::thread) {
        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            ThreadState.restore();
        }
    };

    public PolicyExecutor(HandshakePolicy policy) {
        this.policy = policy;
    }

    /** What the policy has decided: one of the two is not null. */
    public record Verdict(Decision.@Nullable Accept accept, @Nullable HttpRejection refusal) {
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "broadcast-handshake-" + names.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Asks, and returns.
     *
     * @param then is told the verdict, on some thread, perhaps before this returns; not if the task was cancelled in
     *     time
     * @return the task, which may be cancelled
     */
    public Future<?> ask(HandshakeRequest request, Consumer<Verdict> then) {
        FutureTask<?> task = new FutureTask<>(() -> {
            Verdict verdict = verdict(request);
            ThreadState.restore();
            then.accept(verdict);
        }, null);
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            then.accept(new Verdict(null, busy("Too many handshakes wait for a decision.")));
        }
        return task;
    }

    private Verdict verdict(HandshakeRequest request) {
        try {
            Decision decision = policy.decide(request);
            if (decision instanceof Decision.Accept accept) {
                checkSubprotocol(accept.subprotocol(), request);
                return new Verdict(accept, null);
            }
            if (decision instanceof Decision.Refuse refuse) {
                return new Verdict(null, refusal(refuse));
            }
            throw new IllegalStateException("the handshake policy returned null");
        } catch (Throwable thrown) {
            if (!(thrown instanceof InterruptedException) && failures.first()) {
                LOG.warn("A handshake policy failed: the handshake is refused with 503", thrown);
            }
            return new Verdict(null, busy("There is no decision about this handshake."));
        }
    }

    private static HttpRejection busy(String text) {
        return HttpRejection.busy(RefusalCause.POLICY, text, RETRY_AFTER);
    }

    private static void checkSubprotocol(@Nullable String selected, HandshakeRequest request) {
        if (selected == null) {
            return;
        }
        if (!request.subprotocols().contains(selected)) {
            throw new IllegalStateException("the handshake policy selected a subprotocol that was not offered");
        }
        if (request.isToken(selected)) {
            throw new IllegalStateException("the handshake policy selected a token as the subprotocol");
        }
    }

    private static HttpRejection refusal(Decision.Refuse refuse) {
        HttpRejection refusal = HttpRejection.of(RefusalCause.POLICY, refuse.status(), refuse.reason());
        return switch (refuse.status()) {
            case 401 -> refusal.with("WWW-Authenticate", "Bearer");
            case 429, 503 -> refusal.retryAfter(RETRY_AFTER);
            default -> refusal;
        };
    }

    /** Interrupts the policies that still think, and waits a moment for them. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A handshake policy does not end, although it was interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
