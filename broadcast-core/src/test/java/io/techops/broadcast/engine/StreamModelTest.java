package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PeerGroup;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.engine.StreamHistory.Sent;
import io.techops.broadcast.engine.StreamPeer.Seen;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.MemoryBackplane;
import io.techops.broadcast.testkit.TransportCall;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Everything at once, one task at a time, against a model without a log: keys, times to live, conflation, exclusions,
 * messages for some, groups, replay and resume, stalls, failures and closes; in a third of the runs the hub shares its
 * log with another node, and the log loses what it has, now and then. Run one seed again with {@code
 * -Dbroadcast.model.seed=…}, or more of them with {@code -Dbroadcast.model.seeds=…}.
 */
class StreamModelTest {

    private static final int SEEDS = 400;
    private static final int STEPS = 160;

    @Test
    void eachPeerIsGivenAndToldWhatTheModelSays() {
        String chosen = System.getProperty("broadcast.model.seed");
        long first = chosen == null ? 1 : Long.parseLong(chosen);
        long last = chosen == null ? Integer.getInteger("broadcast.model.seeds", SEEDS) : first;
        Map<Seen, Long> seen = new EnumMap<>(Seen.class);
        for (long seed = first; seed <= last; seed++) {
            Run run = new Run(seed, seen);
            try {
                run.play();
            } catch (Throwable thrown) {
                throw new AssertionError("run again with -Dbroadcast.model.seed=" + seed + ": " + run, thrown);
            }
        }
        if (chosen == null) {
            for (Seen each : Seen.values()) {
                assertThat(seen.getOrDefault(each, 0L)).as(each.name()).isGreaterThan(20);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final boolean shared;
        private final StreamPeer.Rules rules;
        private final StreamHistory history;
        private final boolean butSender;
        private final VirtualTimer timer = new VirtualTimer();
        private final ManualExecutor executor = new ManualExecutor();
        private final ManualExecutor elsewhere = new ManualExecutor();
        private final MemoryBackplane backplane;
        private final BroadcastHub hub;
        private final @Nullable BroadcastHub other;
        private final StreamFigures figures;
        private final PeerGroup group = new PeerGroup();
        private final List<StreamPeer> peers = new ArrayList<>();
        private final List<String> steps = new ArrayList<>();
        private final String settings;
        private int number;

        Run(long seed, Map<Seen, Long> seen) {
            random = new Random(seed * 0x9E3779B97F4A7C15L);
            shared = random.nextInt(3) == 0;
            boolean skips = random.nextBoolean();
            boolean conflates = random.nextBoolean();
            Duration age = random.nextInt(4) == 0 ? Duration.ofSeconds(1) : null;
            Duration keyAge = random.nextInt(4) == 0 ? Duration.ofSeconds(2) : null;
            butSender = random.nextBoolean();
            history = new StreamHistory(shared);
            rules = new StreamPeer.Rules(history, skips, conflates, age, keyAge,
                    what -> seen.merge(what, 1L, Long::sum));
            Retention bounds = Retention.of(1 + random.nextInt(12), random.nextInt(4) == 0
                    ? 200 + random.nextInt(600) : 1 << 20).keys(random.nextInt(6));
            bounds = age == null ? bounds : bounds.age(age);
            Retention retention = keyAge == null ? bounds : bounds.keyAge(keyAge);
            int shards = 1 + random.nextInt(3);
            Duration grace = random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(1);
            settings = retention + ", skips " + skips + ", conflates " + conflates + ", but sender " + butSender
                    + ", shards " + shards + ", shared " + shared;
            backplane = new MemoryBackplane(timer, seed);
            BroadcastHub.Builder builder = hub(executor).shards(shards).retention(retention).conflate(conflates)
                    .overflow(skips ? OverflowPolicy.skip() : OverflowPolicy.disconnect())
                    .delivery(butSender ? DeliveryPolicy.everyoneButSender() : DeliveryPolicy.everyone())
                    .policy((context, message) -> relay(message)).messageListener(history)
                    .stallTimeout(Duration.ofMinutes(10)).closeTimeout(Duration.ofHours(1)).floodGrace(grace);
            hub = builder.build();
            other = shared ? hub(elsewhere).build() : null;
            history.isOf(hub::stats, timer::nanoTime);
            figures = new StreamFigures(hub, history, peers, retention, conflates);
        }

        private BroadcastHub.Builder hub(ManualExecutor on) {
            BroadcastHub.Builder builder = BroadcastHub.builder().executor(on).timer(timer).heartbeat(Duration.ZERO)
                    .name("chat");
            return shared ? builder.backplane(backplane).backplaneStartTimeout(Duration.ZERO) : builder;
        }

        @Override
        public String toString() {
            return settings + ": " + steps;
        }

        void play() {
            runAll();
            if (shared) {
                backplane.delay(Duration.ZERO, Duration.ofMillis(random.nextInt(3) * 20));
            }
            for (int i = 0; i < STEPS; i++) {
                step();
                elsewhere.runAll();
                while (random.nextInt(3) > 0 && executor.runAny(random)) {
                    figures.check();
                }
                figures.check();
            }
            settle();
            end();
        }

        private void runAll() {
            do {
                executor.runAll();
                elsewhere.runAll();
            } while (executor.pending() > 0);
        }

        private void step() {
            switch (random.nextInt(25)) {
                case 0, 1, 2 -> join();
                case 3, 4, 5, 6, 7 -> broadcast();
                case 8, 9, 10 -> peerSends();
                case 11, 12, 13 -> sendToSome();
                case 14, 15 -> stall();
                case 16, 17, 18 -> goOn();
                case 19 -> endOne();
                case 20 -> changeGroup();
                case 21, 22 -> {
                    if (shared) {
                        shareOrLose();
                    } else {
                        broadcast();
                    }
                }
                default -> {
                    steps.add("pass");
                    timer.pass(Duration.ofMillis(random.nextInt(800)));
                }
            }
        }

        // What is said.

        private @Nullable StreamPeer any() {
            List<StreamPeer> left = peers.stream().filter(peer -> peer.peer().isRegistered()).toList();
            return left.isEmpty() ? null : left.get(random.nextInt(left.size()));
        }

        private @Nullable Duration timeToLive() {
            return random.nextInt(4) == 0 ? Duration.ofMillis(2 + random.nextInt(1_500)) : null;
        }

        private @Nullable String key() {
            return random.nextInt(3) == 0 ? null : "k" + random.nextInt(5);
        }

        private static String text(int number, @Nullable String key, @Nullable Duration timeToLive) {
            return number + "/" + (key == null ? "" : key) + "/" + (timeToLive == null ? "" : timeToLive.toMillis());
        }

        private static MessagePolicy.Verdict relay(Message message) {
            String[] parts = ((Message.Text) message).text().split("/", -1);
            MessagePolicy.Verdict.Relay relay = MessagePolicy.Verdict.relay(message);
            relay = parts[1].isEmpty() ? relay : relay.key(parts[1]);
            return parts[2].isEmpty() ? relay : relay.timeToLive(Duration.ofMillis(Long.parseLong(parts[2])));
        }

        private Sent sends(Set<Peer> except, @Nullable Set<Peer> to) {
            String key = key();
            Duration timeToLive = timeToLive();
            history.look();
            Sent message = new Sent(text(number++, key, timeToLive), key, timeToLive, timer.nanoTime(), except, to,
                    history.head() + 1);
            history.sends(message);
            return message;
        }

        private static BroadcastOptions options(BroadcastOptions receivers, Sent message) {
            BroadcastOptions keyed = message.key() == null ? receivers : receivers.key(message.key());
            return message.timeToLive() == null ? keyed : keyed.timeToLive(message.timeToLive());
        }

        private BroadcastOptions withoutSome(BroadcastOptions receivers) {
            BroadcastOptions options = receivers;
            while (random.nextInt(3) == 0) {
                StreamPeer one = any();
                options = one == null ? options : options.without(one.peer());
            }
            return options;
        }

        private void broadcast() {
            BroadcastOptions to = withoutSome(BroadcastOptions.everyone());
            Sent message = sends(to.excluded(), null);
            boolean taken = hub.tryBroadcast(Message.text(message.text()), options(to, message));
            steps.add((taken ? "broadcast " : "refused ") + message.text() + " " + to.excluded());
        }

        private void peerSends() {
            StreamPeer from = any();
            if (from != null && !from.isPaused()) {
                Sent message = sends(butSender ? Set.of(from.peer()) : Set.of(), null);
                boolean taken = from.send(message.text());
                from.pauses += taken ? 0 : 1;
                steps.add(from.peer() + " sends " + message.text() + (taken ? "" : ", parked"));
            }
        }

        private void sendToSome() {
            Set<Peer> chosen = new HashSet<>();
            BroadcastOptions to;
            if (random.nextInt(3) == 0) {
                chosen.addAll(group.members());
                to = BroadcastOptions.to(group);
            } else {
                int modulus = 1 + random.nextInt(3);
                hub.peers().stream().filter(peer -> peer.id() % modulus == 0).forEach(chosen::add);
                to = random.nextBoolean() ? BroadcastOptions.to(chosen)
                        : BroadcastOptions.to(peer -> peer.id() % modulus == 0);
            }
            to = withoutSome(to);
            chosen.removeAll(to.excluded());
            Sent message = sends(Set.of(), chosen);
            boolean taken = hub.tryBroadcast(Message.text(message.text()), options(to, message));
            steps.add((taken ? "send " : "refused ") + message.text() + " to " + chosen);
            if (taken) {
                peers.stream().filter(peer -> chosen.contains(peer.peer())).forEach(peer -> peer.isSent(message));
            }
        }

        private void changeGroup() {
            StreamPeer one = any();
            if (one != null && !group.remove(one.peer())) {
                assertThat(group.add(one.peer())).isTrue();
            }
        }

        /** Another node says something, and the backplane loses something. */
        private void shareOrLose() {
            int what = random.nextInt(14);
            if (what > 11) {
                boolean answers = random.nextBoolean();
                steps.add("lose " + (answers ? "answers" : "requests"));
                backplane.loseAnswers(answers ? 0.3 : 0).loseRequests(answers ? 0 : 0.3);
            } else if (what > 2) {
                backplane.loseAnswers(0).loseRequests(0);
                for (int i = random.nextInt(4); i >= 0; i--) {
                    Sent message = sends(Set.of(), null);
                    steps.add("elsewhere " + message.text());
                    other.tryBroadcast(Message.text(message.text()), options(BroadcastOptions.everyone(), message));
                    elsewhere.runAll();
                }
            } else if (what > 0) {
                int kept = random.nextInt(4);
                steps.add("trim " + kept);
                backplane.trim(kept);
            } else {
                steps.add("lose data");
                backplane.loseData();
            }
        }

        // What peers do.

        private void join() {
            if (peers.stream().filter(peer -> peer.peer().isRegistered()).count() >= 6) {
                return;
            }
            StreamPeer peer = new StreamPeer(rules, random.nextInt(3) > 0, replay());
            peer.troubled = peer.asksAhead();
            if (random.nextInt(3) == 0) {
                peer.encodingSlowly();
            }
            peer.answerClose();
            peer.joins();
            peer.register(hub);
            peers.add(peer);
            peer.hasJoined();
            steps.add(peer.peer() + " joins behind " + history.head() + ": " + peer.replay
                    + (peer.knows ? ", knows" : ""));
            peer.duringWrite(() -> {
                if (random.nextInt(8) == 0) { // as another thread may do
                    if (random.nextBoolean()) {
                        broadcast();
                    } else {
                        sendToSome();
                    }
                }
            });
        }

        private Replay replay() {
            Position here = history.look().position();
            Replay replay = switch (random.nextInt(10)) {
                case 0, 1 -> Replay.none();
                case 2 -> Replay.last(1 + random.nextInt(12));
                case 3, 4 -> Replay.latest();
                case 5 -> Replay.after(Position.of("another", random.nextInt(20))).orElse(Replay.last(3));
                case 6 -> Replay.after(here.at(here.sequence() + 1 + random.nextInt(9))).orElse(Replay.latest());
                case 7 -> Replay.after(here.at(Math.max(0, here.sequence() - random.nextInt(20))));
                default -> {
                    var known = history.at(Math.max(1, history.head() - random.nextInt(20)));
                    yield known == null ? Replay.none() : Replay.after(known.position());
                }
            };
            return switch (random.nextInt(8)) {
                case 0, 1 -> replay.within(random.nextInt(10));
                case 2 -> replay.within(Duration.ofMillis(1 + random.nextInt(2_000)));
                default -> replay;
            };
        }

        private void stall() {
            StreamPeer one = any();
            if (one != null && one.isWritable()) {
                steps.add("stall " + one.peer());
                one.troubled = true;
                one.stallAfter(1 + random.nextInt(2));
            }
        }

        private void goOn() {
            StreamPeer one = any();
            if (one != null && !one.isWritable()) {
                steps.add("go on " + one.peer());
                one.becomeWritableFor(random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(3));
            }
        }

        private void endOne() {
            StreamPeer one = any();
            if (one == null) {
                return;
            }
            one.troubled = true;
            int how = random.nextInt(5);
            steps.add("end " + one.peer() + " by " + how);
            switch (how) {
                case 0 -> one.leave(CloseReason.of(CloseReason.NORMAL));
                case 1 -> one.throwFrom(random.nextBoolean() ? TransportCall.WRITE : TransportCall.TELL);
                case 2 -> one.says(CloseReason.of(CloseReason.NORMAL));
                default -> one.isToClose();
            }
        }

        // The end.

        private void settle() {
            steps.add("settle");
            backplane.loseAnswers(0).loseRequests(0);
            for (int i = 0; i < (shared ? 12 : 4); i++) {
                for (StreamPeer peer : peers) {
                    peer.duringWrite(() -> { });
                    peer.stallAfter(Integer.MAX_VALUE);
                    if (!peer.isWritable() && peer.peer().isRegistered()) {
                        peer.becomeWritable();
                    }
                }
                runAll();
                if (shared) {
                    timer.pass(Duration.ofMillis(800));
                    runAll();
                }
                figures.check();
            }
            figures.checkAtRest();
        }

        private void end() {
            step();
            step();
            var end = hub.shutdown(Duration.ofSeconds(10)).toCompletableFuture();
            for (int i = 0; i < 200 && !end.isDone(); i++) {
                runAll();
                timer.pass(Duration.ofMillis(100));
            }
            assertThat(end).isCompleted();
            figures.checkAtEnd();
        }
    }
}
