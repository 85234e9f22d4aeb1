package io.techops.broadcast.spi;

import io.techops.broadcast.Position;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** A run of records of a {@link SharedLog}, without a hole between them. Immutable. */
public final class SharedPage {

    private final Position after;
    private final List<SharedRecord> records;
    private final long readAtMillis;
    private final boolean reachesEnd;

    /**
     * Makes a page that may not reach the end of the log: unless the page is empty, the hub reads again at once.
     *
     * @param after the position before the first record; if there are no records, the position that was asked for, if
     *     it is of the log's epoch and not beyond the newest record, and otherwise the newest position of the log
     * @param records the records, with the sequences that follow {@code after}
     * @param readAtMillis the time of the read in milliseconds, by the same clock as {@link
     *     SharedRecord#appendedAtMillis}; an engine that pushes a record as it is appended may use the time of the
     *     append
     */
    public SharedPage(Position after, List<SharedRecord> records, long readAtMillis) {
        this(after, records, readAtMillis, false);
    }

    /**
     * Makes a page that may be known to reach the end of the log.
     *
     * @param after as there
     * @param records as there
     * @param readAtMillis as there
     * @param reachesEnd whether no record followed the last one when the page was read: the hub then does not read
     *     again until {@code changed} is called, or a second has passed
     */
    public SharedPage(Position after, List<SharedRecord> records, long readAtMillis, boolean reachesEnd) {
        this.after = Objects.requireNonNull(after, "after");
        this.records = List.copyOf(records);
        this.readAtMillis = readAtMillis;
        this.reachesEnd = reachesEnd;
    }

    /** {@return the position before the first record} Its epoch is that of the log. */
    public Position after() {
        return after;
    }

    /** {@return whether the page is known to have reached the end of the log when it was read} */
    public boolean reachesEnd() {
        return reachesEnd;
    }

    /** {@return the records; the sequence of the one at {@code i} is {@code after().sequence() + 1 + i}} */
    public List<SharedRecord> records() {
        return records;
    }

    /** {@return the position of the last record, or {@link #after} if there are none} */
    public Position last() {
        return records.isEmpty() ? after : after.at(after.sequence() + records.size());
    }

    /**
     * {@return how old a record of this page was when it was read, at least zero}
     *
     * @param record a record of this page
     */
    public Duration age(SharedRecord record) {
        return Duration.ofMillis(Math.max(0, readAtMillis - record.appendedAtMillis()));
    }

    @Override
    public String toString() {
        return records.size() + " records after " + after;
    }
}
