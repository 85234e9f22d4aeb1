package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer.Cancellation;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import jakarta.websocket.Session;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A container may tell that a session has closed as soon as it has sent the close frame. The hub is told only when the
 * session is not open any more and no such task is left, so that neither a socket nor a thread outlives the hub's end.
 */

/** The end of a session: its close frame, and the looks whether it has ended, of which no container tells. */
final class SessionEnd {

    /** How long a close handshake may take, and whatever blocks in the container. */
    static final Duration LINGER = Duration.ofSeconds(5);
    /** What a session is cut with, unless there is a better reason. */
    static final CloseReason CUT = CloseReason.of(CloseReason.GOING_AWAY, "the server ends the connection");

    private static final Logger LOG = LoggerFactory.getLogger(SessionEnd.class);
    /** How long a peer that is cut has to take a close frame, if it takes anything at all. */
    private static final Duration CLOSE_GRACE = Duration.ofMillis(250);
    /** How often to look whether a session that is closing has ended. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    private final Session session;
    private final ContainerExtensions extensions;
    private final SessionTasks tasks;
    private final Runnable ended;
    /** Set before a close frame is sent: the end is told by {@link #pollEnd}. */
    private volatile boolean closing;
    /** Cancels the next look. */
    private volatile Cancellation polling = () -> { };

    /** @param ended is told that a session that was closed has ended, perhaps more than once */
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

    /** Sends the close frame, and cuts the session if it has not ended in time. Does not block. */
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

    /** Cuts the session when a peer that reads has had the time to take a close frame. Does not block. */
    void cutSoon(CloseReason reason) {
        tasks.run(Kind.ABORT, CLOSE_GRACE, () -> extensions.cut(session, reason));
    }

    private void pollLater(long until) {
        polling = tasks.run(Kind.ABORT, POLL_INTERVAL, () -> pollEnd(until));
    }

    /** Tells that a session has ended, cuts it if it should have, or looks again later. */
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

    /** Takes note that the session has ended. */
    void over() {
        polling.cancel();
        ended.run();
    }

    /** {@return whether the session can be used} */
    boolean isOpen() {
        try {
            return session.isOpen();
        } catch (Throwable thrown) { // then it cannot be used either
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

    /** {@return what a container says about the end of a session, in the hub's words} */
    static CloseReason reported(jakarta.websocket.CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        String phrase = reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase();
        boolean known = code >= 1000 && code <= 4999;
        return CloseReason.of(known ? code : CloseReason.ABNORMAL, phrase);
    }
}
