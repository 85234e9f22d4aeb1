package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where the cursor of a peer begins.
 *
 * @param next the entry of the ring
 * @param keysFrom from which slot on it gets what is kept of keys beside the ring, before that
 * @param keysTo the slot to stop before
 * @param latestBelow below which entry it gets only what is the newest of its key
 * @param after the slot after which the stream goes on
 * @param recovered whether the peer named a position, and nothing is missing after it
 * @param gap why something is missing; null if nothing is
 * @param missed how many messages are missing; negative if that is not known exactly
 * @param replays whether it gets anything of the past
 */
record ReplayStart(long next, long keysFrom, long keysTo, long latestBelow, long after, boolean recovered,
        @Nullable GapReason gap, long missed, boolean replays) {

    private static final long UNKNOWN = -1;

    /** {@return where a replay begins} Under the lock of the log. */
    static ReplayStart of(Replay replay, LogBuffer ring, long now) {
        Position position = replay.position();
        if (position == null) {
            return withoutPosition(replay, ring, now, null);
        }
        if (!position.hasEpochOf(ring.origin())) {
            return withoutPosition(replay, ring, now, GapReason.EPOCH);
        }
        if (position.sequence() >= ring.head()) {
            return withoutPosition(replay, ring, now, GapReason.FUTURE);
        }
        return after(position.sequence(), replay, ring, now);
    }

    private static ReplayStart withoutPosition(Replay replay, LogBuffer ring, long now, @Nullable GapReason gap) {
        long head = ring.head();
        if (replay.isLatest()) {
            long oldest = ring.oldestOfKeys(now);
            long first = ring.keyed().oldest(now, Long.MAX_VALUE, oldest);
            return new ReplayStart(oldest, first, oldest, head, first - 1, false, gap, UNKNOWN, first < head);
        }
        long next = Math.max(ring.oldest(now, Long.MAX_VALUE), head - replay.messages());
        return new ReplayStart(next, 0, 0, 0, next - 1, false, gap, UNKNOWN, next < head);
    }

    private static ReplayStart after(long sequence, Replay replay, LogBuffer ring, long now) {
        long from = sequence + 1;
        long most = replay.oldest() == null ? Long.MAX_VALUE : replay.oldest().toNanos();
        long bound = ring.head() - replay.mostBack();
        long oldest = Math.max(ring.oldest(now, most), bound);
        if (from >= oldest) {
            return new ReplayStart(from, 0, 0, 0, sequence, true, null, UNKNOWN, from < ring.head());
        }
        long keysFrom = ring.conflates() ? keysFrom(Math.max(from, bound), oldest, ring, now, most) : oldest;
        boolean lost = ring.lastLost(null) >= from || oldest > ring.tail()
                || ring.conflates() && ring.keyed().first(from, oldest) < keysFrom;
        GapReason gap = lost ? GapReason.EVICTED : null;
        if (ring.conflates()) { // it goes on with what is the newest now of what followed
            return new ReplayStart(oldest, keysFrom, oldest, 0, sequence, !lost, gap, UNKNOWN, true);
        }
        boolean exact = ring.lastSpared() < from && (oldest == ring.tail() || !ring.hasNotes());
        return new ReplayStart(oldest, 0, 0, 0, lost ? oldest - 1 : sequence, !lost, gap,
                exact ? oldest - from : UNKNOWN, oldest < ring.head());
    }

    private static long keysFrom(long from, long to, LogBuffer ring, long now, long most) {
        return Math.min(to, ring.keyed().first(Math.max(from, ring.keyed().oldest(now, most, to)), to));
    }

    /** Fills in what is to come. */
    void fill(Prelude prelude, boolean knowsPositions, Position origin) {
        prelude.keysFrom = keysFrom;
        prelude.keysTo = keysTo;
        prelude.latestBelow = latestBelow;
        if (knowsPositions) {
            prelude.open = new StreamEvent.Open(origin.at(after), recovered);
            if (gap != null) {
                prelude.gap = new StreamEvent.Gap(origin.at(after), gap,
                        missed < 0 ? OptionalLong.empty() : OptionalLong.of(missed));
            }
        }
    }
}
