package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some messages that are appended to the shared log together. Owned by the task of the backplane. */
final class SentBatch {

    final List<Outbox.Item> items;
    final List<SharedRecord> records;
    /** The epoch that it is meant for, and its number among the producer's there; empty before it was tried there. */
    String epoch = "";
    long number;
    /** Whether it was tried, and no answer came. */
    boolean inDoubt;
    /** The position of the last record, if the log has it. */
    @Nullable Position last;
    /** How many of its records have come back; others may be missing before them. */
    int followed;
    @Nullable SentBatch next;

    SentBatch(List<Outbox.Item> items) {
        this.items = items;
        this.records = items.stream().map(Outbox.Item::record).toList();
    }

    int size() {
        return items.size();
    }
}
