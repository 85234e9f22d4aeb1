package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.LogSanitizer;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A container may tell of a session's end before its opening has returned: another thread closes it, or the application
 * closes it in its own method, and some containers call back from within that. What is told is kept here, so that a
 * session that has ended is never a peer afterwards.
 */

/**
 * One session from its opening to its end, as the endpoint tells of it. The container's rule holds: messages come one
 * at a time; the rest is safe for use by any number of threads.
 */
final class SessionLife {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLife.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();
    private static final CloseReason OVER =
            CloseReason.of(CloseReason.ABNORMAL, "the session was closed while it opened");

    /** Registers a session with its hub. */
    interface Registering {

        /**
         * {@return what is told about the session from now on}
         *
         * @throws RefusedException if the hub takes no peers
         * @throws SessionRefused if the session may not be a peer, or asks for what cannot be had
         */
        PeerSession open(Session session);
    }

    private final Registering registering;
    private volatile @Nullable PeerSession link;
    /** Written before the link is looked at, as the link is written before this is looked at. */
    private volatile @Nullable CloseReason ended;

    SessionLife(Registering registering) {
        this.registering = registering;
    }

    /** Registers the session, or closes it if that cannot be. {@return what its messages go to; null if it is none} */
    @Nullable PeerSession open(Session session) {
        PeerSession opened;
        try {
            if (isOver(session)) {
                LOG.debug("A session was closed before it could become a peer");
                return null;
            }
            opened = registering.open(session);
        } catch (RefusedException e) {
            refuse(session, CloseReason.of(CloseReason.TRY_AGAIN_LATER, "the hub takes no peers"), e);
            return null;
        } catch (SessionRefused e) {
            refuse(session, e.reason(), e);
            return null;
        } catch (Throwable thrown) { // of the container, or of the application's recipe for a topic
            if (!isOver(session) && FAILURES.first()) {
                LOG.warn("A session could not become a peer", LogSanitizer.of(thrown));
            }
            refuse(session, CloseReason.of(CloseReason.INTERNAL_ERROR, "the session could not be served"), thrown);
            return null;
        }
        link = opened;
        CloseReason meanwhile = ended;
        if (meanwhile != null || isOver(session)) {
            opened.closed(meanwhile != null ? meanwhile : OVER);
        }
        return opened;
    }

    private boolean isOver(Session session) {
        return ended != null || !ContainerExtensions.of(session).takesMessages(session);
    }

    private static void refuse(Session session, CloseReason reason, Throwable why) {
        LOG.debug("The session does not become a peer: {}", why.toString());
        SessionEnd.close(session, reason);
    }

    void received(Message message) {
        PeerSession to = link;
        if (to != null) {
            to.received(message);
        }
    }

    void pong() {
        PeerSession to = link;
        if (to != null) {
            to.pong();
        }
    }

    void closed(jakarta.websocket.CloseReason reason) {
        CloseReason told = SessionEnd.reported(reason);
        ended = told;
        PeerSession to = link;
        if (to != null) {
            to.closed(told);
        }
    }

    void failed(Throwable thrown) {
        PeerSession to = link;
        if (to != null && ended == null) {
            to.failed(thrown);
        } else {
            LOG.debug("A session that is no peer failed", thrown);
        }
    }
}
