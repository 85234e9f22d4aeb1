package io.techops.broadcast.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * One task at a time reports the waiting messages to the hub, as a connection is read by one thread at a time. The task
 * ends when nothing waits or the hub has returned false; a resume starts it again. The resume may come before the call
 * that returns false has returned, so both are counted: heldBack is 1 between the two, and -1 if the resume comes
 * first.
 */

/**
 * The messages that a client in memory has sent and the hub has not read yet. Safe for use by any number of threads.
 */
final class Outgoing<T> {

    private final Executor executor;
    private final Predicate<T> report;

    // All of these are guarded by the monitor of the queue.
    private final Deque<T> waiting = new ArrayDeque<>();
    private boolean reporting;
    private int heldBack;

    /**
     * @param executor runs the task
     * @param report reports to the hub; returns false if the client must not be read further
     */
    Outgoing(Executor executor, Predicate<T> report) {
        this.executor = executor;
        this.report = report;
    }

    void add(T next) {
        synchronized (waiting) {
            waiting.add(next);
        }
        start();
    }

    /** Continues after a report has returned false. */
    void resume() {
        synchronized (waiting) {
            heldBack--;
        }
        start();
    }

    private void start() {
        synchronized (waiting) {
            if (reporting || heldBack > 0 || waiting.isEmpty()) {
                return;
            }
            reporting = true;
        }
        executor.execute(this::reportAll);
    }

    private void reportAll() {
        for (T next = next(); next != null; next = next()) {
            if (!report.test(next)) {
                synchronized (waiting) {
                    heldBack++;
                }
            }
        }
    }

    private @Nullable T next() {
        synchronized (waiting) {
            T next = heldBack > 0 ? null : waiting.poll();
            reporting = next != null;
            return next;
        }
    }
}
