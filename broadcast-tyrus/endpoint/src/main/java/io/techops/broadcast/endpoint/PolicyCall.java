package io.techops.broadcast.endpoint;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.stream.RequestSecrets;
import io.techops.broadcast.stream.Subprotocols;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks the application's policy on a thread of the container. Only static methods. */
final class PolicyCall {

    private static final SafeLog LOG = SafeLog.of(PolicyCall.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();
    private static final String UNDECIDED = "There is no decision about this handshake.";

    private PolicyCall() {
    }

    /** A call of a policy, or the continuation of one. */
    interface Question {
        @Nullable Decision ask() throws Exception;
    }

    /**
     * The outcome of a call.
     *
     * @param decision the decision; may be pending only where a method says so
     * @param cause null unless it was refused
     */
    record Outcome(Decision decision, @Nullable RefusalCause cause) {
    }

    /**
     * {@return the decision; a refusal with 503 if there is none} Never throws.
     *
     * @param timeout how long to wait for a decision that is pending
     */
    static Outcome ask(HandshakePolicy policy, HandshakeRequest request, Duration timeout) {
        long until = System.nanoTime() + timeout.toNanos();
        Outcome outcome = step(request, () -> policy.decide(request));
        while (outcome.decision() instanceof Decision.Pending pending) {
            outcome = step(request, () -> pending.resume(await(pending, until)));
        }
        return outcome;
    }

    /** {@return the decision, which may be pending; a refusal with 503 if there is none} Never throws. */
    static Outcome step(HandshakeRequest request, Question question) {
        try {
            Decision decision = question.ask();
            if (decision instanceof Decision.Accept accept) {
                Subprotocols.check(accept.subprotocol(), request);
            }
            if (decision == null) {
                throw new IllegalStateException("the handshake policy returned null");
            }
            return new Outcome(decision, decision instanceof Decision.Refuse ? RefusalCause.POLICY : null);
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
                Throwable cause = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
                LOG.warn("A handshake policy failed: the client is refused with 503, or 1013 behind the 101",
                        cause == null ? null : RequestSecrets.hidden(request, cause));
            }
            return undecided(RefusalCause.POLICY);
        }
    }

    private static Outcome undecided(RefusalCause cause) {
        return new Outcome(Decision.refuse(503, UNDECIDED), cause);
    }

    /** {@return a future that completes as the stage does, with an {@link ExecutionException} if the stage fails} */
    static CompletableFuture<Decision> told(Decision.Pending pending) {
        CompletableFuture<Decision> told = new CompletableFuture<>();
        pending.stage().whenComplete((decision, thrown) -> {
            if (thrown != null) {
                told.completeExceptionally(new ExecutionException(thrown)); // marks it as the stage's
            } else {
                told.complete(decision);
            }
        });
        return told;
    }

    private static @Nullable Decision await(Decision.Pending pending, long until) throws Exception {
        CompletableFuture<Decision> told = told(pending);
        try {
            return told.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | InterruptedException e) {
            cancel(pending);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** Cancels the stage of a decision that is no longer needed. */
    static void cancel(Decision.Pending pending) {
        try {
            pending.stage().toCompletableFuture().cancel(true);
        } catch (RuntimeException e) { // it need not have a future
            LOG.debug("A stage of a handshake policy cannot be cancelled: {}", e.toString());
        }
    }
}
