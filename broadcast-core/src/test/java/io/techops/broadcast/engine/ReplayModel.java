package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * The model remembers every message there ever was, and where each peer is in that order. Whenever a peer is given
 * something, each message between its place and that must be one that it may lack: it is excluded from it, or the
 * message has expired, was replaced by a newer one of its key (where the hub conflates), is of the past that it did not
 * ask for, or its loss was told.
 */

/** What each peer must be given and told of what was sent, without a log; {@code ReplayModelTest} plays against it. */
final class ReplayModel {

    /** What the runs came across: a model test that never meets a gap proves nothing about it. */
    enum Seen {
        RECOVERED, EVICTED, EPOCH, FUTURE, OVERFLOW, CUT, CONFLATED, EXPIRED, EXCLUDED, FORGOTTEN, SENT
    }

    private record Entry(long sequence, String text, @Nullable String key, long expiresAt, Set<Peer> except,
            @Nullable Peer sender) {

        boolean isOver(long now) {
            return expiresAt != EntryNotes.NEVER && expiresAt - now <= 0;
        }
    }

    /** What is known of a message before it has its place. */
    private record Sent(@Nullable String key, long expiresAt, Set<Peer> except, @Nullable Peer sender, long after) {
    }

    /** A peer, and where it is. */
    static final class Subject extends FakeTransport {
        private final ReplayModel model;
        final boolean knows;
        private final Replay replay;
        /** The last message that it was given, or was told that the stream goes on after. */
        private long place;
        /** Below this it asked for the newest of each key only; up to this a loss was told. */
        private long latestTo;
        private long tailAtJoin;
        private long lostTo;
        private long missedSeen;
        private @Nullable GapReason expected;
        private boolean mayBeGap;
        /** Whether it was stalled, or ended. */
        boolean troubled;
        int pauses;

        Subject(ReplayModel model, boolean knows, Replay replay) {
            this.model = model;
            this.knows = knows;
            this.replay = replay;
            replaying(replay);
            if (knows) {
                knowingPositions();
            }
        }

        @Override
        public boolean write(Batch batch) {
            boolean writable = super.write(batch);
            for (int i = 0; i < batch.size(); i++) {
                int at = i;
                model.keep(() -> model.given(this, ((Message.Text) batch.message(at)).text(), batch.sequence(at),
                        batch.key(at)));
            }
            return writable;
        }

        @Override
        public boolean tell(StreamEvent event) {
            boolean writable = super.tell(event);
            model.keep(() -> model.told(this, event));
            return writable;
        }
    }

    private final Map<Seen, Long> seen;
    private final boolean skips;
    private final boolean conflates;
    private final boolean ages;
    private final boolean butSender;
    /** By sequence; one that was parked is known when the listener is told, or a peer is given it. */
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Map<String, Sent> sent = new HashMap<>();
    private final List<AssertionError> disagreements = new ArrayList<>();
    private @Nullable HubRig rig;

    /**
     * @param skips whether a peer that falls off the tail goes on, and is not disconnected
     * @param conflates whether the hub conflates
     * @param ages whether messages are kept for a time only
     * @param butSender whether a message is for everyone but the peer that sent it
     */
    ReplayModel(Map<Seen, Long> seen, boolean skips, boolean conflates, boolean ages, boolean butSender) {
        this.seen = seen;
        this.skips = skips;
        this.conflates = conflates;
        this.ages = ages;
        this.butSender = butSender;
    }

    /** Takes the hub that is to behave so. */
    void isOf(HubRig hub) {
        rig = hub;
    }

    /** Keeps the first that the model does not agree with: the hub would take it for a broken transport. */
    void keep(Runnable check) {
        try {
            check.run();
        } catch (AssertionError disagreement) {
            disagreements.add(disagreement);
        }
    }

    void note(Seen what) {
        seen.merge(what, 1L, Long::sum);
    }

    long head() {
        return rig.hub().stats().messages();
    }

    private long now() {
        return rig.timer().nanoTime();
    }

    // What happens.

    /** A message is about to be sent. */
    void sends(String text, @Nullable String key, @Nullable Duration timeToLive, Set<Peer> except,
            @Nullable Peer sender) {
        sent.put(text, new Sent(key, timeToLive == null ? EntryNotes.NEVER : EntryNotes.expiry(now(), timeToLive),
                except, sender, head()));
    }

    /** The listener is told of a broadcast. */
    void broadcastAt(@Nullable Peer from, Message message, Position position) {
        String text = ((Message.Text) message).text();
        Entry entry = entry(position.sequence(), text);
        assertThat(entry.sender).isEqualTo(butSender ? from : null);
    }

    private Entry entry(long sequence, String text) {
        Sent its = sent.get(text);
        assertThat(its).as(text).isNotNull();
        Entry entry = entries.computeIfAbsent(sequence, at -> new Entry(at, text, its.key, its.expiresAt,
                its.except, butSender ? its.sender : null));
        assertThat(entry.text).as("at %s", sequence).isEqualTo(text);
        return entry;
    }

    /** Takes note of where a peer is to begin that joins next. */
    void begin(Subject subject) {
        Position origin = rig.hub().stats().position();
        Position position = subject.replay.position();
        long head = head();
        long tail = head - rig.hub().stats().retainedMessages() + 1;
        subject.tailAtJoin = Math.max(tail, position == null ? 0 : head - subject.replay.withinMessages() + 1);
        if (position != null && position.hasEpochOf(origin) && position.sequence() <= head) {
            subject.place = position.sequence();
            subject.mayBeGap = position.sequence() + 1 < subject.tailAtJoin || ages;
            return;
        }
        subject.expected = position == null ? null : position.hasEpochOf(origin) ? GapReason.FUTURE
                : GapReason.EPOCH;
        if (subject.replay.isLatest()) {
            subject.latestTo = head;
        } else {
            subject.place = Math.max(tail - 1, head - subject.replay.messages());
            subject.lostTo = ages ? head : 0;
        }
    }

    // What the peers are given.

    private void told(Subject subject, StreamEvent event) {
        long at = event.position().sequence();
        if (event instanceof StreamEvent.Open open) {
            Position asked = subject.replay.position();
            boolean isGap = subject.expected != null || subject.mayBeGap && !open.isRecovered();
            assertThat(open.isRecovered()).as("recovered").isEqualTo(asked != null && !isGap);
            if (open.isRecovered()) {
                note(Seen.RECOVERED);
                assertThat(at).as("recovered after").isEqualTo(subject.place);
            }
            subject.expected = isGap && subject.expected == null ? GapReason.EVICTED : subject.expected;
            assertThat(at).as("open").isGreaterThanOrEqualTo(subject.latestTo > 0 ? 0 : subject.place);
            return;
        }
        StreamEvent.Gap gap = (StreamEvent.Gap) event;
        assertThat(gap.reason()).isEqualTo(subject.expected == null ? GapReason.OVERFLOW : subject.expected);
        assertThat(subject.expected == null && !skips).as("a gap without a reason").isFalse();
        assertThat(at).as("%s comes after %s", gap, subject.place).isGreaterThanOrEqualTo(subject.place);
        subject.expected = null;
        note(Seen.valueOf(gap.reason().name()));
        if (gap.missed().isPresent()) {
            long meant = entries.values().stream().filter(entry ->
                    entry.sequence > Math.max(subject.place, subject.latestTo) && entry.sequence <= at
                    && !isExcluded(subject, entry)).count();
            long unnumbered = conflates ? gap.missed().getAsLong() : meant;
            assertThat(gap.missed().getAsLong()).as("missed of %s after %s", gap, subject.place)
                    .isEqualTo(unnumbered);
        }
        if (gap.reason() != GapReason.EPOCH && gap.reason() != GapReason.FUTURE) {
            subject.lostTo = conflates || subject.latestTo > 0 ? head() : subject.lostTo;
        }
        subject.place = at;
        subject.missedSeen = subject.peer().missed();
    }

    private void given(Subject subject, String text, long sequence, @Nullable String key) {
        Sent its = sent.get(text);
        assertThat(its).as(text).isNotNull();
        assertThat(key).as("key of %s", text).isEqualTo(its.key);
        assertThat(EntryNotes.isOver(its.expiresAt, now())).as("%s has expired", text).isFalse();
        heedLoss(subject);
        if (sequence == Batch.UNNUMBERED) {
            walk(subject, Math.max(subject.place, its.after), text);
            subject.place = Math.max(subject.place, its.after);
            return;
        }
        Entry entry = entry(sequence, text);
        assertThat(isExcluded(subject, entry)).as("%s is not for %s", text, subject).isFalse();
        assertThat(sequence).as("%s comes after %s", text, subject.place).isGreaterThan(subject.place);
        if (sequence <= subject.latestTo) {
            assertThat(entry.key != null && !hasNewer(entry, subject.latestTo)).as("%s is the newest", text)
                    .isTrue();
        }
        walk(subject, sequence - 1, text);
        subject.place = sequence;
    }

    /** Those that do not know positions are not told of a gap. */
    private void heedLoss(Subject subject) {
        long missed = subject.peer().missed();
        if (skips && missed > subject.missedSeen && (!subject.knows || conflates || subject.latestTo > 0)
                || !subject.knows && subject.mayBeGap) {
            subject.lostTo = head();
            subject.mayBeGap = false;
        }
        subject.missedSeen = missed;
    }

    private void walk(Subject subject, long to, String before) {
        for (long at = subject.place + 1; at <= to; at++) {
            Entry entry = entries.get(at);
            assertThat(entry == null || mayLack(subject, entry))
                    .as("%s lacks %s before %s", subject.peer(), entry, before).isTrue();
        }
    }

    private boolean isExcluded(Subject subject, Entry entry) {
        return entry.except.contains(subject.peer()) || subject.peer().equals(entry.sender);
    }

    private boolean hasNewer(Entry entry, long to) {
        for (long at = entry.sequence + 1; at <= to; at++) {
            Entry newer = entries.get(at);
            if (entry.key != null && newer != null && entry.key.equals(newer.key)) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether one that follows was parked, and the listener is still to be told of it} */
    private boolean hasUnknown(Entry entry) {
        for (long at = entry.sequence + 1; at <= head(); at++) {
            if (!entries.containsKey(at)) {
                return true;
            }
        }
        return false;
    }

    private boolean mayLack(Subject subject, Entry entry) {
        if (isExcluded(subject, entry)) {
            note(Seen.EXCLUDED);
            return true;
        }
        if (entry.isOver(now())) {
            note(Seen.EXPIRED);
            return true;
        }
        if (conflates && (hasNewer(entry, head()) || hasUnknown(entry))) {
            note(Seen.CONFLATED);
            return true;
        }
        if (entry.sequence <= subject.latestTo && (entry.key == null || hasNewer(entry, subject.latestTo))) {
            return true;
        }
        if (entry.sequence <= subject.latestTo && entry.sequence < subject.tailAtJoin
                && rig.hub().stats().evictedKeys() > 0) {
            note(Seen.FORGOTTEN);
            return true;
        }
        return entry.sequence <= subject.lostTo;
    }

    /** Checks what always holds. */
    void check(List<Subject> subjects) {
        if (!disagreements.isEmpty()) {
            throw disagreements.get(0);
        }
        for (Subject subject : subjects) {
            assertThat(subject.violations()).isEmpty();
            Peer peer = subject.peer();
            assertThat(peer.delivered()).as("delivered to %s", peer).isEqualTo(subject.messages().size());
            if (!subject.troubled) {
                assertThat(peer.isRegistered()).as("%s is healthy and stays", peer).isTrue();
                assertThat(peer.missed()).as("%s is healthy and misses nothing", peer).isZero();
            }
            if (subject.closed() != null && subject.closed().code() == CloseReason.TRY_AGAIN_LATER) {
                assertThat(skips).as("%s is cut by %s", peer, subject.closed()).isFalse();
            }
        }
        assertThat(rig.hub().stats().retainedKeys()).isLessThanOrEqualTo(5);
    }

    /** Checks that each has got what it was to get, when nothing is left to be done. */
    void checkEnd(List<Subject> subjects) {
        for (Subject subject : subjects) {
            if (subject.closed() != null) {
                note(Seen.CUT);
            }
            if (subject.peer().isRegistered()) {
                heedLoss(subject);
                walk(subject, head(), "the end");
                assertThat(subject.peer().lag()).as("lag of %s", subject.peer()).isZero();
                assertThat(subject.expected).as("a gap that was not told to %s", subject)
                        .isEqualTo(subject.knows ? null : subject.expected);
                assertThat(subject.pauses).as("pauses").isEqualTo(subject.resumes());
            }
        }
    }
}
