package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.engine.StreamHistory.Entry;
import io.techops.broadcast.engine.StreamHistory.Sent;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The peer walks along the history. Whenever it is given something, each broadcast between its place and that must be
 * one that it may lack, and so must each message that was addressed to it before that place: it has expired, was
 * replaced, is not for this peer, is of a past that it did not ask for, or was lost, which the peer was told.
 */

/** A peer that knows the history, and what it may be given and told next. */
final class StreamPeer extends FakeTransport {

    /** What may be the case. */
    enum Seen {
        EXCLUDED, EXPIRED, REPLACED, OLD, LOST, ADDRESSED, ADDRESSED_LOST, ADDRESSED_EXPIRED, RECOVERED,
        OVERFLOW, EVICTED, EPOCH, FUTURE
    }

    /** What is common to all peers of a run. */
    record Rules(StreamHistory history, boolean skips, boolean conflates, @Nullable Duration age,
            @Nullable Duration keyAge, Consumer<Seen> seen) {
    }

    private static final CloseReason ASKED = CloseReason.of(4001, "asked for");

    private final Rules rules;
    private final StreamHistory history;
    final boolean knows;
    final Replay replay;
    private final List<AssertionError> disagreements = new ArrayList<>();
    private final List<String> stream = new ArrayList<>();

    /** The last entry that it was given, or told that the stream goes on after, and its position. */
    private long slot;
    private @Nullable Position at;
    private long lastGiven;
    /** Where its cursor began. */
    long began;
    private long joinedAt;
    private long headAtJoin;
    /** Below this it asked for the newest of each key only, of which these were kept. */
    private long latestBelow;
    private final Set<Long> promised = new HashSet<>();
    /** Whether nothing is missing after the position that it named. */
    private boolean isRecoverable;
    /** Below this what is not kept of keys may have been lost; or all, if it asked for no more. */
    private long lostBelow;
    private boolean bounded;
    private boolean gapIsDue;
    private boolean isTorn;
    private long missedSeen;
    private long missedTold;
    /** What is addressed to it, in its order, and what of that may have been lost. */
    private final Deque<Sent> addressed = new ArrayDeque<>();
    private final Set<Sent> lostAddressed = new HashSet<>();
    private long addressedAll;
    private long addressedExpiring;
    /** How many entries it lacks that had expired or were replaced. */
    long passed;

    /** What the run has done with it. */
    boolean troubled;
    int pauses;
    private long closeAskedAt = -1;
    private @Nullable CloseReason said;
    private final Set<Sent> owedAtClose = new HashSet<>();
    private boolean closeChecked;

    StreamPeer(Rules rules, boolean knows, Replay replay) {
        this.rules = rules;
        this.history = rules.history();
        this.knows = knows;
        this.replay = replay;
        replaying(replay);
        if (knows) {
            knowingPositions();
        }
    }

    private static void check(boolean holds, String what, Object... of) {
        if (!holds) {
            throw new AssertionError(String.format(what, of));
        }
    }

    private void see(Seen what) {
        rules.seen().accept(what);
    }

    /** The hub would take it for a broken transport if this threw. */
    private void keep(Runnable check) {
        history.look();
        try {
            check.run();
        } catch (AssertionError disagreement) {
            disagreements.add(disagreement);
        }
    }

    /** Checks that it has got, or may lack, all that there is. */
    void checkAll() {
        keep(this::hasAll);
        judge();
    }

    /** Throws the first disagreement. */
    void judge() {
        if (!disagreements.isEmpty()) {
            throw new AssertionError(peer() + ", " + describe(), disagreements.get(0));
        }
    }

    boolean isPaused() {
        return pauses > resumes();
    }

    // Where it begins.

    /** Before it joins. */
    void joins() {
        history.look();
        long head = history.head();
        headAtJoin = head;
        joinedAt = history.now();
        Position asked = replay.position();
        if (replay.isLatest() && asked == null) {
            latest(head);
        }
        if (asked == null) {
            slot = replay.isLatest() ? 0 : Math.max(history.tail() - 1, head - replay.messages());
        } else {
            isRecoverable = rules.age() == null && replay.withinAge() == null
                    && history.isWhole(asked, head - replay.withinMessages());
        }
    }

    private void latest(long head) {
        latestBelow = head + 1;
        for (long each = 1; each <= head; each++) {
            Entry entry = history.at(each);
            if (entry != null && entry.key() != null && !history.mayHaveNewer(entry, head) && !isTooOld(entry)
                    && (each >= history.tail() || history.isKept(entry))) {
                promised.add(each);
            }
        }
    }

    private boolean isTooOld(Entry newest) {
        return rules.keyAge() != null && history.isOlder(newest, rules.keyAge(), joinedAt);
    }

    /** After it has joined. */
    void hasJoined() {
        history.look();
        began = cursor().position();
        Position asked = replay.position();
        if (asked != null) {
            bounded = replay.withinMessages() < Integer.MAX_VALUE || replay.withinAge() != null || rules.age() != null
                    || rules.keyAge() != null;
            if (!knows) {
                boolean ahead = asksAhead();
                long known = ahead ? -1 : history.slotOf(asked);
                slot = known >= 0 ? known : replay.isLatest() ? 0 : began - 1;
                lostBelow = ahead ? Long.MAX_VALUE : began;
                bounded = true;
                latestBelow = replay.isLatest() ? headAtJoin + 1 : 0;
            }
        }
    }

    PeerCursor cursor() {
        return ((HubPeer) peer()).cursor();
    }

    /** Something is addressed to it. */
    void isSent(Sent message) {
        addressed.add(message);
        addressedAll++;
        addressedExpiring += message.timeToLive() == null ? 0 : 1;
    }

    // What it is given and told.

    @Override
    public boolean write(Batch batch) {
        boolean writable = super.write(batch);
        for (int i = 0; i < batch.size(); i++) {
            int index = i;
            stream.add(((Message.Text) batch.message(i)).text() + "@" + batch.position(i));
            keep(() -> given(((Message.Text) batch.message(index)).text(), batch.key(index), batch.position(index)));
        }
        return writable;
    }

    @Override
    public boolean tell(StreamEvent event) {
        boolean writable = super.tell(event);
        stream.add(event.toString());
        keep(() -> {
            if (event instanceof StreamEvent.Open open) {
                opens(open);
            } else {
                misses((StreamEvent.Gap) event);
            }
        });
        return writable;
    }

    private void opens(StreamEvent.Open open) {
        Position asked = replay.position();
        at = open.position();
        began = cursor().position();
        long known = history.slotOf(at);
        slot = known < 0 ? began - 1 : known; // the epoch may have been over before it had a message
        check(!open.isRecovered() || open.position().equals(asked), "%s, not after %s", open, asked);
        check(open.isRecovered() || !isRecoverable, "%s, but all after %s is there", open, asked);
        gapIsDue = asked != null && !open.isRecovered();
        if (open.isRecovered()) {
            see(Seen.RECOVERED);
        }
    }

    private void misses(StreamEvent.Gap gap) {
        long after = history.slotOf(gap.position());
        if (after < 0 && gap.position().equals(replay.position())) {
            after = slot; // the hub has never read what follows it
        }
        check(after >= 0, "%s is nowhere", gap);
        check(after >= slot, "%s, but it is at %s", gap, slot);
        boolean first = gapIsDue;
        gapIsDue = false;
        long missed = peer().missed();
        if (missed > missedTold) {
            loses();
        }
        switch (gap.reason()) {
            case OVERFLOW -> check(rules.skips() && missed > missedTold, "%s, but missed %s", gap, missed);
            case FUTURE -> check(first, "%s", gap);
            default -> check(first || !gap.position().equals(at), "%s again", gap);
        }
        if (first) {
            lostBelow = Math.max(lostBelow, gap.reason() == GapReason.EVICTED ? began
                    : Math.min(began, headAtJoin + 1));
            if (replay.isLatest() && gap.reason() != GapReason.EVICTED) {
                latest(headAtJoin);
            }
        }
        if (gap.missed().isPresent() && !history.isShared() && !rules.conflates()) {
            long from = first ? history.slotOf(replay.position()) : Math.max(slot, latestBelow - 1);
            long its = gap.missed().getAsLong();
            long most = meant(from, after);
            long fewest = most - expiring(from, after); // which it may have passed before
            check(its >= fewest && its <= most, "%s after %s", gap, from);
        }
        walk(after);
        isTorn = rules.conflates() && first;
        at = gap.position();
        slot = after;
        missedTold = missed;
        missedSeen = missed;
        see(Seen.valueOf(gap.reason().name()));
    }

    private void loses() {
        lostBelow = Math.max(lostBelow, history.tail());
        lostAddressed.addAll(addressed);
    }

    private void given(String text, @Nullable String key, @Nullable Position position) {
        Sent its = history.sent(text);
        check(its != null, "%s was not sent", text);
        check(its.key() == null ? key == null : its.key().equals(key), "%s has key %s", its, key);
        long missed = peer().missed();
        if (missed > missedSeen) {
            check(rules.skips(), "missed %s of a hub that disconnects", missed);
            check(!knows, "missed %s and was not told", missed - missedTold);
            loses();
            missedSeen = missed;
        }
        if (position == null) {
            givenAlone(its);
        } else {
            givenInOrder(history.given(text, position));
        }
    }

    private void givenAlone(Sent its) {
        check(its.to() != null && its.to().contains(peer()), "%s is not for this one", its);
        check(!history.isOver(its, its.sentAt()), "%s has expired", its);
        for (Sent next = addressed.poll(); next != its; next = addressed.poll()) {
            check(next != null, "%s comes again", its);
            check(mayLack(next), "lacks %s before %s", next, its);
        }
        check(lastGiven < its.before(), "%s comes after %s", its, lastGiven);
        see(Seen.ADDRESSED);
        walk(its.before() - 1);
        advance(its.before() - 1);
    }

    private void advance(long to) {
        for (; slot < to; slot++) {
            if (at != null) {
                Entry next = history.at(slot + 1);
                Position follows = at.at(at.sequence() + 1);
                check(next == null || isTorn || next.position().equals(follows), "%s does not follow %s", next, at);
                at = next == null ? follows : next.position();
            }
        }
    }

    private void givenInOrder(Entry entry) {
        check(!isExcluded(entry), "%s is not for this one", entry);
        check(!history.isOver(entry.sent(), entry.knownAt()), "%s has expired", entry);
        check(entry.slot() > slot, "%s comes after %s", entry, slot);
        check(entry.slot() >= latestBelow || entry.key() != null && !history.hasNewer(entry, latestBelow - 1),
                "%s is not the newest of its key below %s", entry, latestBelow);
        while (!addressed.isEmpty() && addressed.peek().before() <= entry.slot()) {
            check(mayLack(addressed.peek()), "lacks %s before %s", addressed.peek(), entry);
            addressed.poll();
        }
        walk(entry.slot() - 1);
        if (knows) {
            check(at.hasEpochOf(entry.position()), "%s comes after %s", entry, at);
            check(isTorn || entry.position().sequence() - at.sequence() == entry.slot() - slot,
                    "%s comes after %s without a gap", entry, at);
        }
        isTorn = false;
        at = knows ? entry.position() : null;
        slot = entry.slot();
        lastGiven = slot;
    }

    // What it may lack.

    private boolean mayLack(Sent message) {
        if (history.mayBeOver(message)) {
            see(Seen.ADDRESSED_EXPIRED);
            return true;
        }
        if (lostAddressed.contains(message)) {
            see(Seen.ADDRESSED_LOST);
            return true;
        }
        return false;
    }

    private void walk(long to) {
        for (long each = slot + 1; each <= to; each++) {
            Entry entry = history.at(each);
            check(entry == null || mayLack(entry), "lacks %s", entry);
        }
    }

    private boolean isExcluded(Entry entry) {
        return entry.sent().except().contains(peer());
    }

    private boolean mayLack(Entry entry) {
        if (isExcluded(entry)) {
            see(Seen.EXCLUDED);
            return true;
        }
        long its = entry.slot();
        if (its < latestBelow && (!promised.contains(its) || history.mayHaveNewer(entry, latestBelow - 1))) {
            return true;
        }
        if (history.mayBeOver(entry.sent())) {
            passed++;
            see(Seen.EXPIRED);
            return true;
        }
        if (rules.conflates() && history.mayHaveNewer(entry, history.head())) {
            passed++;
            see(Seen.REPLACED);
            return true;
        }
        if (rules.age() != null && its <= headAtJoin && history.isOlder(entry, rules.age(), joinedAt)) {
            see(Seen.OLD);
            return true;
        }
        boolean isLost = its < lostBelow && (bounded || its < history.tail()
                && !(rules.conflates() && history.isKept(entry)));
        boolean isReplaced = its < latestBelow && its < history.tail() && history.mayHaveNewer(entry, history.head());
        if (isLost || isReplaced) {
            see(Seen.LOST);
            return true;
        }
        return false;
    }

    // What holds when nothing is left to be done for it.

    private void hasAll() {
        hasAll(history.head(), Set.copyOf(addressed));
    }

    private void hasAll(long to, Set<Sent> owed) {
        long missed = peer().missed();
        if (missed > missedSeen) {
            loses();
        }
        walk(to);
        for (Sent next : addressed) {
            check(!owed.contains(next) || mayLack(next), "lacks %s at the end", next);
        }
        check(!gapIsDue, "was not told of the gap that it begins with");
    }

    // How it ends.

    /** The host closes it. */
    void isToClose() {
        if (closeAskedAt < 0) {
            closes();
            peer().close(ASKED);
        }
    }

    private void closes() {
        history.look();
        closeAskedAt = history.head();
        owedAtClose.addAll(addressed);
    }

    /** It has sent a close frame. */
    void says(CloseReason reason) {
        boolean hadPrelude = cursor().prelude != null;
        if (closeAskedAt < 0) {
            closes();
            said = reason;
        }
        if (end(reason, true)) {
            if (!hadPrelude) {
                keep(() -> hasAll(closeAskedAt, owedAtClose));
            }
            leave(reason);
        }
    }

    /** What was to come before a close has come. */
    void checkClose() {
        CloseReason reason = closed();
        if (reason != null && !closeChecked && (reason.equals(ASKED) || reason == said)) {
            closeChecked = true;
            keep(() -> hasAll(closeAskedAt, owedAtClose));
        }
    }

    // Figures.

    /** {@return whether it asked for a position that the log has not come to} */
    boolean asksAhead() {
        Position asked = replay.position();
        return asked != null && history.isAhead(asked);
    }

    String describe() {
        return replay + (knows ? ", knows" : "") + ", was given " + stream;
    }

    /** {@return whether all that it is owed can be counted} */
    boolean isCounted() {
        return latestBelow == 0 && (!knows || !events().isEmpty() || replay.position() == null) && !hasUnknown();
    }

    /** {@return how many broadcasts there were for it since it began} */
    long meant() {
        return meant(began - 1, history.head()) + addressedAll;
    }

    private long meant(long after, long to) {
        long meant = 0;
        for (long each = after + 1; each <= to; each++) {
            Entry entry = history.at(each);
            meant += entry == null || !isExcluded(entry) ? 1 : 0;
        }
        return meant;
    }

    /** {@return at most how many it has passed because they had expired or were replaced} */
    long mayHavePassed() {
        return passed + addressedExpiring + (peer().isRegistered() ? 0 : history.head() - slot);
    }

    /** {@return how many of these it may have passed because they had expired} */
    long mayHaveExpired() {
        return expiring(began - 1, history.head()) + addressedExpiring;
    }

    private long expiring(long after, long to) {
        long count = 0;
        for (long each = after + 1; each <= to; each++) {
            Entry entry = history.at(each);
            count += entry != null && !isExcluded(entry) && entry.sent().timeToLive() != null ? 1 : 0;
        }
        return count;
    }

    private boolean hasUnknown() {
        for (long each = began; each <= history.head(); each++) {
            if (history.at(each) == null) {
                return true;
            }
        }
        return false;
    }
}
