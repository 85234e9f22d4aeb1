package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some messages that are appended to the shared log together. Owned by the task of the backplane. */
final class SentBatch {

    final List<Outbox.Item> items;
    final List<SharedRecord> records;
    /**
     * The epoch that it is meant for, its producer there, and its number among the producer's batches; empty before the
     * first try.
     */
    String epoch = "";
    String producer = "";
    long number;
    /** Whether a try had no answer. */
    boolean inDoubt;
    /** The position of the last record, if the log has it. */
    @Nullable Position last;
    /** How many of its records were read back; others before them may be missing. */
    int followed;
    @Nullable SentBatch next;

    SentBatch(List<Outbox.Item> items) {
        this.items = items;
        this.records = items.stream().map(Outbox.Item::record).toList();
    }

    /** {@return whether a record was appended with it} */
    boolean isOf(SharedRecord record) {
        return number == record.number() && producer.equals(record.producer());
    }

    /** {@return whether records of it may follow a position} */
    boolean isAheadOf(Position here) {
        return last == null ? here.epoch().equals(epoch) : last.hasEpochOf(here) && last.sequence() > here.sequence();
    }

    int size() {
        return items.size();
    }
}
