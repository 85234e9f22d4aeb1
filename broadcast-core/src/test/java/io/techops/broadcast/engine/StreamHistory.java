package io.techops.broadcast.engine;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * What is parked in a hub without a backplane has its place before the listener is told of it: such an entry is not
 * known until then, or until a peer is given it.
 *
 * Of a message that a backplane brings only bounds are known for when it expires: its time counts from when the
 * backplane took it, in milliseconds.
 */

/** Every message that there was, in the order of the hub's log: what a log would be that keeps all. */
final class StreamHistory implements MessageListener {

    /**
     * What is known of a message before it has its place.
     *
     * @param sentAt when, in nanoseconds
     * @param except who is not to get it
     * @param to the only peers that get it; null if it is a broadcast
     * @param before the slot that it stands before, if it is for some
     */
    record Sent(String text, @Nullable String key, @Nullable Duration timeToLive, long sentAt, Set<Peer> except,
            @Nullable Set<Peer> to, long before) {
    }

    /** A broadcast in its place. */
    record Entry(long slot, Position position, Sent sent, long knownAt) {
        @Nullable String key() {
            return sent.key();
        }
    }

    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();

    private final boolean shared;
    private final Map<String, Sent> sent = new HashMap<>();
    private final List<@Nullable Entry> entries = new ArrayList<>();
    private final Map<Position, Entry> places = new HashMap<>();
    private Supplier<HubStats> stats = () -> {
        throw new IllegalStateException("no hub yet");
    };
    private LongSupplier clock = () -> 0;
    /** As it was looked at last. */
    private @Nullable HubStats hub;

    /** @param shared whether the hub has a backplane */
    StreamHistory(boolean shared) {
        this.shared = shared;
        entries.add(null); // slots begin at 1
    }

    void isOf(Supplier<HubStats> figures, LongSupplier time) {
        stats = figures;
        clock = time;
    }

    /** Looks at the hub, for what is asked next: not for each question, because it takes long. */
    HubStats look() {
        HubStats now = stats.get();
        hub = now;
        return now;
    }

    long now() {
        return clock.getAsLong();
    }

    // What happens.

    void sends(Sent message) {
        sent.put(message.text(), message);
    }

    @Nullable Sent sent(String text) {
        return sent.get(text);
    }

    @Override
    public void broadcast(@Nullable Peer from, Message message, Position position) {
        place(((Message.Text) message).text(), position, shared ? entries.size() : position.sequence());
    }

    private Entry place(String text, Position position, long slot) {
        while (entries.size() <= slot) {
            entries.add(null);
        }
        Entry known = entries.get((int) slot);
        if (known == null) {
            known = new Entry(slot, position, sent.get(text), now());
            entries.set((int) slot, known);
            places.put(position, known);
        }
        if (!known.position().equals(position) || !known.sent().text().equals(text)) {
            throw new AssertionError(text + " at " + position + ", where " + known + " is");
        }
        return known;
    }

    /** {@return the entry that a peer was given} */
    Entry given(String text, Position position) {
        Entry known = places.get(position);
        if (known == null && shared) {
            throw new AssertionError(text + " at " + position + ", which the hub has not read");
        }
        return place(text, position, known == null ? position.sequence() : known.slot());
    }

    // What there is.

    /** {@return the slot of the newest entry} */
    long head() {
        return hub.messages();
    }

    /** {@return the slot of the oldest entry in the log} */
    long tail() {
        return hub.messages() - hub.retainedMessages() + 1;
    }

    /** {@return an entry; null if it is not known} */
    @Nullable Entry at(long slot) {
        return slot < entries.size() ? entries.get((int) slot) : null;
    }

    /** {@return the slot behind which the stream goes on after a position; -1 if it is nowhere} */
    long slotOf(Position position) {
        if (!shared) {
            return position.hasEpochOf(hub.position()) ? Math.min(position.sequence(), head()) : -1;
        }
        long found = -1;
        for (Entry entry : entries) {
            if (entry != null && entry.position().hasEpochOf(position)) {
                if (entry.position().sequence() <= position.sequence()) {
                    found = entry.slot();
                } else if (found < 0) {
                    return entry.slot() - 1;
                }
            }
        }
        return found >= 0 || !hub.position().equals(position) ? found : head();
    }

    boolean isShared() {
        return shared;
    }

    /** {@return whether all that follows a position, which is at least {@code from}, is known to be in the log} */
    boolean isWhole(Position position, long from) {
        return !shared && slotOf(position) >= Math.max(from, tail() - 1) && !isAhead(position);
    }

    /** {@return whether a position is one that the hub's log has not come to} */
    boolean isAhead(Position position) {
        Position here = hub.position();
        return position.hasEpochOf(here) && position.sequence() > here.sequence();
    }

    /** {@return whether an entry of the same key follows, up to a slot, or one that is not known} */
    boolean mayHaveNewer(Entry entry, long to) {
        return hasNewer(entry, to, true);
    }

    /** {@return whether an entry of the same key is known to follow, up to a slot} */
    boolean hasNewer(Entry entry, long to) {
        return hasNewer(entry, to, false);
    }

    private boolean hasNewer(Entry entry, long to, boolean ifUnknown) {
        for (long slot = entry.slot() + 1; slot <= to && entry.key() != null; slot++) {
            Entry newer = at(slot);
            if (newer == null ? ifUnknown : entry.key().equals(newer.key())) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether a message may not be delivered any more} */
    boolean mayBeOver(Sent message) {
        return message.timeToLive() != null
                && now() - message.sentAt() >= message.timeToLive().toNanos() - (shared ? MILLISECOND : 0);
    }

    /** {@return whether a message must not be delivered any more} */
    boolean isOver(Sent message, long knownAt) {
        return message.timeToLive() != null && now() - knownAt >= message.timeToLive().toNanos();
    }

    boolean isOlder(Entry entry, Duration age, long than) {
        return than - entry.sent().sentAt() >= age.toNanos() - (shared ? MILLISECOND : 0);
    }

    /**
     * {@return whether an entry that the log has evicted is kept as the newest of its key} Those kept are the newest of
     * all: so one is kept if there are no more candidates behind it than are kept in all.
     */
    boolean isKept(Entry entry) {
        long head = head();
        if (entry.key() == null || mayHaveNewer(entry, head) || mayBeOver(entry.sent())) {
            return false;
        }
        long kept = hub.retainedKeys();
        long tail = tail();
        for (long slot = entry.slot(); slot < tail; slot++) {
            Entry candidate = at(slot);
            kept -= candidate == null || candidate.key() != null && !hasNewer(candidate, head) ? 1 : 0;
        }
        return kept >= 0;
    }
}
