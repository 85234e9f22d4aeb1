package io.techops.broadcast.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * One task at a time reports what waits here to the hub, as a connection is read by one thread at a time. The task ends
 * when nothing waits or the hub has answered "do not read on"; a resume starts it anew. A resume may come before the
 * answer that it is for, so both are counted: heldBack is 1 between the two, and -1 if they come the other way round.
 */

/** What a client in memory has sent and the hub has not read yet. Safe for use by any number of threads. */
final class Outgoing<T> {

    private final Executor executor;
    private final Predicate<T> report;

    // All of these are guarded by the monitor of the queue.
    private final Deque<T> waiting = new ArrayDeque<>();
    private boolean reporting;
    private int heldBack;

    /**
     * @param executor runs the task
     * @param report reports to the hub; returns whether to read on
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

    /** Reads on, after a report was answered with no; reports nothing by itself. */
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
