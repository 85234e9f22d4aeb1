package io.techops.broadcast.endpoint;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.stream.Subprotocols;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the application's policy on the container's thread, which waits. Only static methods. */
final class PolicyCall {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyCall.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();
    private static final String UNDECIDED = "There is no decision about this handshake.";

    private PolicyCall() {
    }

    /**
     * What came of it.
     *
     * @param decision is not pending
     * @param cause null if it was accepted
     */
    record Outcome(Decision decision, @Nullable RefusalCause cause) {
    }

    /**
     * {@return the decision; a refusal with 503 if there is none} Never throws.
     *
     * @param timeout how long to wait for a decision that is pending
     */
    static Outcome ask(HandshakePolicy policy, HandshakeRequest request, Duration timeout) {
        try {
            long until = System.nanoTime() + timeout.toNanos();
            Decision decision = policy.decide(request);
            while (decision instanceof Decision.Pending pending) {
                decision = pending.resume(await(pending.stage(), until));
            }
            if (decision instanceof Decision.Accept accept) {
                Subprotocols.check(accept.subprotocol(), request);
                return new Outcome(accept, null);
            }
            if (decision == null) {
                throw new IllegalStateException("the handshake policy returned null");
            }
            return new Outcome(decision, RefusalCause.POLICY);
        } catch (TimeoutException e) {
            if (FAILURES.first()) {
                LOG.warn("The stage of a handshake policy does not complete within handshakeTimeout: "
                        + "the client is refused with 503, or 1013 behind the 101");
            }
            return undecided(RefusalCause.TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return undecided(RefusalCause.POLICY);
        } catch (Throwable thrown) {
            if (FAILURES.first()) {
                LOG.warn("A handshake policy failed: the client is refused with 503, or 1013 behind the 101",
                        thrown instanceof ExecutionException ? thrown.getCause() : thrown);
            }
            return undecided(RefusalCause.POLICY);
        }
    }

    private static Outcome undecided(RefusalCause cause) {
        return new Outcome(Decision.refuse(503, UNDECIDED), cause);
    }

    private static @Nullable Decision await(CompletionStage<? extends Decision> stage, long until) throws Exception {
        CompletableFuture<Decision> told = new CompletableFuture<>();
        stage.whenComplete((decision, thrown) -> {
            if (thrown != null) {
                told.completeExceptionally(thrown);
            } else {
                told.complete(decision);
            }
        });
        try {
            return told.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | InterruptedException e) {
            cancel(stage);
            throw e;
        }
    }

    private static void cancel(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (RuntimeException e) { // it need not have a future
            LOG.debug("A stage of a handshake policy cannot be cancelled: {}", e.toString());
        }
    }
}
