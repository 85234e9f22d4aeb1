package io.techops.broadcast.endpoint;

import io.techops.broadcast.Message;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * The hub may ask for a pause with any message. A container that can stop reading is told to; what it has read by then
 * and still delivers is held here. Another one finds its thread kept until the pause is over. The first is better: a
 * container with few threads, kept by as many peers that flood, has none left to write to those that read, and they are
 * then taken for slow.
 */

/**
 * The way of a session's messages to the hub. One at a time is reported, in order, by whichever thread brought the
 * first. Safe for use by any number of threads.
 */
final class SessionReceiver {

    /** A container that can stop reading from a peer. Called by one thread at a time, and in turns. */
    interface Reading {
        void suspend();

        void resume();
    }

    private final @Nullable Reading reading;
    private final Predicate<Message> hub;
    private final Executor reporters;
    private final Object lock = new Object();

    /** Guarded by the lock. */
    private final Queue<Message> held = new ArrayDeque<>();
    private boolean reporting;
    private boolean paused;
    /** The pause is over before the hub has told of it. */
    private boolean resumedEarly;
    private boolean ended;
    /** Whether the container was told not to read, whether one is about to tell it something, and again after that. */
    private boolean suspended;
    private boolean steering;
    private boolean steerAgain;

    /**
     * @param reading null if the container cannot stop reading
     * @param hub takes a message; false asks for a pause; what it throws ends the inbox
     * @param reporters run what is reported after a pause
     */
    SessionReceiver(@Nullable Reading reading, Predicate<Message> hub, Executor reporters) {
        this.reading = reading;
        this.hub = hub;
        this.reporters = reporters;
    }

    /** Takes a message from the container, whose thread may be kept. Throws what the hub throws. */
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
        if (reading != null) {
            steer();
        } else {
            awaitResume();
        }
    }

    private void report() {
        Message message = next();
        while (message != null) {
            boolean readOn = true;
            try {
                readOn = hub.test(message);
            } catch (Throwable thrown) { // no memory, say: a thread that waits here must not wait for ever
                end();
                throw thrown;
            }
            if (!readOn) {
                pause();
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

    private void pause() {
        synchronized (lock) {
            paused = !resumedEarly && !ended;
            resumedEarly = false;
        }
    }

    /** Has the container read or not read, as it is to be. One thread at a time does, for the others too. */
    private void steer() {
        synchronized (lock) {
            steerAgain = steering;
            if (steering) {
                return;
            }
            steering = true;
        }
        boolean more = true;
        while (more) {
            boolean suspend;
            boolean change;
            synchronized (lock) {
                steerAgain = false;
                suspend = paused;
                change = suspend != suspended;
                suspended = suspend;
            }
            if (change && suspend) {
                reading.suspend();
            } else if (change) {
                reading.resume();
            }
            synchronized (lock) {
                more = steerAgain;
                steering = more;
            }
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

    /** With the lock held. A thread that is still reporting goes on by itself. */
    private void goOn() {
        paused = false;
        lock.notifyAll();
        if (reading != null && !reporting) {
            reporting = true;
            reporters.execute(this::reportHeld);
        }
    }

    private void reportHeld() {
        report();
        steer();
    }
}
