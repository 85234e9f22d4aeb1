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
     * Makes a page of which it is not known whether the log ended with it: the hub reads again, at once, unless it is
     * empty.
     *
     * @param after the position before the first record; without records the position that was asked for if nothing
     *     follows it in its epoch, otherwise the newest of the log
     * @param records the records, with the sequences that follow {@code after}
     * @param readAtMillis the time at which they were read, in milliseconds by the clock that gave {@link
     *     SharedRecord#appendedAtMillis}; an engine that hands on a record as it is appended may say that time
     */
    public SharedPage(Position after, List<SharedRecord> records, long readAtMillis) {
        this(after, records, readAtMillis, false);
    }

    /**
     * Makes a page, as the other constructor does.
     *
     * @param after as there
     * @param records as there
     * @param readAtMillis as there
     * @param reachesEnd whether nothing followed the last record when this was read, so that the hub need not ask for
     *     it: of what is appended later, it is told
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

    /** {@return whether the log is known to have ended with this page when it was read} */
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
