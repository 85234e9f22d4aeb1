package io.techops.broadcast.endpoint;

import io.techops.broadcast.Message;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * The hub may ask for a pause after any message. If the container can suspend reading, it is told to, and messages that
 * it had read before and still delivers are held here. Otherwise the container's thread waits until the pause is over.
 * The first way is better: if a container has few threads and all of them wait for peers that flood, none is left to
 * write to the other peers, which then count as slow.
 */

/**
 * Passes the messages of a session to the hub: one at a time, in order, on the thread that brought the first of them.
 * Safe for use by any number of threads.
 */
final class SessionReceiver {

    /**
     * Suspends and resumes a container's reading from a peer. Called by one thread at a time, the two methods
     * alternately.
     */
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
    /** Whether the hub has ended the pause before its call that asked for it has returned. */
    private boolean resumedEarly;
    private boolean ended;
    /**
     * Whether the container is suspended, whether a thread is suspending or resuming it, and whether that thread has to
     * check again.
     */
    private boolean suspended;
    private boolean steering;
    private boolean steerAgain;

    /**
     * @param reading null if the container cannot stop reading
     * @param hub takes a message, and returns false to ask for a pause; if it throws, no more messages are passed
     * @param reporters run the calls of the hub after a pause
     */
    SessionReceiver(@Nullable Reading reading, Predicate<Message> hub, Executor reporters) {
        this.reading = reading;
        this.hub = hub;
        this.reporters = reporters;
    }

    /** Takes a message from the container, whose thread may have to wait. Throws what the hub throws. */
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
            } catch (Throwable thrown) { // such as for want of memory: a thread that waits here must not wait for ever
                end();
                throw thrown;
            }
            if (!readOn) {
                pause();
            }
            message = next();
        }
    }

    /** {@return the next message for the hub; null if there is none, or during a pause} */
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

    /**
     * Suspends or resumes the container, as the pause requires. One thread at a time does that, for the others, too.
     */
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
                    interrupted = true; // restored below, for the container
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the pause, possibly before it has begun. Never blocks. */
    void resume() {
        synchronized (lock) {
            if (!paused) {
                resumedEarly = true;
                return;
            }
            goOn();
        }
    }

    /** Ends every pause, and drops all further messages. Never blocks. */
    void end() {
        synchronized (lock) {
            ended = true;
            held.clear();
            if (paused) {
                goOn();
            }
        }
    }

    /** Called with the lock held. A thread that is still in {@link #report} continues by itself. */
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
