package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * Slots have no holes. Nor have the positions in the log of a hub without a backplane. In a log that many hubs share an
 * epoch may end, and a hub may find that what follows its last entry is no longer kept. Then a new run begins at the
 * head: a break. Each run ends where the next one starts; if nothing was put between two breaks, the older of the two
 * runs is dropped.
 *
 * Only the runs of kept entries, and the newest run, are kept, so there is at most one run more than entries.
 */

/** The positions of the slots of a log. Changed under the lock of the log; read by any thread. */
final class PositionRuns {

    /**
     * Where a position is in the log.
     *
     * @param next the slot of what follows it; beyond the head if it is of the future
     * @param broken whether something is missing between the two
     */
    record Place(long next, boolean broken) {
    }

    private final PositionRun first = new PositionRun(1, Epoch.begin());
    /** Replaced as a whole at each break. */
    private volatile PositionRun[] runs = {first};

    /** {@return the run that a slot belongs to; the oldest run for an older slot} */
    PositionRun at(long slot) {
        PositionRun[] now = runs;
        int i = now.length - 1;
        while (i > 0 && now[i].start() > slot) {
            i--;
        }
        return now[i];
    }

    /** {@return the position of an entry} */
    Position position(long slot) {
        return at(slot).position(slot);
    }

    /** {@return the sequence of an entry} */
    long sequence(long slot) {
        return at(slot).sequence(slot);
    }

    /**
     * {@return the position before that of an entry, which may be the next one to come} For a slot before the oldest
     * run, the position before that run: nothing in between is retained.
     */
    Position before(long slot) {
        PositionRun run = at(slot);
        return run.before(Math.max(slot, run.start()));
    }

    /** {@return the run that the next entry will belong to} */
    PositionRun newest() {
        PositionRun[] now = runs;
        return now[now.length - 1];
    }

    /** {@return whether a run is not the first one of the log, so that the positions have been broken off before it} */
    boolean isBehindBreak(PositionRun run) {
        return run != first;
    }

    /** {@return the first slot behind the run of a slot; {@code Long.MAX_VALUE} if that is the newest run} */
    long end(long slot) {
        PositionRun[] now = runs;
        long end = Long.MAX_VALUE;
        for (int i = now.length - 1; i > 0 && now[i].start() > slot; i--) {
            end = now[i].start();
        }
        return end;
    }

    /**
     * Begins a run: the next entry follows another position than that of the last entry.
     *
     * @param oldest the slot of the oldest entry that is kept of the log
     */
    void begin(long head, Position before, long oldest) {
        PositionRun[] now = runs;
        int from = 0;
        while (from < now.length - 1 && now[from + 1].start() <= oldest) {
            from++;
        }
        int to = now[now.length - 1].start() == head ? now.length - 1 : now.length;
        PositionRun[] next = Arrays.copyOfRange(now, Math.min(from, to), to + 1);
        next[next.length - 1] = new PositionRun(head, before);
        runs = next;
    }

    /** {@return the place of a position; null if its epoch is not known, or was over before the position} */
    @Nullable Place find(Position position, long head) {
        PositionRun[] now = runs;
        int i = now.length - 1;
        while (i >= 0 && !now[i].hasEpochOf(position)) {
            i--;
        }
        if (i < 0) {
            return null;
        }
        while (i > 0 && position.sequence() < now[i].before().sequence() && now[i - 1].hasEpochOf(position)) {
            i--;
        }
        PositionRun run = now[i];
        boolean isNewest = i == now.length - 1;
        long end = isNewest ? head : now[i + 1].start();
        long next = position.sequence() + 1 - run.offset();
        if (next < run.start()) {
            return new Place(run.start(), true);
        }
        if (isNewest || next < end) {
            return new Place(next, false);
        }
        return next == end || now[i + 1].hasEpochOf(position) ? new Place(end, true) : null;
    }
}
