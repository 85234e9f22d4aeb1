package io.techops.broadcast.tyrus.connection;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The deadlines of one thread. Safe for use by any number of threads. */
final class Deadlines {

    private static final int TIDY = 64;

    /** Cancelled deadlines stay for a while, but never many more than there are others. */
    private final PriorityQueue<Deadline> queue = new PriorityQueue<>();
    private int tidyAt = TIDY;

    /** Adds a deadline. {@return whether it is the next one} */
    synchronized boolean add(Deadline deadline) {
        if (queue.size() >= tidyAt) {
            queue.removeIf(one -> one.action() == null);
            tidyAt = 2 * queue.size() + TIDY;
        }
        queue.add(deadline);
        return queue.peek() == deadline;
    }

    /** {@return the time until the next deadline in milliseconds, at least 1; 0 if there is none} */
    synchronized long waitMillis() {
        Deadline next = queue.peek();
        return next == null ? 0 : Math.max(1, (next.nanosAfter(System.nanoTime()) + 999_999) / 1_000_000);
    }

    /** Removes the next deadline that is due. {@return its action; null if none is due} */
    synchronized @Nullable Runnable takeDue() {
        while (true) {
            long now = System.nanoTime();
            Deadline due = queue.peek();
            if (due == null || due.nanosAfter(now) > 0) {
                return null;
            }
            queue.poll();
            if (due.isGranted(now)) {
                queue.add(due);
                continue;
            }
            Runnable action = due.action();
            if (action != null) {
                if (due.isRepeated(now)) {
                    queue.add(due); // needs no memory: it has just left the queue
                }
                return action;
            }
        }
    }
}
