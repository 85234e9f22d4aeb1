package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/*
 * Some hubs share a log; hosts and peers publish, peers come, leave, stall and go on elsewhere, nodes are stopped, and
 * the backplane has every fault it can have. What is checked, against the history of the backplane alone:
 *
 *   a message that a peer was given is at that position in the history (so two peers never see two at one position);
 *   what it is given next is the next position, or it was told a gap that says after which one the stream goes on;
 *   a gap without a fault that explains it does not occur (it is of a new epoch, a hole, or the peer itself is slow);
 *   each text is in the history at most once: no retry appends twice; and those of a publisher are in their order
 *   there; what was confirmed is in the history at the position that was told; when all is well again, what was
 *   accepted is in the history, unless it was said to be in doubt; and every peer that is left has got all to the end.
 */

/** Random faults of a backplane, against its history. */
class BackplaneModelTest {

    private static final int SEEDS = 60;
    private static final int STEPS = 120;

    /** What the runs came across. */
    private enum Seen {
        DELIVERED, RESUMED, EVICTED, EPOCH, UNCONFIRMED, REPEATED, AWAY, CONFIRMED
    }

    @Test
    void everyPeersRunIsDenseOrHasAGapThatWasTold() {
        String chosen = System.getProperty("broadcast.model.seed");
        long first = chosen == null ? 1 : Long.parseLong(chosen);
        long last = chosen == null ? Integer.getInteger("broadcast.model.seeds", SEEDS) : first;
        Map<Seen, Long> seen = new EnumMap<>(Seen.class);
        for (long seed = first; seed <= last; seed++) {
            try {
                new Run(seed, seen).play();
            } catch (Throwable thrown) {
                throw new AssertionError("run again with -Dbroadcast.model.seed=" + seed, thrown);
            }
        }
        if (chosen == null) {
            for (Seen each : Seen.values()) {
                assertThat(seen.getOrDefault(each, 0L)).as(each.name()).isGreaterThan(10);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final Map<Seen, Long> seen;
        private final Nodes nodes;
        private final List<CheckedPeer> peers = new ArrayList<>();
        private final Map<String, CompletableFuture<Position>> published = new HashMap<>();
        private final Map<String, Integer> numbers = new HashMap<>();

        Run(long seed, Map<Seen, Long> seen) {
            this.random = new Random(seed);
            this.seen = seen;
            this.nodes = new Nodes(seed);
        }

        private void saw(Seen what, long times) {
            seen.merge(what, times, Long::sum);
        }

        void play() {
            nodes.backplane.delay(Duration.ZERO, Duration.ofMillis(random.nextInt(3) * 20));
            int count = 2 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                nodes.node(this::settings);
            }
            nodes.pass(Duration.ofSeconds(1));
            for (int i = 0; i < STEPS; i++) {
                step();
                nodes.pass(Duration.ofMillis(random.nextInt(4) * 20));
                peers.forEach(this::check);
            }
            settle();
            judge();
        }

        private BroadcastHub.Builder settings(BroadcastHub.Builder hub) {
            return hub.retention(Retention.of(16 << random.nextInt(4), 1 << 20)).stallTimeout(Duration.ofDays(1))
                    .overflow(OverflowPolicy.skip());
        }

        private Nodes.Node anyNode() {
            return nodes.all.get(random.nextInt(nodes.all.size()));
        }

        private void step() {
            switch (random.nextInt(24)) {
                case 0, 1, 2 -> join();
                case 3 -> fault();
                case 4 -> heal();
                case 5 -> nodes.backplane.trim(random.nextInt(8));
                case 6 -> {
                    if (random.nextInt(4) == 0) {
                        nodes.backplane.loseData();
                    }
                }
                case 7 -> anyNode().stopped ^= true;
                case 8 -> leave();
                case 9 -> stall();
                default -> publish();
            }
        }

        private void publish() {
            Nodes.Node node = anyNode();
            if (!peers.isEmpty() && random.nextBoolean()) {
                CheckedPeer from = peers.get(random.nextInt(peers.size()));
                if (from.isOpen() && from.registration().peer().isRegistered()
                        && from.resumes() == held.getOrDefault(from, 0)) {
                    String text = text("p" + peers.indexOf(from) + "@" + System.identityHashCode(from));
                    if (!from.send(text)) {
                        held.merge(from, 1, Integer::sum);
                    }
                }
                return;
            }
            for (int i = random.nextInt(3); i >= 0; i--) {
                String by = "n" + nodes.all.indexOf(node);
                String text = by + ":" + numbers.getOrDefault(by, 0);
                if (node.hub.tryBroadcast("probe " + text + "/" + random.nextLong())) {
                    CompletableFuture<Position> told = node.hub.publish(text(by)).toCompletableFuture();
                    published.put(text, told);
                }
            }
        }

        /** How often a peer was told not to be read, each of which a resume ends. */
        private final Map<CheckedPeer, Integer> held = new HashMap<>();

        private String text(String by) {
            int number = numbers.merge(by, 1, Integer::sum) - 1;
            return by + ":" + number;
        }

        private void join() {
            Nodes.Node node = anyNode();
            CheckedPeer before = peers.isEmpty() ? null : peers.get(random.nextInt(peers.size()));
            boolean resumes = before != null && before.place != null && random.nextBoolean();
            Replay replay = resumes ? Replay.after(before.place) : Replay.last(random.nextInt(5));
            try {
                CheckedPeer subject = new CheckedPeer();
                subject.place = resumes ? before.place : null;
                peers.add(node.join(subject, replay));
                saw(Seen.RESUMED, resumes ? 1 : 0);
            } catch (RefusedException refused) {
                assertThat(refused.refusalCause()).isEqualTo(RefusalCause.BACKPLANE);
            }
        }

        private void leave() {
            if (!peers.isEmpty()) {
                CheckedPeer gone = peers.remove(random.nextInt(peers.size()));
                check(gone);
                gone.leave(CloseReason.of(CloseReason.NORMAL));
            }
        }

        private void stall() {
            if (!peers.isEmpty()) {
                CheckedPeer one = peers.get(random.nextInt(peers.size()));
                if (one.isWritable()) {
                    one.stallAfter(1 + random.nextInt(2));
                } else {
                    one.becomeWritable();
                }
            }
        }

        private void fault() {
            switch (random.nextInt(6)) {
                case 0 -> nodes.backplane.loseAnswers(0.5);
                case 1 -> nodes.backplane.loseRequests(0.5);
                case 2 -> nodes.backplane.loseHints(0.7);
                case 3 -> nodes.backplane.doubleHints(0.7);
                case 4 -> nodes.backplane.refuse(true);
                default -> {
                    nodes.backplane.pause();
                    nodes.pass(Duration.ofMillis(random.nextInt(4000)));
                }
            }
        }

        private void heal() {
            nodes.backplane.loseAnswers(0).loseRequests(0).loseHints(0).doubleHints(0).refuse(false);
            nodes.backplane.resume();
        }

        private void settle() {
            heal();
            nodes.all.forEach(node -> node.stopped = false);
            for (int i = 0; i < 4; i++) { // some stall once more
                peers.stream().filter(each -> !each.isWritable()).forEach(FakeTransport::becomeWritable);
                nodes.pass(Duration.ofSeconds(3));
            }
            peers.forEach(this::check);
        }

        private void check(CheckedPeer peer) {
            peer.check(nodes.backplane.history("chat"), what -> {
                saw(Seen.DELIVERED, what instanceof CheckedPeer.Given ? 1 : 0);
                if (what instanceof StreamEvent.Gap gap) {
                    saw(Seen.EVICTED, gap.reason() == GapReason.EVICTED ? 1 : 0);
                    saw(Seen.EPOCH, gap.reason() == GapReason.EPOCH ? 1 : 0);
                }
            });
        }

        private void judge() {
            Map<Position, Message> history = nodes.backplane.history("chat");
            Map<String, Position> places = new HashMap<>();
            Map<String, Integer> lastOf = new HashMap<>();
            history.forEach((position, message) -> {
                String text = ((Message.Text) message).text();
                assertThat(places.put(text, position)).as("twice: " + text).isNull();
                if (!text.startsWith("probe")) {
                    String by = text.substring(0, text.indexOf(':'));
                    int number = Integer.parseInt(text.substring(text.indexOf(':') + 1));
                    Integer before = lastOf.put(by, number);
                    assertThat(before == null || before < number).as(text + " after " + before).isTrue();
                }
            });
            long inDoubt = 0;
            for (var each : published.entrySet()) {
                CompletableFuture<Position> told = each.getValue();
                assertThat(told).as(each.getKey()).isDone();
                if (!told.isCompletedExceptionally()) {
                    assertThat(places.get(each.getKey())).isEqualTo(told.join());
                    saw(Seen.CONFIRMED, 1);
                } else {
                    inDoubt++;
                }
            }
            saw(Seen.UNCONFIRMED, inDoubt);
            saw(Seen.REPEATED, nodes.backplane.repeats());
            Position end = null;
            for (Nodes.Node node : nodes.all) {
                HubStats stats = node.hub.stats();
                saw(Seen.AWAY, stats.backplane().outages());
                assertThat(stats.backplane().isAway()).isFalse();
                assertThat(end == null || end.equals(stats.position())).as("one end: " + end + ", " + stats).isTrue();
                end = stats.position();
            }
            for (CheckedPeer peer : peers) {
                assertThat(peer.place).as("the end of %s: %s", peer, peer.stream).isEqualTo(end);
            }
        }
    }
}
