package io.techops.broadcast.redis;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/*
 * Redis disconnects a subscriber that has more to read than client-output-buffer-limit allows: by default 32 MiB, or 8
 * MiB for a minute. It executes all commands that come in one piece before it sends an answer. So if many logs are
 * behind, the answers to their reads would end the connection, and so would those to the same reads over the next one.
 */

/**
 * Limits how many bytes a server is asked for at a time. Reads beyond that wait, and are started in order. Safe for use
 * by any number of threads.
 */
final class ReadQueue {

    /** The most bytes that are asked for at a time. A read that may return as many is the only one. */
    static final long MOST_BYTES = 6 << 20;

    /** Guards what follows and the turns; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
    private long asked;
    /** Whether a thread starts a read: it looks for the next one itself, so that starting does not recurse. */
    private boolean starts;

    /** A read that waits or is under way. */
    final class Turn {
        private final long bytes;
        private final Consumer<Turn> read;
        private boolean isOver;

        private Turn(long bytes, Consumer<Turn> read) {
            this.bytes = bytes;
            this.read = read;
        }

        private void start() {
            try {
                read.accept(this);
            } catch (Throwable noMemory) {
                end();
            }
        }

        /** Ends the turn, once: the next reads are started. */
        void end() {
            synchronized (lock) {
                if (isOver) {
                    return;
                }
                isOver = true;
                asked -= bytes;
            }
            startWaiting();
        }
    }

    /**
     * Starts a read when it is its turn, perhaps at once.
     *
     * @param bytes the most that it returns
     * @param read starts it, and ends the turn when it is answered or given up
     */
    void run(long bytes, Consumer<Turn> read) {
        Turn turn = new Turn(Math.min(bytes, MOST_BYTES), read);
        synchronized (lock) {
            waiting.add(turn);
        }
        startWaiting();
    }

    private void startWaiting() {
        while (true) {
            Turn next;
            synchronized (lock) {
                next = waiting.peek();
                if (starts || next == null || asked + next.bytes > MOST_BYTES) {
                    return;
                }
                waiting.remove();
                asked += next.bytes;
                starts = true;
            }
            next.start();
            synchronized (lock) {
                starts = false;
            }
        }
    }
}
