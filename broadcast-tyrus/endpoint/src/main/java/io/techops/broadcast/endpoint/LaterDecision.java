package io.techops.broadcast.endpoint;

import io.techops.broadcast.handshake.Decision;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The request is processed asynchronously (startAsync). When the stage of the decision completes or times out, the
 * request is dispatched again, through all filters, on a thread of the container. There the next policy may be asked,
 * which may block, and may decide later again. The timeout is the container's, although Tomcat checks it only once a
 * second: a timer thread of the JDK would keep the application's class loader from being unloaded.
 */

/** A handshake that waits for its decision without a thread. */
final class LaterDecision implements AsyncListener {

    private static final Logger LOG = LoggerFactory.getLogger(LaterDecision.class);
    /** The name of the request's attribute that holds it. */
    private static final String ATTRIBUTE = LaterDecision.class.getName();

    private final DecidedHandshake handshake;
    private final Decision.Pending pending;
    private final long until;
    private final CompletableFuture<Decision> told;
    /** Written before {@link #told} is completed. */
    private volatile boolean late;

    private LaterDecision(DecidedHandshake handshake, Decision.Pending pending, long until) {
        this.handshake = handshake;
        this.pending = pending;
        this.until = until;
        this.told = PolicyCall.told(pending);
    }

    /**
     * Starts to wait for the decision about a request, which is then dispatched again.
     *
     * @param until when the decision times out, by {@link System#nanoTime}
     */
    static void await(HttpServletRequest request, HttpServletResponse response, DecidedHandshake handshake,
            Decision.Pending pending, long until) {
        LaterDecision later = new LaterDecision(handshake, pending, until);
        request.setAttribute(ATTRIBUTE, later);
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(Math.max(1, Duration.ofNanos(until - System.nanoTime()).toMillis())); // 0 is none
        async.addListener(later);
        later.told.whenComplete((decision, thrown) -> dispatch(async));
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        late = true;
        PolicyCall.cancel(pending); // which usually completes it
        told.completeExceptionally(new TimeoutException());
    }

    @Override
    public void onError(AsyncEvent event) {
        // The client has disconnected: the container ends the request.
    }

    @Override
    public void onComplete(AsyncEvent event) {
        // Nothing is left to do.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // The next decision comes later, too, and has a listener of its own.
    }

    private static void dispatch(AsyncContext async) {
        try {
            async.dispatch();
        } catch (RuntimeException e) { // the client has disconnected, or the container stops
            LOG.debug("A handshake has gone before it was decided", e);
        }
    }

    /**
     * {@return the decision that a request has waited for before it was dispatched again; null if it has not waited}
     */
    static @Nullable LaterDecision of(HttpServletRequest request) {
        LaterDecision later = request.getAttribute(ATTRIBUTE) instanceof LaterDecision waited ? waited : null;
        request.removeAttribute(ATTRIBUTE);
        return later;
    }

    /** {@return the handshake with its decision, which may be pending again} May block. */
    DecidedHandshake handshake() {
        PolicyCall.Outcome outcome = PolicyCall.step(handshake.asked(), () -> pending.resume(result()));
        return new DecidedHandshake(handshake.settings(), handshake.asked(), outcome.decision(), outcome.cause());
    }

    private Decision result() throws Exception {
        if (late) {
            throw new TimeoutException();
        }
        try {
            return told.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** {@return when the decision times out, by {@link System#nanoTime}} */
    long until() {
        return until;
    }
}
