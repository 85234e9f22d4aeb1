package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.spi.BlockingTasks.Kind;
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
 * One send is under way at a time: a message, a ping or the close frame. Some containers throw at a second message,
 * others queue without bound. A close frame behind a message that is stuck blocks its caller in one container and is
 * lost in another. A batch is sent message by message; the completion of one starts the next.
 *
 * A container may complete a send before the call returns, or on another thread, under a lock of its session. So a
 * completion only increments the counter "turns". The thread that finds the counter at 0 starts the next send, in a
 * loop, for itself and for all threads that increment the counter meanwhile (a "trampoline").
 *
 * If the application sends to the session as well, or has it in two hubs, some containers throw at the second caller.
 * The hub sends such a message again a moment later.
 */

/**
 * Sends the messages, the pings and the close frame of a session through its container. Safe for use by any number of
 * threads; no method blocks.
 */
final class SessionSender implements SendHandler {

    /** Receives the outcomes of sends, on any thread, one call at a time. */
    interface Owner {

        /** All messages of the batch were sent: another one may be written. */
        void writable();

        /** A message was sent. */
        void progressed();

        /** A message could not be sent; no other message is sent after it. */
        void broken(@Nullable Throwable cause);
    }

    /** The rate limit for warnings about sessions that other code sends to. */
    static final LogRateLimiter SHARED = new LogRateLimiter();

    private static final Logger LOG = LoggerFactory.getLogger(SessionSender.class);
    /** How long to wait before a ping whose pong is more input, so that one ping serves many pauses. */
    private static final Duration INPUT_DELAY = Duration.ofMillis(100);
    /** How long to wait if other code is sending to the session. */
    private static final Duration BUSY = Duration.ofMillis(5);

    private final Session session;
    private final SessionTasks tasks;
    private final SessionEnd end;
    private final Owner owner;
    /** Starts with 1, the turn of the thread that opens the session, so that nothing is sent before {@link #start}. */
    private final AtomicInteger turns = new AtomicInteger(1);

    /** Owned by the thread that has the turn. */
    private SessionBatch sending = SessionBatch.NOTHING;
    private int next;

    /** What is to be sent: set by the shard, taken by the thread that has the turn. */
    private volatile @Nullable SessionBatch batch;
    private volatile boolean pingAsked;
    /** Whether a ping for more input is scheduled. */
    private final AtomicBoolean inputAsked = new AtomicBoolean();
    private volatile @Nullable CloseReason closeAsked;
    private volatile boolean aborted;
    /**
     * Set by the thread that has the turn, before it starts a send; cleared by the completion, before it takes a turn.
     */
    private volatile boolean underWay;

    SessionSender(Session session, SessionTasks tasks, SessionEnd end, Owner owner) {
        this.session = session;
        this.tasks = tasks;
        this.end = end;
        this.owner = owner;
    }

    /** Starts to send what was requested so far; later requests are sent at once. */
    void start() {
        takeTurns();
    }

    /** Sends the messages of a batch; another batch may be written after {@link Owner#writable}. */
    void write(SessionBatch written) {
        batch = written;
        takeTurn();
    }

    /** Sends a ping. */
    void ping() {
        pingAsked = true;
        takeTurn();
    }

    /** Sends a ping soon, whose pong is more input; one ping serves many calls. */
    void pingSoon() {
        if (inputAsked.compareAndSet(false, true)) {
            tasks.run(Kind.SEND, INPUT_DELAY, () -> {
                inputAsked.set(false);
                ping();
            });
        }
    }

    /** Closes the session after the messages of the batch. */
    void close(CloseReason reason) {
        closeAsked = reason;
        takeTurn();
    }

    /** Stops sending messages, and aborts the session soon. A close frame is sent if that does not take long. */
    void abort() {
        CloseReason reason = closeAsked == null ? SessionEnd.CUT : closeAsked;
        closeAsked = reason;
        aborted = true;
        end.cutSoon(reason);
        takeTurn();
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
        } catch (Throwable thrown) { // such as for want of memory
            owner.broken(thrown);
        }
    }

    /** Starts the next send, if there is one; tells the owner first if the batch is complete. */
    private void act() {
        if (next == sending.size() && next > 0) {
            sending = SessionBatch.NOTHING;
            next = 0;
            owner.writable();
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
            underWay = true; // and stays so: nothing is sent after a close frame
            end.start(reason);
        } else if (pingAsked) {
            pingAsked = false;
            underWay = true;
            tasks.run(Kind.SEND, Duration.ZERO, this::sendPing);
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
            if (end.isOpen()) {
                again(e);
            } else {
                owner.broken(e);
            }
        } catch (Throwable thrown) { // the session is broken in an unexpected way, or there is no memory
            owner.broken(thrown);
        }
    }

    /** Sends the last message again soon: the container has refused it because other code is sending to the session. */
    private void again(IllegalStateException e) {
        if (SHARED.first()) {
            LOG.warn("The application sends to a session that is a hub's peer, or has it in two hubs: this container "
                    + "refuses a message while another is under way, to either of them; the hub's are tried again. "
                    + "Send with Peer.send instead", e);
        }
        next--;
        tasks.run(Kind.SEND, BUSY, this::done);
    }

    /** {@return the payload in a new array: containers access the array behind a buffer} */
    private static ByteBuffer bytes(Message message) {
        ByteBuffer bytes = ByteBuffer.allocate(message.size());
        message.copyTo(0, message.size(), bytes);
        return bytes.flip();
    }

    /** Called by the container after a send, on any thread, possibly before {@link #send} has returned. */
    @Override
    public void onResult(SendResult result) {
        if (result.isOK()) {
            owner.progressed();
            done();
        } else {
            owner.broken(result.getException());
        }
    }

    private void sendPing() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
        } catch (Throwable thrown) {
            LOG.debug("A ping failed", thrown); // if the connection has ended, the container reports that as well
        }
        done();
    }
}
