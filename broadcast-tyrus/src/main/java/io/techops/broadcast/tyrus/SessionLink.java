package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Registration;
import io.techops.broadcast.Transport;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thing is under way at a time: a message, a ping or the close frame. Some containers throw at a second message,
 * others queue without bound, and a close frame that is asked for while a message is stuck blocks its caller in one and
 * is lost in another. A batch is sent message by message; the completion of one starts the next.
 *
 * A container may complete a send before the call returns, or on another thread, under a lock of its session: so a
 * completion only counts, and whoever finds the count at 0 before him acts, in a loop, for himself and for those who
 * come meanwhile (the "trampoline").
 *
 * Pings and close frames have no asynchronous form, and freeing a socket may take a while: those are errands, done by
 * threads of their own. Nothing that may block runs on a shard of the hub.
 */

/**
 * A session of any Jakarta WebSocket container as the hub's {@link Transport}, over the session's asynchronous remote.
 */
final class SessionLink implements Transport, Link, SendHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLink.class);

    private static final Message[] NOTHING = new Message[0];

    /**
     * How long a container has to close by itself, with the better code, a session that it found something wrong with.
     */
    private static final Duration OWN_CLOSE = Duration.ofSeconds(1);
    /** How long after the close frame the socket may stay; most containers tell at once that the session is closed. */
    private static final Duration LINGER = Duration.ofSeconds(5);
    /** Tomcat's name for how long it blocks in a ping or a close frame, in milliseconds: 20 s unless it is said. */
    private static final String BLOCKING_TIMEOUT = "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT";

    private final Session session;
    private final Map<String, Object> attributes;
    private final SessionInbox inbox;
    /** Who opens the session has the first turn, so that nothing is sent before the hub's registration is known. */
    private final AtomicInteger turns = new AtomicInteger(1);

    /** Owned by whoever has the turn. */
    private Message[] sending = NOTHING;
    private int next;

    /** What waits for a turn: set by the shard, taken by whoever has the turn. */
    private volatile Message @Nullable [] batch;
    private volatile boolean pingAsked;
    private volatile @Nullable CloseReason closeAsked;
    /** Set by whoever has the turn, before he starts something; cleared by its completion, before it takes a turn. */
    private volatile boolean underWay;

    /** Set by {@link #open}, which has the first turn. */
    private volatile @Nullable Registration registration;

    private SessionLink(Session session) {
        this.session = session;
        this.attributes = attributes(session);
        this.inbox = new SessionInbox(SessionExtras.of(session).reading(session),
                message -> registration.received(message));
    }

    /**
     * Registers a session, and sets what of its settings would get in the way of the hub's.
     *
     * @param maxMessageBytes what a peer's message may have
     * @throws RefusedException if the hub takes no peers
     */
    static SessionLink open(Session session, BroadcastHub hub, int maxMessageBytes) {
        session.setMaxIdleTimeout(-1); // the hub has a heartbeat
        session.setMaxTextMessageBufferSize(maxMessageBytes);
        session.setMaxBinaryMessageBufferSize(maxMessageBytes);
        session.getUserProperties().putIfAbsent(BLOCKING_TIMEOUT, LINGER.toMillis());
        SessionLink link = new SessionLink(session);
        try {
            link.registration = hub.register(link);
        } catch (RefusedException e) {
            hub.refused(e.refusalCause());
            throw e;
        }
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

    // What the hub asks for, on a shard.

    @Override
    public boolean write(Batch written) {
        Message[] messages = new Message[written.size()];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = written.message(i);
        }
        batch = messages;
        takeTurn();
        return false;
    }

    @Override
    public void ping() {
        pingAsked = true;
        takeTurn();
    }

    @Override
    public void close(CloseReason reason) {
        inbox.end();
        closeAsked = reason;
        takeTurn();
    }

    @Override
    public void abort() {
        inbox.end();
        Errands.CUT.run(this::cut);
    }

    private void cut() {
        SessionExtras.of(session).cut(session);
    }

    @Override
    public void resume() {
        inbox.resume();
    }

    // Turns.

    private void takeTurn() {
        if (turns.getAndIncrement() == 0) {
            takeTurns();
        }
    }

    private void takeTurns() {
        do {
            if (!underWay) {
                act();
            }
        } while (turns.decrementAndGet() > 0);
    }

    /** Starts one thing, if there is any, and what leads there. */
    private void act() {
        if (next == sending.length && sending.length > 0) {
            sending = NOTHING;
            next = 0;
            registration.writable();
        }
        Message[] brought = batch;
        if (brought != null) {
            batch = null;
            sending = brought;
        }
        CloseReason reason = closeAsked;
        if (next < sending.length) {
            if (next > 0) {
                registration.progressed();
            }
            underWay = true;
            send(sending[next++]);
        } else if (reason != null) {
            underWay = true; // for good: nothing follows a close frame
            Errands.TALK.run(() -> sendClose(reason));
        } else if (pingAsked) {
            pingAsked = false;
            underWay = true;
            Errands.TALK.run(this::sendPing);
        }
    }

    private void done() {
        underWay = false;
        takeTurn();
    }

    private void send(Message message) {
        try {
            if (message instanceof Message.Text text) {
                session.getAsyncRemote().sendText(text.text(), this);
            } else {
                session.getAsyncRemote().sendBinary(bytes(message), this);
            }
        } catch (RuntimeException e) { // the session is closed, or so broken that the container did not expect it
            broken(e);
        }
    }

    /** {@return the payload in an array of its own: containers look at the array behind a buffer} */
    private static ByteBuffer bytes(Message message) {
        ByteBuffer bytes = ByteBuffer.allocate(message.size());
        message.copyTo(0, message.size(), bytes);
        return bytes.flip();
    }

    /** The container is done with a message, on any thread, perhaps before {@link #send} has returned. */
    @Override
    public void onResult(SendResult result) {
        if (result.isOK()) {
            done();
        } else {
            broken(result.getException());
        }
    }

    private void broken(@Nullable Throwable cause) {
        LOG.debug("A send failed: {}", String.valueOf(cause));
        closed(CloseReason.of(CloseReason.ABNORMAL, "a send failed"));
        abort();
    }

    // Errands.

    private void sendPing() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
        } catch (IOException | RuntimeException e) {
            LOG.debug("A ping failed: {}", e.toString()); // if the connection has ended, the container says so too
        }
        done();
    }

    private void sendClose(CloseReason reason) {
        close(session, reason);
        Errands.CUT.runAfter(LINGER, this::cut);
    }

    private static void close(Session session, CloseReason reason) {
        try {
            session.close(new jakarta.websocket.CloseReason(
                    jakarta.websocket.CloseReason.CloseCodes.getCloseCode(reason.code()), reason.phrase()));
        } catch (IOException | RuntimeException e) {
            LOG.debug("The session is closed already: {}", e.toString());
        }
    }

    // What the endpoint tells.

    @Override
    public void received(Message message) {
        inbox.add(message);
    }

    @Override
    public void pong() {
        registration.pong();
    }

    @Override
    public void closed(CloseReason reason) {
        inbox.end();
        registration.unregister(reason);
    }

    @Override
    public void failed(Throwable thrown) {
        LOG.debug("A session failed", thrown);
        Errands.CUT.runAfter(OWN_CLOSE, () -> {
            // Unless the container has told more.
            closed(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session failed"));
            if (session.isOpen()) {
                Errands.CUT.runAfter(LINGER, this::cut); // also if something is stuck that is under way
                close(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session could not be served"));
            }
        });
    }

    /** Closes a session that no hub takes. May block. */
    static void refuse(Session session, RuntimeException why) {
        close(session, why instanceof IllegalArgumentException
                ? CloseReason.of(CloseReason.POLICY_VIOLATION, "there can be no topic of this name")
                : CloseReason.of(CloseReason.TRY_AGAIN_LATER, "the hub takes no peers"));
    }

    /** {@return what a container says about the end of a session, in the hub's words} */
    static CloseReason reported(jakarta.websocket.CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        String phrase = reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase();
        boolean known = code >= 1000 && code <= 4999;
        return CloseReason.of(known ? code : CloseReason.ABNORMAL, phrase);
    }
}
