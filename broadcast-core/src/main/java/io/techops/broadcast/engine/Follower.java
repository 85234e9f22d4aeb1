package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/*
 * It first asks for the newest record alone, and then reads from as far before it as the hub keeps messages. From then
 * on it reads what follows the last record that is in the hub's own log: one page at a time, the next one when all of
 * the page is in that log. It reads when there may be more behind a page, when changed() was called, and after a
 * second. A page that the call returns at once is put into the hub's log in the same turn. A call that failed is
 * repeated, after a longer pause each time.
 */

/** Reads a shared log, and puts what it reads into the hub's own log. For the task of the backplane. */
final class Follower {

    /** The highest number of records in a page. */
    private static final int MOST = 1_024;
    private static final long MOST_BYTES = 1 << 20;
    static final long PAUSE = 1_000_000_000L;

    /** Takes the records that were read. */
    interface Sink {
        /**
         * {@return whether the record is in the hub's log now; if not, the follower calls this again when there is
         * room}
         */
        boolean put(SharedRecord record, Position position, long appendedAt);

        /** The next record does not follow the last one, but another position. */
        void breakOff(Position before, Position last);

        /** The last call failed. */
        void readFailed(@Nullable Throwable failure);

        /** The last call was answered. */
        void readAnswered();
    }

    private final SharedLog log;
    private final long keeps;
    private final Backoff backoff;
    private final Sink sink;
    private final Runnable wake;
    private final AtomicBoolean changed = new AtomicBoolean();

    private @Nullable SharedCall<SharedPage> call;
    private @Nullable SharedPage page;
    private int done;
    private long arrivedAt;
    private boolean more = true;
    private long due;
    /** The position of the newest record when the hub started; null before it is known. */
    private @Nullable Position target;

    /** The position of the last record that is in the hub's log. Written by the task, read by any thread. */
    private volatile @Nullable Position position;
    private volatile @Nullable Position newest;
    private volatile boolean begun;
    private volatile long duplicates;

    /**
     * @param keeps how many messages the hub's log keeps
     */
    Follower(SharedLog log, long keeps, Backoff backoff, Sink sink, Runnable wake) {
        this.log = log;
        this.keeps = keeps;
        this.backoff = backoff;
        this.sink = sink;
        this.wake = wake;
    }

    /** {@return the position of the last record in the hub's log; null before anything is known} */
    @Nullable Position position() {
        return position;
    }

    /** {@return the newest position that was read; null before anything is known} */
    @Nullable Position newest() {
        return newest;
    }

    /**
     * {@return whether the records that the shared log had at the start are in the hub's log, as far as it keeps them}
     */
    boolean hasBegun() {
        return begun;
    }

    long duplicates() {
        return duplicates;
    }

    /** Says that there may be something to read. Any thread may call this. */
    void changed() {
        changed.set(true);
    }

    /** {@return whether the follower waits for something that wakes the task: an answer, or room} */
    boolean isWaiting() {
        return call != null || page != null;
    }

    /** {@return when the next turn is due at the latest, in the timer's nanoseconds} */
    long due() {
        return backoff.isSet() ? backoff.until() : due;
    }

    void turn(long now) {
        if (!takeAnswer(now)) {
            return;
        }
        if (backoff.isSet() ? backoff.isOver(now) : changed.getAndSet(false) || more || now - due >= 0) {
            changed.set(false);
            more = false;
            due = now + PAUSE;
            Position after = position;
            call = new SharedCall<SharedPage>(wake).make(() -> after == null ? log.read(null, 1, 1)
                    : log.read(after, MOST, MOST_BYTES));
            if (call.isDone() && takeAnswer(now) && !backoff.isSet() && (more || changed.get())) {
                wake.run(); // other tasks have their turn before that
            }
        }
    }

    /** {@return whether a new call may be made: none is under way, and no page waits for room} */
    private boolean takeAnswer(long now) {
        SharedCall<SharedPage> made = call;
        if (made != null) {
            if (!made.isDone()) {
                return false;
            }
            answered(made, now);
            call = null;
        }
        return page == null || putAll();
    }

    private void answered(SharedCall<SharedPage> made, long now) {
        SharedPage read = made.value();
        if (made.failure() != null || read == null) {
            backoff.failed(now);
            sink.readFailed(made.failure());
            return;
        }
        backoff.reset();
        arrivedAt = now;
        Position last = position;
        if (last == null) {
            begin(read.last());
        } else {
            take(read, last);
        }
        sink.readAnswered();
    }

    private void begin(Position head) {
        Position first = head.at(Math.max(0, head.sequence() - keeps));
        sink.breakOff(first, first);
        target = head;
        newest = head;
        position = first;
        more = true;
    }

    private void take(SharedPage read, Position last) {
        Position after = read.after();
        long known = last.sequence() - after.sequence();
        done = 0;
        if (!after.hasEpochOf(last) || known < 0) {
            sink.breakOff(after, last);
            position = after;
        } else if (known > 0) {
            done = (int) Math.min(known, read.records().size());
            duplicates += done;
        }
        if (!after.hasEpochOf(last) || read.last().sequence() >= last.sequence()) {
            newest = read.last();
        }
        more = !read.records().isEmpty() && !read.reachesEnd();
        page = read;
    }

    /** {@return whether all of the page is in the hub's log} */
    private boolean putAll() {
        SharedPage from = page;
        List<SharedRecord> records = from.records();
        for (; done < records.size(); done++) {
            Position its = from.after().at(from.after().sequence() + 1 + done);
            SharedRecord record = records.get(done);
            if (!sink.put(record, its, arrivedAt - from.age(record).toNanos())) {
                return false;
            }
            position = its;
        }
        page = null;
        Position last = target;
        if (!begun && (!more || last == null || !last.hasEpochOf(from.after())
                || from.last().sequence() >= last.sequence())) {
            begun = true;
        }
        return true;
    }
}
