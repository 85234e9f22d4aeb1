package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Registration;
import io.techops.broadcast.Transport;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One send is under way at a time: some containers throw at a second one, others queue without bound. A batch is sent
 * message by message; the completion of one starts the next. A container may complete a send before the call returns, or
 * on another thread, under a lock of its session: so a completion only counts, and whoever finds the count at 0 before
 * him does the sending, in a loop, for himself and for those who come meanwhile (the "trampoline").
 */

/**
 * A session of any Jakarta WebSocket container as the hub's {@link Transport}, over the session's asynchronous remote.
 *
 * <p>What the container does not give is given as well as it can be: {@link #abort} closes the session, and a peer that
 * floods a saturated hub is held back by keeping the thread on which the container delivers its messages.
 */
final class SessionLink implements Transport, Link, SendHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLink.class);

    private static final Message[] NOTHING = new Message[0];

    private final Session session;
    private final Map<String, Object> attributes;
    private final Semaphore resumed = new Semaphore(0);
    /** Who opens the session has the first turn, so that nothing is sent before the hub's registration is known. */
    private final AtomicInteger turns = new AtomicInteger(1);

    /** Owned by whoever has the turn. */
    private Message[] sending = NOTHING;
    private int next;

    /** Set by {@link #open}, which has the first turn. */
    private volatile @Nullable Registration registration;
    private volatile boolean ended;

    private SessionLink(Session session) {
        this.session = session;
        this.attributes = attributes(session);
    }

    /**
     * Registers a session.
     *
     * @throws IllegalStateException if the hub is closed
     */
    static SessionLink open(Session session, BroadcastHub hub) {
        SessionLink link = new SessionLink(session);
        link.registration = hub.register(link);
        link.takeTurns();
        return link;
    }

    private static Map<String, Object> attributes(Session session) {
        Map<String, Object> attributes = new HashMap<>();
        URI uri = session.getRequestURI();
        if (uri != null && uri.getPath() != null) {
            attributes.put(BroadcastEndpoint.PATH, uri.getPath());
        }
        String topic = session.getPathParameters().get(BroadcastEndpoint.TOPIC);
        if (topic != null) {
            attributes.put(BroadcastEndpoint.TOPIC, topic);
        }
        if (session.getQueryString() != null) {
            attributes.put(BroadcastEndpoint.QUERY, session.getQueryString());
        }
        if (session.getUserPrincipal() != null) {
            attributes.put(BroadcastEndpoint.PRINCIPAL, session.getUserPrincipal());
        }
        return attributes;
    }

    @Override
    public Map<String, Object> attributes() {
        return attributes;
    }

    @Override
    public boolean write(Batch batch) {
        Message[] messages = new Message[batch.size()];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = batch.message(i);
        }
        sending = messages;
        next = 0;
        takeTurn();
        return false;
    }

    @Override
    public void onResult(SendResult result) {
        if (result.isOK()) {
            takeTurn();
        } else {
            LOG.debug("A send failed: {}", String.valueOf(result.getException()));
            closed(CloseReason.of(CloseReason.ABNORMAL, "a send failed"));
            abort();
        }
    }

    private void takeTurn() {
        if (turns.getAndIncrement() == 0) {
            takeTurns();
        }
    }

    private void takeTurns() {
        do {
            if (next < sending.length) {
                if (next > 0) {
                    registration.progressed();
                }
                send(sending[next++]);
            } else if (sending.length > 0) {
                sending = NOTHING;
                next = 0;
                registration.writable();
            }
        } while (turns.decrementAndGet() > 0);
    }

    private void send(Message message) {
        try {
            if (message instanceof Message.Text text) {
                session.getAsyncRemote().sendText(text.text(), this);
            } else {
                session.getAsyncRemote().sendBinary(message.payload(), this);
            }
        } catch (IllegalStateException e) {
            LOG.debug("The session is closed: {}", e.toString());
            closed(CloseReason.of(CloseReason.ABNORMAL, "the session is closed"));
        }
    }

    @Override
    public void ping() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
        } catch (IOException | IllegalStateException e) {
            LOG.debug("A ping failed: {}", e.toString());
        }
    }

    @Override
    public void close(CloseReason reason) {
        end(reason);
    }

    @Override
    public void abort() {
        end(CloseReason.of(CloseReason.GOING_AWAY));
    }

    private void end(CloseReason reason) {
        ended = true;
        resumed.release();
        try {
            session.close(new jakarta.websocket.CloseReason(
                    jakarta.websocket.CloseReason.CloseCodes.getCloseCode(reason.code()), reason.phrase()));
        } catch (IOException | IllegalStateException e) {
            LOG.debug("The session is closed already: {}", e.toString());
        }
    }

    @Override
    public void resume() {
        resumed.release();
    }

    // What the endpoint tells.

    @Override
    public void received(Message message) {
        if (!registration.received(message) && !ended) {
            resumed.acquireUninterruptibly();
        }
    }

    @Override
    public void pong() {
        registration.pong();
    }

    @Override
    public void closed(CloseReason reason) {
        ended = true;
        resumed.release();
        registration.unregister(reason);
    }

    @Override
    public void failed(Throwable thrown) {
        closed(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session failed"));
        end(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session could not be served"));
    }
}
