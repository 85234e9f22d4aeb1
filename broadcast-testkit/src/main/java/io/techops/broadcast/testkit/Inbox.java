package io.techops.broadcast.testkit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a client has received and the test has not taken yet. Safe for use by any number of threads. */
final class Inbox {

    /** How many unread items are printed, and how many characters of each. */
    private static final int PRINTED = 20;
    private static final int PRINTED_CHARACTERS = 80;

    /** How a client waits for something to arrive. */
    interface Waiting {

        /** Waits in real time. */
        Waiting REAL = new Waiting() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public boolean awaitChange(Inbox inbox, long seen, Duration most) {
                return inbox.sleepUntilChanged(seen, most);
            }
        };

        /** {@return the clock by which limits are measured} */
        long nanoTime();

        /**
         * {@return whether something may have changed}
         *
         * @param seen the number of changes that the caller knows
         * @param most how long to wait; not at all if it is zero or less
         */
        boolean awaitChange(Inbox inbox, long seen, Duration most);
    }

    /** A message with its position and its key. */
    record Received(Message message, @Nullable Position position, @Nullable String key) {

        @Override
        public String toString() {
            return (position == null ? "" : position + " ") + print(message);
        }
    }

    private final Waiting waiting;

    // All of these are guarded by this inbox's monitor, which is notified of each change.
    private final Deque<Object> unread = new ArrayDeque<>(); // Received, StreamEvent.Gap
    private long changes;
    private long taken;
    private @Nullable Received last;
    private StreamEvent.@Nullable Open opened;
    private @Nullable CloseReason closed;

    Inbox(Waiting waiting) {
        this.waiting = waiting;
    }

    // What arrives.

    synchronized void add(Object item) {
        if (item instanceof StreamEvent.Open open) {
            opened = open;
        } else if (item instanceof CloseReason reason) {
            closed = closed == null ? reason : closed;
        } else {
            unread.add(item);
        }
        changes++;
        notifyAll();
    }

    // What is taken.

    /**
     * {@return the next item, which is not taken, or the reason for the end of the connection; null if there is neither
     * in time}
     */
    @Nullable Object peek(Duration most) {
        return await(() -> unread.isEmpty() ? closed : unread.peek(), most);
    }

    /** Takes an item if it is the next one. {@return whether it was} */
    synchronized boolean take(Object item) {
        if (unread.peek() != item) {
            return false;
        }
        unread.remove();
        taken++;
        last = item instanceof Received received ? received : last;
        return true;
    }

    /**
     * {@return where the stream begins, or the reason for the end of the connection; null if there is neither in time}
     */
    @Nullable Object opened(Duration most) {
        return await(() -> opened != null ? opened : closed, most);
    }

    @Nullable CloseReason closed(Duration most) {
        return await(() -> closed, most);
    }

    synchronized boolean isClosed() {
        return closed != null;
    }

    synchronized @Nullable Received last() {
        return last;
    }

    private <T> @Nullable T await(Supplier<@Nullable T> what, Duration most) {
        long begin = waiting.nanoTime();
        while (true) {
            long seen;
            synchronized (this) {
                T found = what.get();
                if (found != null) {
                    return found;
                }
                seen = changes;
            }
            if (!waiting.awaitChange(this, seen, most.minusNanos(waiting.nanoTime() - begin))) {
                return null;
            }
        }
    }

    synchronized boolean hasChangedSince(long seen) {
        return changes != seen;
    }

    private synchronized boolean sleepUntilChanged(long seen, Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        while (changes == seen) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + this, e);
            }
        }
        return true;
    }

    // Printing.

    @Override
    public synchronized String toString() {
        String first = unread.stream().limit(PRINTED).map(Object::toString).collect(Collectors.joining(", "));
        int more = unread.size() - PRINTED;
        return (closed == null ? "connected" : "closed with " + closed) + ", taken " + taken
                + ", unread " + unread.size() + (first.isEmpty() ? "" : ": " + first)
                + (more > 0 ? ", and " + more + " more" : "");
    }

    /** {@return a message as a failed assertion shows it: the beginning of a text, the size of anything else} */
    static String print(Message message) {
        if (!(message instanceof Message.Text text)) {
            return message.toString();
        }
        String all = text.text();
        return all.length() <= PRINTED_CHARACTERS ? '"' + all + '"'
                : '"' + all.substring(0, PRINTED_CHARACTERS) + "…\" (" + text + ")";
    }
}
