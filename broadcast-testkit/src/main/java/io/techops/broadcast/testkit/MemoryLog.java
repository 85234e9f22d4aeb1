package io.techops.broadcast.testkit;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A shared log in memory, without any faults. Guarded by the monitor of its store. */
final class MemoryLog {

    /**
     * The limits of a backplane at the moment.
     *
     * @param refusing whether it refuses every append
     * @param maxBytes the most bytes of a message
     * @param kept the most messages that are kept
     */
    record Limits(boolean refusing, int maxBytes, int kept) {
    }

    /** The last append of a producer. */
    private record Last(long number, Position position) {
    }

    private final Supplier<Position> epochs;
    private final LongSupplier millis;
    private final Map<Position, Message> history = new LinkedHashMap<>();
    private final Map<String, Last> producers = new HashMap<>();
    private final List<SharedRecord> records = new ArrayList<>();
    /** The position before the first record that is kept. */
    private Position first;
    private long repeats;
    private long appends;

    /**
     * @param epochs makes the position before the first record of a new epoch
     * @param millis the engine's clock
     */
    MemoryLog(Supplier<Position> epochs, LongSupplier millis) {
        this.epochs = epochs;
        this.millis = millis;
        this.first = epochs.get();
    }

    /** {@return all messages that were ever appended; a copy} */
    Map<Position, Message> history() {
        return new LinkedHashMap<>(history);
    }

    /** {@return how many appends were repetitions, and had no effect} */
    long repeats() {
        return repeats;
    }

    /** {@return how many appends took effect} */
    long appends() {
        return appends;
    }

    /** Loses everything, and begins a new epoch. */
    void restart() {
        records.clear();
        producers.clear();
        first = epochs.get();
    }

    /** Loses all but the newest records. */
    void trim(int messages) {
        int gone = Math.max(0, records.size() - messages);
        records.subList(0, gone).clear();
        first = first.at(first.sequence() + gone);
    }

    private Position last() {
        return first.at(first.sequence() + records.size());
    }

    /** Appends records, as {@link io.techops.broadcast.spi.SharedLog#append} does. */
    Position append(String epoch, String producer, long number, List<SharedRecord> added, Limits limits) {
        if (!epoch.equals(first.epoch())) {
            throw new BackplaneException(Outcome.STALE_EPOCH, "the epoch is " + first.epoch(), null);
        }
        Last last = producers.get(producer);
        if (last != null && number <= last.number()) {
            repeats++;
            return last.position();
        }
        if (limits.refusing()) {
            throw new BackplaneException(Outcome.REFUSED, "told to refuse", null);
        }
        if (added.stream().anyMatch(record -> record.message().size() > limits.maxBytes())) {
            throw new BackplaneException(Outcome.IMPOSSIBLE,
                    "a message has more than " + limits.maxBytes() + " bytes", null);
        }
        if (number != (last == null ? 1 : last.number() + 1)) {
            throw new IllegalArgumentException("number must follow " + last + ": " + number);
        }
        for (int i = 0; i < added.size(); i++) {
            records.add(added.get(i).appended(producer, number, i, millis.getAsLong()));
            history.put(last(), added.get(i).message());
        }
        appends++;
        producers.put(producer, new Last(number, last()));
        Position answer = last();
        trim(limits.kept());
        return answer;
    }

    /** Reads records, as {@link io.techops.broadcast.spi.SharedLog#read} does. */
    SharedPage read(@Nullable Position after, int messages, long bytes) {
        int from;
        if (after == null) {
            from = records.size();
            long left = bytes;
            while (from > 0 && records.size() - from < messages
                    && (from == records.size() || left >= records.get(from - 1).message().size())) {
                left -= records.get(--from).message().size();
            }
        } else {
            boolean known = after.hasEpochOf(first) && after.sequence() <= last().sequence();
            from = known ? (int) Math.max(0, after.sequence() - first.sequence()) : 0;
        }
        int to = from;
        long left = bytes;
        while (to < records.size() && to - from < messages
                && (to == from || left >= records.get(to).message().size())) {
            left -= records.get(to++).message().size();
        }
        return new SharedPage(first.at(first.sequence() + from), records.subList(from, to), millis.getAsLong(),
                to == records.size());
    }
}
