package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.BroadcastAssertions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/*
 * The system that the README of broadcast-redis sizes, with one peer for 5,000: 50 nodes, 200 peers, virtual time, and
 * calls that take from 1 to 3 ms each way. What a node asks of the backplane is counted, and compared with the formulas
 * of that README.
 */

/** Fifty nodes on one log. */
class FiftyNodesTest {

    private static final int NODES = 50;
    private static final int PEERS_A_NODE = 4;
    private static final int SECONDS = 3;
    private static final int MESSAGES_A_SECOND = 20;
    /** What one append takes at most of a hub's outbox. */
    private static final int MOST_A_BATCH = 512;

    private final Nodes nodes = new Nodes(50);
    private final Counted counted = new Counted(nodes.backplane);
    private final List<CheckedPeer> peers = new ArrayList<>();
    private int published;

    /** Counts the calls of all nodes. */
    private static final class Counted extends WatchedBackplane {
        private long appends;
        private long reads;

        Counted(SharedLogs backplane) {
            super(backplane);
        }

        void reset() {
            appends = 0;
            reads = 0;
        }

        @Override
        <T> T append(Supplier<T> call) {
            appends++;
            return call.get();
        }

        @Override
        <T> T read(Supplier<T> call) {
            reads++;
            return call.get();
        }
    }

    private void start() {
        nodes.backplane.delay(Duration.ofMillis(1), Duration.ofMillis(3));
        for (int i = 0; i < NODES; i++) {
            nodes.node(hub -> hub.backplane(counted).backplaneLog("chat").retention(Retention.of(1_024, 1 << 20)));
        }
        nodes.pass(Duration.ofSeconds(2));
        for (Nodes.Node node : nodes.all) {
            for (int i = 0; i < PEERS_A_NODE; i++) {
                join(node, new CheckedPeer(), Replay.none());
            }
        }
        nodes.run();
        counted.reset();
    }

    private void join(Nodes.Node node, CheckedPeer peer, Replay replay) {
        peer.knowingPositions().replaying(replay).answerClose().register(node.hub);
        peers.add(peer);
    }

    /** Publishes at a fixed rate, each message at the next of the nodes that run. */
    private void publish(int seconds) {
        List<Nodes.Node> running = nodes.all.stream().filter(node -> !node.stopped).toList();
        for (int i = 0; i < seconds * MESSAGES_A_SECOND; i++) {
            assertThat(running.get(i % running.size()).hub.tryBroadcast("message " + published++)).isTrue();
            nodes.pass(Duration.ofMillis(1_000 / MESSAGES_A_SECOND));
        }
    }

    /** Checks all peers. {@return the gaps that they were told since the last time} */
    private List<StreamEvent.Gap> check() {
        List<StreamEvent.Gap> gaps = new ArrayList<>();
        Map<Position, Message> history = nodes.backplane.history("chat");
        for (CheckedPeer peer : peers) {
            peer.check(history, what -> {
                if (what instanceof StreamEvent.Gap gap) {
                    gaps.add(gap);
                }
            });
        }
        Set<Message> different = new HashSet<>(history.values());
        assertThat(different).as("no message twice in the log").hasSameSizeAs(history.values());
        Set<Position> ends = new HashSet<>();
        nodes.all.stream().filter(node -> !node.stopped).forEach(node -> ends.add(node.hub.stats().position()));
        for (CheckedPeer peer : peers) {
            BroadcastAssertions.assertThat(peer).hasNoViolations();
            ends.add(peer.place);
        }
        assertThat(ends).as("one end for all nodes and peers").hasSize(1);
        return gaps;
    }

    @Test
    void aNodeReadsOnceASecondAndOnceForEachAppendAndAMessageIsOneAppend() {
        start();
        nodes.pass(Duration.ofSeconds(SECONDS));
        assertThat(counted.appends).isZero();
        assertThat(counted.reads).as("idle: one a second").isBetween(NODES * (SECONDS - 1L), NODES * (SECONDS + 1L));

        counted.reset();
        publish(SECONDS);
        int messages = SECONDS * MESSAGES_A_SECOND;
        assertThat(counted.appends).isEqualTo(messages);
        assertThat(counted.reads).as("all that were pushed, and once a second")
                .isBetween((long) NODES * messages, messages + NODES * (messages + SECONDS + 1L));

        counted.reset();
        int burst = 1_000;
        for (int i = 0; i < burst; i++) {
            assertThat(nodes.all.get(0).hub.tryBroadcast("message " + published++)).isTrue();
        }
        nodes.pass(Duration.ofMillis(500));
        long batches = burst / MOST_A_BATCH + 2; // the first one is what was there when it began
        assertThat(counted.appends).as("a burst goes in batches").isBetween(2L, batches);
        assertThat(counted.reads).isLessThanOrEqualTo(batches + NODES * (batches + 2));
        assertThat(check()).isEmpty();
        assertThat(nodes.backplane.history("chat")).hasSize(published);
    }

    @Test
    void clientsOfANodeThatFailedGoOnAtTheOthersAndALostTailIsToldToAll() {
        start();
        publish(1);
        assertThat(check()).isEmpty();

        Nodes.Node failed = nodes.all.get(0);
        failed.stopped = true;
        List<CheckedPeer> gone = List.copyOf(peers.subList(0, PEERS_A_NODE));
        peers.removeAll(gone);
        publish(2);
        nodes.backplane.loseHints(0.5);
        for (int i = 0; i < PEERS_A_NODE; i++) {
            CheckedPeer back = new CheckedPeer();
            back.place = gone.get(i).place;
            join(nodes.all.get(1 + i * 7), back, Replay.after(back.place));
        }
        publish(2);
        nodes.backplane.loseHints(0);
        nodes.pass(Duration.ofSeconds(2));
        assertThat(check()).as("they have missed nothing").isEmpty();
        assertThat(nodes.backplane.history("chat")).hasSize(published);

        String before = peers.get(0).place.epoch();
        nodes.backplane.loseData();
        publish(2);
        nodes.pass(Duration.ofSeconds(2));
        assertThat(check()).as("every peer, once").hasSize(peers.size())
                .allMatch(gap -> gap.reason() == GapReason.EPOCH && !gap.position().epoch().equals(before));

        failed.stopped = false; // it was only frozen, and has seen nothing of all that
        nodes.pass(Duration.ofSeconds(4));
        join(failed, new CheckedPeer(), Replay.after(gone.get(0).place));
        publish(1);
        assertThat(check()).as("the one whose position is of the old epoch").hasSize(1)
                .allMatch(gap -> gap.reason() == GapReason.EPOCH);
    }
}
