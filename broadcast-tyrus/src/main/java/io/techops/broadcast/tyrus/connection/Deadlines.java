package io.techops.broadcast.tyrus.connection;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What a thread is to do later. Safe for use by any number of threads. */
final class Deadlines {

    private static final int TIDY = 64;

    /** Those that are cancelled stay for a while, but never more of them than of the others, give or take a few. */
    private final PriorityQueue<Deadline> queue = new PriorityQueue<>();
    private int tidyAt = TIDY;

    /** {@return whether it is the next one} */
    synchronized boolean add(Deadline deadline) {
        if (queue.size() >= tidyAt) {
            queue.removeIf(one -> one.action() == null);
            tidyAt = 2 * queue.size() + TIDY;
        }
        queue.add(deadline);
        return queue.peek() == deadline;
    }

    /** {@return how long it is until the next one, at least 1; 0 if there is none} */
    synchronized long waitMillis() {
        Deadline next = queue.peek();
        return next == null ? 0 : Math.max(1, (next.nanosAfter(System.nanoTime()) + 999_999) / 1_000_000);
    }

    /** {@return what is due, which is taken out; null if nothing is} */
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
                    queue.add(due); // there is room, as it was in it: needs no memory
                }
                return action;
            }
        }
    }
}
