package io.techops.broadcast.tyrus;

import io.techops.broadcast.Message;
import jakarta.websocket.Session;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * The hub may ask for a pause with any message. A container that can stop reading is told to; what it has read by then
 * and still delivers is held here. Another one finds its thread kept until the pause is over. The first is better: a
 * container with few threads, kept by as many peers that flood, has none left to write to those that read, and they are
 * then taken for slow.
 */

/**
 * The way of a session's messages to the hub. One at a time is reported, in order, by whichever thread brought the first.
 * Safe for use by any number of threads.
 */
final class SessionInbox {

    private final Session session;
    private final SessionExtras extras;
    private final Predicate<Message> hub;
    private final Object lock = new Object();

    /** Guarded by the lock. */
    private final Queue<Message> held = new ArrayDeque<>();
    private boolean reporting;
    private boolean paused;
    /** The pause is over before the hub has told of it. */
    private boolean resumedEarly;
    private boolean ended;

    /**
     * @param hub takes a message; false asks for a pause
     */
    SessionInbox(Session session, Predicate<Message> hub) {
        this.session = session;
        this.extras = SessionExtras.of(session);
        this.hub = hub;
    }

    /** Takes a message from the container, whose thread may be kept. */
    void add(Message message) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            held.add(message);
            if (reporting || paused) {
                return;
            }
            reporting = true;
        }
        report();
        if (!extras.canSuspend()) {
            awaitResume();
        }
    }

    private void report() {
        Message message = next();
        while (message != null) {
            if (!hub.test(message) && pause()) {
                extras.suspend(session);
            }
            message = next();
        }
    }

    /** {@return the next message to report; null if there is none, or not now} */
    private @Nullable Message next() {
        synchronized (lock) {
            Message message = paused || ended ? null : held.poll();
            reporting = message != null;
            return message;
        }
    }

    /** {@return whether the pause has begun, and is not over already} */
    private boolean pause() {
        synchronized (lock) {
            paused = !resumedEarly && !ended;
            resumedEarly = false;
            return paused;
        }
    }

    private void awaitResume() {
        boolean interrupted = false;
        synchronized (lock) {
            while (paused) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true; // the container has its say when its thread is its own again
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the pause, perhaps before it has begun. Never blocks. */
    void resume() {
        synchronized (lock) {
            if (!paused) {
                resumedEarly = true;
                return;
            }
            goOn();
        }
    }

    /** Ends every pause: what still comes is not looked at. Never blocks. */
    void end() {
        synchronized (lock) {
            ended = true;
            held.clear();
            if (paused) {
                goOn();
            }
        }
    }

    /** With the lock held. */
    private void goOn() {
        paused = false;
        lock.notifyAll();
        if (extras.canSuspend()) {
            reporting = true;
            Errands.TALK.run(this::reportHeld);
        }
    }

    private void reportHeld() {
        report();
        boolean resume;
        synchronized (lock) {
            resume = !paused;
        }
        if (resume) {
            extras.resume(session);
        }
    }
}
