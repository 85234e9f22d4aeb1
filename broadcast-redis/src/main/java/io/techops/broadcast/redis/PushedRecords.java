package io.techops.broadcast.redis;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * One run of records of one epoch, without a hole, and the last sequence that is known to be in the log.
 *
 *     base | run …                 known
 *
 * Pushes and answers of one connection come in the order in which the server sent them. So another epoch in a push is a
 * newer one, and a push that does not follow the run means that a push was lost. Records that are not in the run are
 * read from the stream. Not safe for use by several threads.
 */
/** The records of a log that were pushed and not read yet, within bounds. */
final class PushedRecords {

    static final int MAX_RECORDS = 1_024;
    static final int MAX_BYTES = 1 << 20;

    private final ArrayDeque<SharedRecord> run = new ArrayDeque<>();
    private @Nullable Position base;
    private long known;
    private long bytes;

    /** Forgets everything, as for a new connection. */
    void clear() {
        restart(null);
    }

    private void restart(@Nullable Position at) {
        run.clear();
        bytes = 0;
        base = at;
        known = at == null ? 0 : at.sequence();
    }

    void pushed(RecordFormat.Push push) {
        Position last = push.last();
        Position before = last.at(last.sequence() - push.records().size());
        if (base == null || !base.hasEpochOf(last)) {
            restart(before);
        }
        known = Math.max(known, last.sequence());
        if (push.records().isEmpty() || last.sequence() <= end()) {
            return;
        }
        if (before.sequence() != end()) {
            long highest = known;
            restart(before);
            known = highest;
        }
        for (SharedRecord record : push.records()) {
            run.add(record);
            bytes += record.message().size();
        }
        if (run.size() > MAX_RECORDS || bytes > MAX_BYTES) {
            restart(last);
        }
    }

    private long end() {
        return base == null ? 0 : base.sequence() + run.size();
    }

    /** Called when the stream was read up to {@code last}, and the log ended at {@code head}. */
    void read(Position last, long head) {
        if (base == null || !base.hasEpochOf(last) || last.sequence() > end()) {
            long highest = base != null && base.hasEpochOf(last) ? known : 0;
            restart(last);
            known = Math.max(known, highest);
        }
        known = Math.max(known, head);
    }

    /**
     * {@return the records after a position, as far as they were pushed; {@code null} if they have to be read from the
     * stream}
     */
    @Nullable SharedPage after(Position after, int messages, long most, long now) {
        if (base == null || !base.hasEpochOf(after) || after.sequence() < base.sequence() || after.sequence() > end()) {
            return null;
        }
        if (after.sequence() == end()) {
            return after.sequence() == known ? new SharedPage(after, List.of(), now, true) : null;
        }
        while (base.sequence() < after.sequence()) {
            bytes -= run.remove().message().size();
            base = base.at(base.sequence() + 1);
        }
        List<SharedRecord> page = new ArrayList<>(Math.min(messages, run.size()));
        long size = 0;
        Iterator<SharedRecord> records = run.iterator();
        while (page.size() < messages && records.hasNext()) {
            SharedRecord record = records.next();
            size += record.message().size();
            if (size > most && !page.isEmpty()) {
                break;
            }
            page.add(record);
        }
        boolean reachesEnd = after.sequence() + page.size() == known;
        return new SharedPage(after, page, Math.max(now, page.get(page.size() - 1).appendedAtMillis()), reachesEnd);
    }
}
