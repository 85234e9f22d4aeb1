package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/*
 * The model remembers every message there ever was, and where each peer is in that order. Whenever a peer is given
 * something, each message between its place and that must be one that it may lack: it is excluded from it, or the
 * message has expired, was replaced by a newer one of its key (where the hub conflates), is of the past that it did not
 * ask for, or its loss was told.
 */

/** Random joins, keys, times to live and stalls, one task of the hub at a time, against a model without a log. */
class ReplayModelTest {

    private static final int SEEDS = 400;
    private static final int STEPS = 200;

    @Test
    void eachPeerIsGivenExactlyWhatTheModelSays() {
        String chosen = System.getProperty("broadcast.model.seed");
        long first = chosen == null ? 1 : Long.parseLong(chosen);
        long last = chosen == null ? SEEDS : first;
        Map<Seen, Long> seen = new EnumMap<>(Seen.class);
        for (long seed = first; seed <= last; seed++) {
            Run run = new Run(seed, seen);
            try {
                run.play();
            } catch (Throwable thrown) {
                throw new AssertionError("run again with -Dbroadcast.model.seed=" + seed + ", " + run.describe(),
                        thrown);
            }
        }
        if (chosen == null) {
            for (Seen each : Seen.values()) {
                assertThat(seen.getOrDefault(each, 0L)).as(each.name()).isGreaterThan(50);
            }
        }
    }

    /** What the runs came across: a model test that never meets a gap proves nothing about it. */
    private enum Seen {
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
    private static final class Subject extends FakeTransport {
        private final Run run;
        private final boolean knows;
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
        private boolean troubled;
        private int pauses;

        Subject(Run run, boolean knows, Replay replay) {
            this.run = run;
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
                run.keep(() -> run.given(this, ((Message.Text) batch.message(at)).text(), batch.sequence(at),
                        batch.key(at)));
            }
            return writable;
        }

        @Override
        public boolean tell(StreamEvent event) {
            boolean writable = super.tell(event);
            run.keep(() -> run.told(this, event));
            return writable;
        }
    }

    private static final class Run {
        private final Random random;
        private final Map<Seen, Long> seen;
        private final boolean skips;
        private final boolean conflates;
        private final boolean ages;
        private final boolean butSender;
        private final HubRig rig;
        /** By sequence; one that was parked is known when the listener is told, or a peer is given it. */
        private final Map<Long, Entry> entries = new HashMap<>();
        private final Map<String, Sent> sent = new HashMap<>();
        private final List<Subject> subjects = new ArrayList<>();
        private final List<String> steps = new ArrayList<>();
        private final List<AssertionError> disagreements = new ArrayList<>();
        private final String settings;
        private int number;

        Run(long seed, Map<Seen, Long> seen) {
            this.random = new Random(seed * 0x9E3779B97F4A7C15L);
            this.seen = seen;
            this.skips = random.nextBoolean();
            this.conflates = random.nextBoolean();
            this.ages = random.nextInt(4) == 0;
            this.butSender = random.nextBoolean();
            Retention bounds = Retention.of(1 + random.nextInt(12), 1 << 20).keys(random.nextInt(6));
            Retention retention = ages ? bounds.age(Duration.ofSeconds(3)) : bounds;
            int shards = 1 + random.nextInt(3);
            this.settings = retention + ", skips " + skips + ", conflates " + conflates + ", shards " + shards;
            this.rig = new HubRig(builder -> builder
                    .shards(shards)
                    .retention(retention)
                    .conflate(conflates)
                    .overflow(skips ? OverflowPolicy.skip() : OverflowPolicy.disconnect())
                    .delivery(butSender ? DeliveryPolicy.everyoneButSender() : DeliveryPolicy.everyone())
                    .policy((context, message) -> relay(message))
                    .stallTimeout(Duration.ofSeconds(30))
                    .messageListener(new MessageListener() {
                        @Override
                        public void broadcast(@Nullable Peer from, Message message, Position position) {
                            keep(() -> broadcastAt(from, message, position));
                        }
                    }));
        }

        /** Keeps the first that the model does not agree with: the hub would take it for a broken transport. */
        private void keep(Runnable check) {
            try {
                check.run();
            } catch (AssertionError disagreement) {
                disagreements.add(disagreement);
            }
        }

        String describe() {
            return settings + ": " + steps;
        }

        private void note(Seen what) {
            seen.merge(what, 1L, Long::sum);
        }

        private long head() {
            return rig.hub().stats().messages();
        }

        private long now() {
            return rig.timer().nanoTime();
        }

        void play() {
            for (int i = 0; i < STEPS; i++) {
                step();
                while (random.nextInt(3) > 0 && rig.executor().runAny(random)) {
                    check();
                }
                check();
            }
            settle();
        }

        private void step() {
            switch (random.nextInt(20)) {
                case 0, 1, 2 -> join();
                case 3, 4, 5, 6, 7, 8 -> broadcast();
                case 9, 10 -> peerSends();
                case 11 -> send();
                case 12, 13 -> stall();
                case 14, 15, 16 -> goOn();
                case 17 -> end();
                default -> {
                    steps.add("pass");
                    rig.timer().pass(Duration.ofMillis(random.nextInt(800)));
                }
            }
        }

        // What happens.

        private void broadcastAt(@Nullable Peer from, Message message, Position position) {
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

        private @Nullable Subject any() {
            List<Subject> left = subjects.stream().filter(subject -> subject.peer().isRegistered()).toList();
            return left.isEmpty() ? null : left.get(random.nextInt(left.size()));
        }

        private @Nullable Duration timeToLive() {
            return random.nextInt(4) == 0 ? Duration.ofMillis(1 + random.nextInt(1_500)) : null;
        }

        private @Nullable String key() {
            return random.nextInt(3) == 0 ? null : "k" + random.nextInt(5);
        }

        private String prepare(@Nullable String key, @Nullable Duration timeToLive, Set<Peer> except,
                @Nullable Peer sender) {
            String text = number++ + "/" + (key == null ? "" : key) + "/"
                    + (timeToLive == null ? "" : timeToLive.toMillis());
            sent.put(text, new Sent(key,
                    timeToLive == null ? EntryNotes.NEVER : EntryNotes.expiry(now(), timeToLive), except, sender,
                    head()));
            return text;
        }

        private static BroadcastOptions options(BroadcastOptions to, @Nullable String key,
                @Nullable Duration timeToLive) {
            BroadcastOptions keyed = key == null ? to : to.key(key);
            return timeToLive == null ? keyed : keyed.timeToLive(timeToLive);
        }

        private static MessagePolicy.Decision relay(Message message) {
            String[] parts = ((Message.Text) message).text().split("/", -1);
            MessagePolicy.Decision.Relay relay = MessagePolicy.Decision.relay(message);
            relay = parts[1].isEmpty() ? relay : relay.key(parts[1]);
            return parts[2].isEmpty() ? relay : relay.timeToLive(Duration.ofMillis(Long.parseLong(parts[2])));
        }

        private void broadcast() {
            BroadcastOptions to = BroadcastOptions.everyone();
            while (random.nextInt(3) == 0) {
                Subject one = any();
                to = one == null ? to : to.without(one.peer());
            }
            String key = key();
            Duration timeToLive = timeToLive();
            String text = prepare(key, timeToLive, to.excluded(), null);
            boolean taken = rig.hub().tryBroadcast(Message.text(text), options(to, key, timeToLive));
            steps.add((taken ? "broadcast " : "refused ") + text + (to.excluded().isEmpty() ? "" : " " + to));
        }

        private void peerSends() {
            Subject from = any();
            if (from != null && from.pauses <= from.resumes()) {
                String text = prepare(key(), timeToLive(), Set.of(), from.peer());
                boolean taken = from.receive(text);
                from.pauses += taken ? 0 : 1;
                steps.add(from.peer() + " sends " + text + (taken ? "" : ", parked"));
            }
        }

        private void send() {
            Subject one = any();
            if (one != null) {
                Duration timeToLive = timeToLive();
                String text = prepare(null, timeToLive, Set.of(), null);
                BroadcastOptions to = options(BroadcastOptions.to(one.peer()), null, timeToLive);
                steps.add("send " + text + " to " + one.peer() + " "
                        + rig.hub().tryBroadcast(Message.text(text), to));
                note(Seen.SENT);
            }
        }

        private void stall() {
            Subject one = any();
            if (one != null && one.isWritable()) {
                steps.add("stall " + one.peer());
                one.troubled = true;
                one.stallAfter(1 + random.nextInt(2));
            }
        }

        private void goOn() {
            Subject one = any();
            if (one != null && !one.isWritable()) {
                steps.add("go on " + one.peer());
                one.becomeWritableFor(random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(3));
            }
        }

        private void end() {
            Subject one = any();
            if (one != null) {
                steps.add("end " + one.peer());
                one.troubled = true;
                one.leave(CloseReason.of(CloseReason.NORMAL));
            }
        }

        private void join() {
            if (subjects.stream().filter(subject -> subject.peer().isRegistered()).count() >= 6) {
                return;
            }
            long tail = rig.hub().stats().messages() - rig.hub().stats().retainedMessages() + 1;
            Position origin = rig.hub().stats().position();
            Replay replay = switch (random.nextInt(8)) {
                case 0 -> Replay.none();
                case 1 -> Replay.last(1 + random.nextInt(12));
                case 2 -> Replay.latest();
                case 3 -> Replay.after(Position.of("another", random.nextInt(20))).orElse(Replay.last(3));
                case 4 -> Replay.after(origin.at(head() + 1 + random.nextInt(9))).orElse(Replay.latest());
                default -> Replay.after(origin.at(Math.max(0, head() - random.nextInt(20))));
            };
            if (random.nextInt(4) == 0) {
                replay = replay.within(random.nextInt(10));
            }
            Subject subject = new Subject(this, random.nextInt(3) > 0, replay);
            subject.tailAtJoin = Math.max(tail, replay.position() == null ? 0 : head() - replay.withinMessages() + 1);
            begin(subject, origin);
            subjects.add(subject);
            rig.join(subject);
            steps.add(subject.peer() + " joins at " + head() + ": " + replay + (subject.knows ? ", knows" : ""));
        }

        private void begin(Subject subject, Position origin) {
            Position position = subject.replay.position();
            long head = head();
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
                long tail = rig.hub().stats().messages() - rig.hub().stats().retainedMessages() + 1;
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
                    && rig.hub().stats().forgottenKeys() > 0) {
                note(Seen.FORGOTTEN);
                return true;
            }
            return entry.sequence <= subject.lostTo;
        }

        // What always holds.

        private void check() {
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

        private void settle() {
            steps.add("settle");
            for (int i = 0; i < 3; i++) {
                for (Subject subject : subjects) {
                    subject.stallAfter(Integer.MAX_VALUE);
                    if (!subject.isWritable()) {
                        subject.becomeWritable();
                    }
                }
                rig.run();
            }
            check();
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
}
