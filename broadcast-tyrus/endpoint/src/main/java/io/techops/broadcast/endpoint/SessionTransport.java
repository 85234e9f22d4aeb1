package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer.Cancellation;
import io.techops.broadcast.Message;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.stream.NumberedFormat;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * completion only counts, and the thread that finds the count at 0 acts, in a loop, for itself and for those that come
 * meanwhile (the "trampoline").
 *
 * Pings and close frames have no asynchronous form, and freeing a socket may take a while: those are done by
 * the hub's threads for blocking tasks. Nothing that may block runs on a shard of the hub. An application may be
 * undeployed, and the library with it, so a thread has the application's class loader for its context only while it
 * does something for it.
 *
 * The application may send to the session as well, or have it in two hubs: some containers then throw at the second
 * caller. A message that is refused so is sent again a moment later.
 *
 * A container may tell that a session has closed as soon as it has sent the close frame. The hub is told only when the
 * session is not open any more and no such task is left, so that neither a socket nor a thread outlives the hub's end.
 */

/**
 * A session of any Jakarta WebSocket container as the hub's {@link Transport}, over the session's asynchronous remote.
 */
final class SessionTransport implements Transport, PeerSession, SendHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SessionTransport.class);

    private static final LogRateLimiter SHARED = new LogRateLimiter();
    private static final CloseReason CUT = CloseReason.of(CloseReason.GOING_AWAY, "the server ends the connection");

    /**
     * How long a container has to close by itself, with the better code, a session that it found something wrong with.
     */
    private static final Duration CONTAINER_CLOSE_GRACE = Duration.ofSeconds(1);
    /** How long a close handshake may take, and whatever blocks in the container. */
    private static final Duration LINGER = Duration.ofSeconds(5);
    /** How long a peer that is cut has to take a close frame, if it takes anything at all. */
    private static final Duration CLOSE_GRACE = Duration.ofMillis(250);
    /** How often to look whether a session that is closing has ended: no container tells. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    /** How long to wait before a ping that has the peer send something: one for many pauses. */
    private static final Duration INPUT_DELAY = Duration.ofMillis(100);
    /** How long to wait if other code is sending to the session. */
    private static final Duration BUSY = Duration.ofMillis(5);
    /** The key of a session's property: which session it is that is in a hub. */
    private static final String IN_A_HUB = SessionTransport.class.getName() + ".session";

    private final Session session;
    private final boolean numbered;
    private final BlockingTasks tasks;
    private final ContainerExtensions extensions;
    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final SessionReceiver receiver;
    /** Who opens the session has the first turn, so that nothing is sent before the hub's registration is known. */
    private final AtomicInteger turns = new AtomicInteger(1);

    /** Owned by the thread that has the turn. */
    private SessionBatch sending = SessionBatch.NOTHING;
    private int next;

    /** What waits for a turn: set by the shard, taken by the thread that has the turn. */
    private volatile @Nullable SessionBatch batch;
    private volatile boolean pingAsked;
    /** Whether a ping follows that has the peer send something. */
    private final AtomicBoolean inputAsked = new AtomicBoolean();
    private volatile @Nullable CloseReason closeAsked;
    private volatile boolean aborted;
    /**
     * Set by the thread that has the turn, before it starts something; cleared by its completion, before it takes a
     * turn.
     */
    private volatile boolean underWay;

    /** Set before a close frame is sent: the hub is told of the end by {@link #pollEnd}. */
    private volatile boolean closing;
    /** Cancels the next look. */
    private volatile Cancellation polling = () -> { };
    /** Cancels what is done if a session that failed does not end by itself. */
    private volatile Cancellation failing = () -> { };

    /** Set by {@link #open}, which has the first turn. */
    private volatile @Nullable Registration registration;

    private SessionTransport(Session session, boolean numbered, BlockingTasks tasks) {
        this.session = session;
        this.numbered = numbered;
        this.tasks = tasks;
        this.extensions = ContainerExtensions.of(session);
        this.receiver = new SessionReceiver(extensions.reading(session, this::askForInput), this::receive,
                report -> runTask(Kind.CALLBACK, Duration.ZERO, report));
    }

    /**
     * Registers a session, and sets what of its settings would get in the way of the hub's.
     *
     * @throws SessionRefused if the session may not be a peer, or asks for what cannot be had
     * @throws RefusedException if the hub takes no peers
     * @throws RuntimeException if the session is closed, or so broken that it throws: it is not registered then
     */
    static SessionTransport open(Session session, SessionHubs hubs, EndpointSettings settings) {
        session.setMaxIdleTimeout(-1); // the hub has a heartbeat
        session.setMaxTextMessageBufferSize(settings.maxMessageBytes());
        session.setMaxBinaryMessageBufferSize(settings.maxMessageBytes());
        ContainerExtensions.limitBlocking(session, LINGER);
        SessionRequest request = request(session, hubs, settings);
        AdapterHub hub = AdapterHub.of(hubs.hub(session));
        SessionTransport link = new SessionTransport(session, request.numbered(), hub.blockingTasks());
        String id = String.valueOf(session.getId());
        if (id.equals(session.getUserProperties().put(IN_A_HUB, id)) && SHARED.first()) {
            LOG.warn("A session is in two hubs, which slow each other down in some containers: open one for each");
        }
        try {
            link.registration = hub.register(link, request.attributes(), request.replay());
        } catch (RefusedException e) {
            hub.refused(e.refusalCause());
            throw e;
        }
        link.takeTurns();
        return link;
    }

    private static SessionRequest request(Session session, SessionHubs hubs, EndpointSettings settings) {
        try {
            return SessionRequest.of(session, settings);
        } catch (SessionRefused e) {
            if (e.refusalCause() != null) {
                hubs.refused(e.refusalCause());
            }
            throw e;
        }
    }

    // What the hub asks for, on a shard.

    @Override
    public boolean write(Batch written) {
        return write(SessionBatch.of(written, numbered));
    }

    @Override
    public boolean knowsPositions() {
        return numbered;
    }

    @Override
    public boolean tell(StreamEvent event) {
        return write(SessionBatch.of(NumberedFormat.message(event)));
    }

    private boolean write(SessionBatch written) {
        batch = written;
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
        receiver.end();
        closeAsked = reason;
        takeTurn();
    }

    /** A peer that reads is told, if that takes no time. */
    @Override
    public void abort() {
        receiver.end();
        CloseReason reason = closeAsked == null ? CUT : closeAsked;
        closeAsked = reason;
        aborted = true;
        runTask(Kind.ABORT, CLOSE_GRACE, () -> extensions.cut(session, reason));
        takeTurn();
    }

    @Override
    public void resume() {
        receiver.resume();
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
                actOrEnd();
            }
        } while (turns.decrementAndGet() > 0);
    }

    private void actOrEnd() {
        try {
            act();
        } catch (Throwable thrown) { // no memory, say
            broken(thrown);
        }
    }

    /** Starts one thing, if there is any, and what leads there. */
    private void act() {
        if (next == sending.size() && next > 0) {
            sending = SessionBatch.NOTHING;
            next = 0;
            registration.writable();
        }
        SessionBatch brought = batch;
        if (brought != null) {
            batch = null;
            sending = brought;
        }
        CloseReason reason = closeAsked;
        if (next < sending.size() && !aborted) {
            underWay = true;
            send(next++);
        } else if (reason != null) {
            underWay = true; // for good: nothing follows a close frame
            startClose(reason);
        } else if (pingAsked) {
            pingAsked = false;
            underWay = true;
            runTask(Kind.SEND, Duration.ZERO, this::sendPing);
        }
    }

    private void done() {
        underWay = false;
        takeTurn();
    }

    private void send(int index) {
        try {
            String text = sending.text(index);
            if (text != null) {
                session.getAsyncRemote().sendText(text, this);
            } else {
                session.getAsyncRemote().sendBinary(bytes(sending.message(index)), this);
            }
        } catch (IllegalStateException e) {
            if (isOpen()) {
                again(e);
            } else {
                broken(e);
            }
        } catch (Throwable thrown) { // the session is so broken that the container did not expect it, or no memory
            broken(thrown);
        }
    }

    /** Sends the last message again soon: other code is sending to the session, which its container cannot have. */
    private void again(IllegalStateException e) {
        if (SHARED.first()) {
            LOG.warn("The application sends to a session that is a hub's peer, or has it in two hubs: this container "
                    + "refuses a message while another is under way, to either of them; the hub's are tried again. "
                    + "Send with Peer.send instead", e);
        }
        next--;
        runTask(Kind.SEND, BUSY, this::done);
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
            registration.progressed();
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

    // BlockingTasks.

    private Cancellation runTask(Kind kind, Duration delay, Runnable task) {
        return tasks.runAfter(delay, kind, () -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                task.run();
            } finally {
                thread.setContextClassLoader(before);
            }
        });
    }

    private void askForInput() {
        if (inputAsked.compareAndSet(false, true)) {
            runTask(Kind.SEND, INPUT_DELAY, () -> {
                inputAsked.set(false);
                ping();
            });
        }
    }

    private void sendPing() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
        } catch (Throwable thrown) {
            LOG.debug("A ping failed", thrown); // if the connection has ended, the container says so too
        }
        done();
    }

    private void startClose(CloseReason reason) {
        closing = true;
        long until = System.nanoTime() + LINGER.toNanos();
        pollLater(until);
        runTask(Kind.SEND, Duration.ZERO, () -> {
            close(session, reason);
            if (!isOpen()) {
                over();
            }
        });
    }

    private void pollLater(long until) {
        polling = runTask(Kind.ABORT, POLL_INTERVAL, () -> pollEnd(until));
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

    private void over() {
        polling.cancel();
        registration.unregister(CUT); // unless the hub knows a better reason
    }

    private boolean isOpen() {
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

    // What the endpoint tells.

    @Override
    public void received(Message message) {
        receiver.add(message);
    }

    private boolean receive(Message message) {
        try {
            return registration.received(message);
        } catch (Throwable thrown) {
            failed(thrown);
            throw thrown;
        }
    }

    @Override
    public void pong() {
        registration.pong();
    }

    @Override
    public void closed(CloseReason reason) {
        receiver.end();
        boolean over = !isOpen();
        if (over) {
            failing.cancel();
        }
        if (!closing) {
            registration.unregister(reason);
        } else if (over) {
            over();
        }
    }

    @Override
    public void failed(Throwable thrown) {
        LOG.debug("A session failed", thrown);
        failing = runTask(Kind.ABORT, CONTAINER_CLOSE_GRACE, () -> {
            // Unless the container has told more.
            closed(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session failed"));
            if (isOpen()) { // also if something is stuck that is under way
                startClose(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session could not be served"));
            }
        });
    }

    /** {@return what a container says about the end of a session, in the hub's words} */
    static CloseReason reported(jakarta.websocket.CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        String phrase = reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase();
        boolean known = code >= 1000 && code <= 4999;
        return CloseReason.of(known ? code : CloseReason.ABNORMAL, phrase);
    }
}
