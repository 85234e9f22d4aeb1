package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/*
 * Of a hub with a backplane, a position beyond the head may be one that other nodes have come to already. The peer
 * waits then, not writable, until this node has come to it, or has not for too long (PeersAhead); its shard decides.
 *
 * In this order: what the peer is told of positions, the snapshot, the newest messages of keys that the log keeps
 * beside its ring. Then follow the entries from the cursor on, of which those below "latestBelow" only if they
 * are the newest of their key.
 */

/** What one peer is to get before its place in the log. Owned by its shard, or by who registers it before that. */
final class Prelude {

    StreamEvent.@Nullable Open open;
    StreamEvent.@Nullable Gap gap;

    /**
     * What the peer asked for, if it named a position that this node has not come to yet: until that is decided the
     * peer is not writable, and nothing else here counts.
     */
    @Nullable Replay ahead;
    /** Where it begins if the node does not come to it. */
    @Nullable ReplayStart otherwise;
    /** Whether the node may still come to it. Cleared by the backplane's task, before it says that it is writable. */
    boolean awaitsNode;

    /** Whether the host is still to say what comes first: until then the peer is not writable. */
    boolean awaitsSnapshot;
    /** Set by the task that asks the host for it, before it says that the peer is writable. */
    List<Message> snapshot = List.of();
    int snapshotDone;
    boolean snapshotFailed;

    long keysFrom;
    long keysTo;
    long latestBelow;
    /** How many entries without a key there are before that, if the log conflates. */
    long unkeyedBelow;

    /** Fills in what is to come. */
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

    /** {@return whether it is not known yet what comes first: the peer is not writable, whatever its transport says} */
    boolean isHeldBack() {
        return ahead != null ? awaitsNode : awaitsSnapshot;
    }

    /** {@return whether all of it is done, so that nothing but the cursor counts} */
    boolean isOver(long next) {
        return ahead == null && !awaitsSnapshot && !snapshotFailed && isBeforeLog() && next >= latestBelow;
    }

    /** {@return whether the entries from the cursor on are next} */
    boolean isBeforeLog() {
        return open == null && gap == null && snapshotDone >= snapshot.size() && keysFrom >= keysTo;
    }

    boolean hasSnapshotLeft() {
        return snapshotDone < snapshot.size();
    }

    /** {@return the next part of the snapshot, as much as goes into a batch} It is next until it is counted as done. */
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

    /** Adds the keys of entries that have fallen off the tail, behind those that are to come already. */
    void addKeys(long from, long to) {
        if (!hasKeysLeft()) {
            keysFrom = from;
        }
        keysTo = to;
    }

    /** Adds a gap: two that were not told are one. */
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
