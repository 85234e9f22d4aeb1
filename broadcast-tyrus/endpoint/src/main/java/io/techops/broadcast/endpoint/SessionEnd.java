package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer.Cancellation;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import jakarta.websocket.Session;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A container may report that a session has closed as soon as it has sent the close frame. The hub is told only when
 * the session is no longer open and no task of this class is left, so that neither a socket nor a thread outlives the
 * hub.
 */

/**
 * The end of a session: sends its close frame, and polls whether the session has ended, which containers do not report.
 */
final class SessionEnd {

    /** How long a close handshake, or a blocking call in the container, may take. */
    static final Duration LINGER = Duration.ofSeconds(5);
    /** The reason with which a session is aborted, unless there is a better one. */
    static final CloseReason CUT = CloseReason.of(CloseReason.GOING_AWAY, "the server ends the connection");

    private static final Logger LOG = LoggerFactory.getLogger(SessionEnd.class);
    /** How long an aborted session may take to send a close frame. */
    private static final Duration CLOSE_GRACE = Duration.ofMillis(250);
    /** How often to check whether a closing session has ended. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    private final Session session;
    private final ContainerExtensions extensions;
    private final SessionTasks tasks;
    private final Runnable ended;
    /** Set before a close frame is sent: {@link #pollEnd} then reports the end. */
    private volatile boolean closing;
    /** Cancels the next check. */
    private volatile Cancellation polling = () -> { };

    /** @param ended called when a session that was closed has ended, possibly more than once */
    SessionEnd(Session session, ContainerExtensions extensions, SessionTasks tasks, Runnable ended) {
        this.session = session;
        this.extensions = extensions;
        this.tasks = tasks;
        this.ended = ended;
    }

    /** {@return whether {@link #start} was called} */
    boolean isClosing() {
        return closing;
    }

    /** Sends the close frame, and aborts the session if it does not end in time. Does not block. */
    void start(CloseReason reason) {
        closing = true;
        long until = System.nanoTime() + LINGER.toNanos();
        pollLater(until);
        tasks.run(Kind.SEND, Duration.ZERO, () -> {
            close(session, reason);
            if (!isOpen()) {
                over();
            }
        });
    }

    /** Aborts the session after a moment in which a peer that reads can take a close frame. Does not block. */
    void cutSoon(CloseReason reason) {
        tasks.run(Kind.ABORT, CLOSE_GRACE, () -> extensions.cut(session, reason));
    }

    private void pollLater(long until) {
        polling = tasks.run(Kind.ABORT, POLL_INTERVAL, () -> pollEnd(until));
    }

    /** Reports that the session has ended, aborts it if its time is over, or checks again later. */
    private void pollEnd(long until) {
        boolean open = isOpen();
        if (open && System.nanoTime() - until < 0) {
            pollLater(until);
            return;
        }
        if (open) {
            extensions.cut(session, CUT);
        }
        over();
    }

    /** Reports that the session has ended. */
    void over() {
        polling.cancel();
        ended.run();
    }

    /** {@return whether the session can be used} */
    boolean isOpen() {
        try {
            return session.isOpen();
        } catch (Throwable thrown) { // it cannot be used either
            return false;
        }
    }

    /** Closes a session. May block; never throws. */
    static void close(Session session, CloseReason reason) {
        try {
            session.close(new jakarta.websocket.CloseReason(
                    jakarta.websocket.CloseReason.CloseCodes.getCloseCode(reason.code()), reason.phrase()));
        } catch (Throwable thrown) {
            LOG.debug("The session is closed already", thrown);
        }
    }

    /** {@return a container's reason for the end of a session as the hub's type} */
    static CloseReason reported(jakarta.websocket.CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        String phrase = reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase();
        boolean known = code >= 1000 && code <= 4999;
        return CloseReason.of(known ? code : CloseReason.ABNORMAL, phrase);
    }
}
