package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/*
 * In a hub with a backplane, a position beyond the head may be one that other nodes have read already. The peer then
 * waits, not writable, until this node has read up to it, or a time limit is over (PeersAhead); then its shard decides.
 *
 * The order is: the events about positions, the snapshot, the newest messages of keys that the log keeps beside its
 * ring. Then follow the entries from the cursor on; of those below "latestBelow" the peer gets only the newest of each
 * key.
 */

/**
 * What one peer is to get before its place in the log. Owned by its shard, before that by the thread that registers the
 * peer.
 */
final class Prelude {

    StreamEvent.@Nullable Open open;
    StreamEvent.@Nullable Gap gap;

    /**
     * The peer's request, if it named a position that this node has not read yet: until that is decided the peer is not
     * writable, and no other field here counts.
     */
    @Nullable Replay ahead;
    /** Where the peer starts if the node does not reach that position in time. */
    @Nullable ReplayStart otherwise;
    /**
     * Whether the node may still reach it. Cleared by the backplane's task, before that signals that the peer is
     * writable.
     */
    boolean awaitsNode;

    /** Whether the host has still to give the snapshot: until then the peer is not writable. */
    boolean awaitsSnapshot;
    /** Set by the task that asks the host for it, before that signals that the peer is writable. */
    List<Message> snapshot = List.of();
    int snapshotDone;
    boolean snapshotFailed;

    long keysFrom;
    long keysTo;
    long latestBelow;
    /** How many entries without a key there are before {@link #latestBelow}, if the log conflates. */
    long unkeyedBelow;

    /** Sets what the peer is to get. */
    void fill(ReplayStart start, boolean knowsPositions) {
        keysFrom = start.keysFrom();
        keysTo = start.keysTo();
        latestBelow = start.latestBelow();
        gap = null;
        if (knowsPositions) {
            open = new StreamEvent.Open(start.after(), start.recovered());
            if (start.gap() != null) {
                gap = new StreamEvent.Gap(start.after(), start.gap(),
                        start.missed() < 0 ? OptionalLong.empty() : OptionalLong.of(start.missed()));
            }
        }
    }

    /**
     * {@return whether it is not known yet what the peer gets first} Then it is not writable, whatever its transport
     * signals.
     */
    boolean isHeldBack() {
        return ahead != null ? awaitsNode : awaitsSnapshot;
    }

    /** {@return whether all of it was delivered, so that only the cursor counts} */
    boolean isOver(long next) {
        return ahead == null && !awaitsSnapshot && !snapshotFailed && isBeforeLog() && next >= latestBelow;
    }

    /** {@return whether there is nothing left before the entries from the cursor on} */
    boolean isBeforeLog() {
        return open == null && gap == null && snapshotDone >= snapshot.size() && keysFrom >= keysTo;
    }

    boolean hasSnapshotLeft() {
        return snapshotDone < snapshot.size();
    }

    /**
     * {@return the next part of the snapshot, as much as fits into a batch} Stays the next part until it is counted as
     * delivered.
     */
    Message[] nextOfSnapshot() {
        int from = snapshotDone;
        long charged = 0;
        int to = from;
        for (; to < snapshot.size(); to++) {
            charged += EntryNotes.charge(snapshot.get(to), null);
            if (to > from && charged > LogBuffer.MAX_BATCH_BYTES) {
                break;
            }
        }
        return snapshot.subList(from, to).toArray(Message[]::new);
    }

    boolean hasKeysLeft() {
        return keysFrom < keysTo;
    }

    /** Adds the keys of entries that have fallen off the tail, behind those that are already to come. */
    void addKeys(long from, long to) {
        if (!hasKeysLeft()) {
            keysFrom = from;
        }
        keysTo = to;
    }

    /** Adds a gap; gaps that were not told yet are joined into one. */
    void addGap(StreamEvent.Gap more) {
        StreamEvent.Gap before = gap;
        if (before == null) {
            gap = more;
            return;
        }
        OptionalLong missed = before.missed().isPresent() && more.missed().isPresent()
                ? OptionalLong.of(before.missed().getAsLong() + more.missed().getAsLong()) : OptionalLong.empty();
        GapReason reason = more.reason() == GapReason.EPOCH ? GapReason.EPOCH : before.reason();
        gap = new StreamEvent.Gap(more.position(), reason, reason == GapReason.EPOCH ? OptionalLong.empty() : missed);
    }
}
