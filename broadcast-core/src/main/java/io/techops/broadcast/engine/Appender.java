package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * One batch at a time is being appended: all that was in the outbox when the call for the last batch was answered. A
 * batch keeps its number until it is known whether the log has it. The log has it if an append with that number
 * succeeds, or if the follower reads a record of it. The log does not have it if the log refuses the first try, or each
 * try so far, in the epoch that the batch was meant for. If a try had no answer and the epoch is over, it can no longer
 * be known: the batch is given up, and its publishers get that failure. So nothing is appended twice.
 *
 * In a new epoch the producer is a new one, which starts with new numbers.
 */

/** Appends what is in the outbox to the shared log. For the task of the backplane. */
final class Appender {

    /** The highest number of records in an append. */
    private static final int MOST = 512;

    /** Is told what becomes of published messages. */
    interface Observer {
        /** The last call failed. */
        void appendFailed(@Nullable Throwable failure);

        /** The last call was answered, or its batch was given up. */
        void appendAnswered();

        /** A message was given up, as the log can never take it. */
        void dropped(@Nullable Throwable failure);

        /** The log has new records. */
        void appended();

        /** The follower will not read this message any more, or has just read it. */
        void released(Outbox.Item item, long slot);
    }

    private final SharedLog log;
    private final Outbox outbox;
    private final Backoff backoff;
    private final Observer observer;
    private final Runnable wake;
    private final AppendedBatches appended = new AppendedBatches();
    private String producer = "";
    private String epoch = "";
    private long number;
    private @Nullable SentBatch sending;
    private @Nullable SharedCall<Position> call;
    /** How many of the next messages are appended each alone, because they were impossible together. */
    private int alone;

    /** Written by the task, read by anyone. */
    private volatile long appends;
    private volatile long batches;
    private volatile long unconfirmed;
    private volatile @Nullable Position newest;

    Appender(SharedLog log, Outbox outbox, Backoff backoff, Observer observer, Runnable wake) {
        this.log = log;
        this.outbox = outbox;
        this.backoff = backoff;
        this.observer = observer;
        this.wake = wake;
    }

    long appends() {
        return appends;
    }

    long batches() {
        return batches;
    }

    long unconfirmed() {
        return unconfirmed;
    }

    /** {@return the position of the last message of this node that was appended; null if none was} */
    @Nullable Position newest() {
        return newest;
    }

    /** {@return whether a pause after a failure is under way} */
    boolean pauses() {
        return call == null && sending != null && backoff.isSet();
    }

    boolean isIdle() {
        return call == null && sending == null;
    }

    /**
     * Does what can be done now.
     *
     * @param followed up to where the log was read, in the epoch that it has
     */
    void turn(Position followed, long now) {
        SharedCall<Position> made = call;
        if (made != null && !made.isDone()) {
            return;
        }
        SentBatch mine = sending;
        if (made != null && mine != null) {
            answered(mine, made, now);
            call = null;
            made = null;
        }
        mine = sending;
        if (mine != null && mine.last != null) {
            finish(mine, mine.last);
            mine = null;
        }
        forget(followed);
        if (mine == null) {
            mine = next();
        }
        if (mine != null && backoff.isOver(now)) {
            append(mine, followed.epoch());
        }
    }

    private @Nullable SentBatch next() {
        SentBatch next = take(alone > 0 ? 1 : MOST);
        if (next != null) {
            alone = Math.max(0, alone - 1);
            sending = next;
        }
        return next;
    }

    /** {@return the next batch from the outbox; null if the outbox is empty} */
    private @Nullable SentBatch take(int most) {
        List<Outbox.Item> items = outbox.take(most);
        try {
            return items.isEmpty() ? null : new SentBatch(items);
        } catch (Throwable noMemory) {
            outbox.putBack(items);
            throw noMemory;
        }
    }

    private void append(SentBatch mine, String now) {
        if (mine.inDoubt && !mine.epoch.equals(now)) {
            giveUp(mine, "the shared log began a new epoch while no answer had come");
            wake.run();
            return;
        }
        if (!epoch.equals(now)) {
            producer = Epoch.begin().epoch() + "-" + Epoch.begin().epoch();
            epoch = now;
            number = 0;
        }
        if (!mine.epoch.equals(now)) {
            mine.epoch = now;
            mine.producer = producer;
            mine.number = ++number;
        }
        call = new SharedCall<Position>(wake).make(() -> log.append(now, mine.producer, mine.number, mine.records));
        if (call.isDone()) {
            wake.run();
        }
    }

    private void answered(SentBatch mine, SharedCall<Position> made, long now) {
        Position last = made.value();
        if (made.failure() == null && last != null) {
            mine.last = last;
        }
        if (mine.last != null) {
            backoff.reset();
            return;
        }
        BackplaneException.Outcome outcome = made.outcome(); // a switch would be a class that is used late
        if (outcome == BackplaneException.Outcome.IMPOSSIBLE) {
            impossible(mine, made.failure());
        } else if (outcome == BackplaneException.Outcome.STALE_EPOCH) {
            stale(mine, now);
        } else {
            mine.inDoubt |= outcome == BackplaneException.Outcome.UNKNOWN;
            failed(made, now);
        }
    }

    private void failed(SharedCall<Position> made, long now) {
        backoff.failed(now);
        observer.appendFailed(made.failure());
    }

    private void stale(SentBatch mine, long now) {
        observer.appended(); // so that the new epoch is read
        if (mine.inDoubt) {
            giveUp(mine, "the shared log began a new epoch while no answer had come");
            return;
        }
        observer.appendAnswered();
        mine.epoch = "";
        number = 0;
        epoch = "";
        backoff.failed(now);
    }

    private void impossible(SentBatch mine, @Nullable Throwable failure) {
        number--; // of this producer that number was not used
        observer.appendAnswered();
        backoff.reset();
        sending = null;
        if (mine.size() > 1) {
            outbox.putBack(mine.items);
            alone = mine.size();
            return;
        }
        fail(mine, new BackplaneException(BackplaneException.Outcome.IMPOSSIBLE,
                "the shared log cannot take the message", failure));
        observer.dropped(failure);
    }

    private void giveUp(SentBatch mine, String why) {
        unconfirmed += mine.size();
        sending = null;
        backoff.reset();
        observer.appendAnswered();
        fail(mine, new BackplaneException(BackplaneException.Outcome.UNKNOWN,
                "the message may be in the shared log or not: " + why, null));
        appended.add(mine); // the follower may have read it already, and wait for room
    }

    private void fail(SentBatch mine, RuntimeException why) {
        for (Outbox.Item item : mine.items) {
            tell(item, null, why);
            observer.released(item, 0);
        }
    }

    private void finish(SentBatch mine, Position last) {
        long before = last.sequence() - mine.size();
        for (int i = 0; i < mine.size(); i++) { // first, and once more if there is no memory for a position
            Outbox.Item item = mine.items.get(i);
            if (item.told != null) {
                tell(item, last.at(before + 1 + i), null);
            }
        }
        appends += mine.size();
        batches++;
        newest = last;
        sending = null;
        backoff.reset();
        observer.appendAnswered();
        if (mine.followed < mine.size()) {
            appended.add(mine);
            observer.appended();
        }
    }

    /**
     * Completes the future that a publisher waits for. The stages that depend on it are foreign code: their failures
     * are ignored here.
     */
    private static void tell(Outbox.Item item, @Nullable Position position, @Nullable Throwable failure) {
        if (item.told == null) {
            return;
        }
        try {
            if (failure == null) {
                item.told.complete(position);
            } else {
                item.told.completeExceptionally(failure);
            }
        } catch (Throwable noMemory) {
            // A dependent stage failed.
        }
        ForeignCode.returned();
    }

    /** {@return the outbox's item for a record; null if another node appended the record} */
    Outbox.@Nullable Item own(SharedRecord record, Position position) {
        SentBatch mine = sending;
        if (mine == null || !mine.isOf(record) || !mine.epoch.equals(position.epoch())) {
            mine = appended.find(record);
        }
        if (mine == null || record.index() < 0 || record.index() >= mine.size()) {
            return null;
        }
        if (mine.last == null) {
            mine.last = position.at(position.sequence() + mine.size() - 1 - record.index());
        }
        return mine.items.get(record.index());
    }

    /** Reports that a message of this node was read from the shared log and is now in a slot of the hub's own log. */
    void followed(SharedRecord record, Outbox.Item item, long slot) {
        appended.followed(record);
        SentBatch mine = sending;
        if (mine != null && mine.isOf(record)) {
            mine.followed++;
        }
        observer.released(item, slot);
    }

    /** Forgets the batches that the follower has passed, and those of an epoch that is over. */
    private void forget(Position followed) {
        for (SentBatch passed = appended.pollPassed(followed); passed != null; passed = appended.pollPassed(followed)) {
            for (Outbox.Item item : passed.items) {
                observer.released(item, 0);
            }
        }
    }

    /**
     * Gives up all that is not known to be in the log.
     *
     * @param why for what was never tried
     */
    void end(RuntimeException why) {
        SentBatch mine = sending;
        if (mine != null && mine.last != null) {
            finish(mine, mine.last);
        } else if (mine != null) {
            giveUp(mine, "the hub was closed before there was an answer");
        }
        for (SentBatch rest = take(MOST); rest != null; rest = take(MOST)) {
            fail(rest, why);
        }
    }
}
