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
 * A container may report the end of a session before the call that opens it has returned: another thread closes it, or
 * the application closes it in its own method, and some containers call back from within that. The end is kept here, so
 * that a session that has ended never becomes a peer afterwards.
 */

/**
 * One session from its opening to its end, as the endpoint reports it. As the container guarantees, messages come one
 * at a time; everything else is safe for use by any number of threads.
 */
final class SessionLife {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLife.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();
    private static final CloseReason OVER =
            CloseReason.of(CloseReason.ABNORMAL, "the session was closed while it opened");

    /** Registers a session with its hub. */
    interface Registering {

        /**
         * {@return what receives the session's events from now on}
         *
         * @throws RefusedException if the hub takes no peers
         * @throws SessionRefused if the session may not become a peer, or its query is invalid
         */
        PeerSession open(Session session);
    }

    private final Registering registering;
    private volatile @Nullable PeerSession link;
    /**
     * Written before {@link #link} is read, as {@link #link} is written before this field is read: so one of two
     * threads sees both.
     */
    private volatile @Nullable CloseReason ended;

    SessionLife(Registering registering) {
        this.registering = registering;
    }

    /**
     * Registers the session, or closes it if it cannot be registered. {@return what receives its events; null if it was
     * closed}
     */
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
        } catch (Throwable thrown) { // thrown by the container, or by the recipe of a topic
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
