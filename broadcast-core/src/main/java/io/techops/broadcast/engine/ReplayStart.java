package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import org.jspecify.annotations.Nullable;

/**
 * Where the cursor of a peer begins.
 *
 * @param next the entry of the ring
 * @param keysFrom from which slot on the peer gets the keys that are kept beside the ring, before the entries of the
 *     ring
 * @param keysTo the slot to stop before
 * @param latestBelow the entry below which the peer gets only the newest message of each key
 * @param after the position after which the stream goes on
 * @param recovered whether the peer named a position and nothing is missing after it
 * @param gap why something is missing; null if nothing is
 * @param missed how many messages are missing; negative if that is not known exactly
 * @param replays whether the peer gets anything from the past
 */
record ReplayStart(long next, long keysFrom, long keysTo, long latestBelow, Position after, boolean recovered,
        @Nullable GapReason gap, long missed, boolean replays) {

    private static final long UNKNOWN = -1;

    /** {@return where a replay starts} Called with the log's lock held. */
    static ReplayStart of(Replay replay, LogBuffer ring, long now) {
        Position position = replay.position();
        if (position == null) {
            return withoutPosition(replay, ring, now, null);
        }
        PositionRuns.Place place = ring.runs().find(position, ring.head());
        if (place == null) {
            return withoutPosition(replay, ring, now, GapReason.EPOCH);
        }
        if (place.next() > ring.head()) {
            return withoutPosition(replay, ring, now, GapReason.FUTURE);
        }
        return after(position, place, replay, ring, now);
    }

    private static ReplayStart withoutPosition(Replay replay, LogBuffer ring, long now, @Nullable GapReason gap) {
        long head = ring.head();
        if (replay.isLatest()) {
            long oldest = ring.oldestOfKeys(now);
            long first = ring.keyed().oldest(now, Long.MAX_VALUE, oldest);
            return new ReplayStart(oldest, first, oldest, head, ring.runs().before(first), false, gap, UNKNOWN,
                    first < head);
        }
        long next = Math.max(ring.oldest(now, Long.MAX_VALUE), head - replay.messages());
        return new ReplayStart(next, 0, 0, 0, ring.runs().before(next), false, gap, UNKNOWN, next < head);
    }

    private static ReplayStart after(Position position, PositionRuns.Place place, Replay replay, LogBuffer ring,
            long now) {
        long from = place.next();
        long most = replay.withinAge() == null ? Long.MAX_VALUE : replay.withinAge().toNanos();
        long bound = ring.head() - replay.withinMessages();
        long oldest = Math.max(ring.oldest(now, most), bound);
        if (from >= oldest && !place.broken()) {
            return new ReplayStart(from, 0, 0, 0, position, true, null, UNKNOWN, from < ring.head());
        }
        long next = Math.max(from, oldest);
        long keysFrom = ring.conflates() ? keysFrom(Math.max(from, bound), next, ring, now, most) : next;
        PositionRun run = ring.runs().at(keysFrom); // of what comes first
        boolean lost = place.broken() || run != ring.runs().at(from) || ring.lastLost(null) >= from
                || oldest > ring.tail() || ring.conflates() && ring.keyed().first(from, next) < keysFrom;
        GapReason gap = !lost ? null : run.hasEpochOf(position) ? GapReason.EVICTED : GapReason.EPOCH;
        if (ring.conflates()) { // the peer gets the newest message of each key after its position
            Position after = gap == GapReason.EPOCH ? run.before(keysFrom) : position;
            return new ReplayStart(next, keysFrom, next, 0, after, !lost, gap, UNKNOWN, true);
        }
        boolean exact = gap == GapReason.EVICTED && ring.lastSpared() < from
                && (next == from || oldest == ring.tail() || !ring.hasNotes());
        return new ReplayStart(next, 0, 0, 0, lost ? run.before(next) : position, !lost, gap,
                exact ? run.sequence(next) - 1 - position.sequence() : UNKNOWN, next < ring.head());
    }

    private static long keysFrom(long from, long to, LogBuffer ring, long now, long most) {
        return Math.min(to, ring.keyed().first(Math.max(from, ring.keyed().oldest(now, most, to)), to));
    }
}
