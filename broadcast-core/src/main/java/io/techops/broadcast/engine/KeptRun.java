package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one peer is to get of what is kept of keys beside the ring, and in between of what is addressed to it, as far as
 * it goes into a batch. Whatever is looked at is charged something, so that a step looks at a bounded number of them.
 * Guarded by the lock of the log.
 */
final class KeptRun implements KeyedMessages.Visitor {

    private final PositionRun run;
    private final @Nullable ExcludedMessages viewer;
    private final AddressedLane lane;
    private final long now;
    private final List<Message> messages = new ArrayList<>();
    private final List<@Nullable String> keys = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    /** The next entry of the lane for the peer. */
    private int next;
    private int addressed;
    private int expired;
    private long charged;
    private long end;

    /**
     * @param run to which all of it belongs
     * @param to the slot to stop before
     */
    KeptRun(PositionRun run, long to, PeerCursor peer, AddressedLane lane, long now) {
        this.run = run;
        this.end = to;
        this.viewer = peer.excluded;
        this.next = peer.firstAddressed;
        this.lane = lane;
        this.now = now;
    }

    @Override
    public boolean visit(long slot, Message message, EntryNotes notes) {
        for (; next != AddressedLane.NONE && lane.message(next).at <= slot; next = lane.next(next)) {
            AddressedLane.Addressed sent = lane.message(next);
            boolean over = EntryNotes.isOver(sent.expiresAt, now);
            if (!add(!over, sent.message, sent.key, LogBatch.UNNUMBERED, slot)) {
                return false;
            }
            addressed++;
            expired += over ? 1 : 0;
        }
        return add(!notes.isExpired(now) && !notes.excludes(viewer), message, notes.key, run.sequence(slot), slot);
    }

    /** {@return whether there was room for it, be it for the peer or not; if not, all of it ends before a slot} */
    private boolean add(boolean isGiven, Message message, @Nullable String key, long sequence, long slot) {
        boolean isFirst = charged == 0;
        charged += isGiven ? EntryNotes.charge(message, key) : Retention.OVERHEAD_BYTES;
        if (!isFirst && charged > LogBuffer.MAX_BATCH_BYTES) {
            end = slot;
            return false;
        }
        if (isGiven) {
            messages.add(message);
            keys.add(key);
            sequences.add(sequence);
        }
        return true;
    }

    /** {@return the batch that begins at a slot, perhaps without a message} */
    LogBatch batch(long from) {
        return new LogBatch(run, from, end, messages.toArray(Message[]::new),
                sequences.stream().mapToLong(Long::longValue).toArray(), keys.toArray(String[]::new),
                new LogBatch.LeftOut(0, 0, addressed, 0, expired), 0);
    }
}
