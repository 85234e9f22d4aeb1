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
 * One thing is under way at a time: a message, a ping or the close frame. Some containers throw at a second message,
 * others queue without bound, and a close frame that is asked for while a message is stuck blocks its caller in one and
 * is lost in another. A batch is sent message by message; the completion of one starts the next.
 *
 * A container may complete a send before the call returns, or on another thread, under a lock of its session: so a
 * completion only counts, and the thread that finds the count at 0 acts, in a loop, for itself and for those that come
 * meanwhile (the "trampoline").
 *
 * The application may send to the session as well, or have it in two hubs: some containers then throw at the second
 * caller. A message that is refused so is sent again a moment later.
 */

/**
 * The way of a session's messages, pings and close frame to its container. Safe for use by any number of threads; no
 * method blocks.
 */
final class SessionSender implements SendHandler {

    /** What is told of the sends, on any thread, one call at a time. */
    interface Owner {

        /** All messages of the batch were sent: another one may be written. */
        void writable();

        /** A message was sent. */
        void progressed();

        /** A message could not be sent: nothing follows it. */
        void broken(@Nullable Throwable cause);
    }

    /** Bounds the warnings about sessions that others send to. */
    static final LogRateLimiter SHARED = new LogRateLimiter();

    private static final Logger LOG = LoggerFactory.getLogger(SessionSender.class);
    /** How long to wait before a ping that has the peer send something: one for many pauses. */
    private static final Duration INPUT_DELAY = Duration.ofMillis(100);
    /** How long to wait if other code is sending to the session. */
    private static final Duration BUSY = Duration.ofMillis(5);

    private final Session session;
    private final SessionTasks tasks;
    private final SessionEnd end;
    private final Owner owner;
    /** Who opens the session has the first turn, so that nothing is sent before the owner can be told. */
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

    SessionSender(Session session, SessionTasks tasks, SessionEnd end, Owner owner) {
        this.session = session;
        this.tasks = tasks;
        this.end = end;
        this.owner = owner;
    }

    /** Begins to send what was asked for, and from then on at once what is asked for. */
    void start() {
        takeTurns();
    }

    /** Sends the messages of a batch; another one may be written when the owner is told. */
    void write(SessionBatch written) {
        batch = written;
        takeTurn();
    }

    /** Sends a ping. */
    void ping() {
        pingAsked = true;
        takeTurn();
    }

    /** Sends a ping soon, for the pong that comes back: one for many calls. */
    void pingSoon() {
        if (inputAsked.compareAndSet(false, true)) {
            tasks.run(Kind.SEND, INPUT_DELAY, () -> {
                inputAsked.set(false);
                ping();
            });
        }
    }

    /** Closes the session behind the messages of the batch. */
    void close(CloseReason reason) {
        closeAsked = reason;
        takeTurn();
    }

    /** Sends no message any more, and has the session cut soon. A peer that reads is told, if that takes no time. */
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
        } catch (Throwable thrown) { // no memory, say
            owner.broken(thrown);
        }
    }

    /** Starts one thing, if there is any, and what leads there. */
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
            underWay = true; // for good: nothing follows a close frame
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
        } catch (Throwable thrown) { // the session is so broken that the container did not expect it, or no memory
            owner.broken(thrown);
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
        tasks.run(Kind.SEND, BUSY, this::done);
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
            LOG.debug("A ping failed", thrown); // if the connection has ended, the container says so too
        }
        done();
    }
}
