package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A hub on a Redis of a test, with a backplane of its own and two numbered peers. */
final class HubNode implements AutoCloseable {

    static final String LOG = "prices";

    /** How long after Redis is back it may take until all goes on; by far more than it takes, for a busy machine. */
    private static final Duration BACK = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    final BroadcastHub hub;
    final List<FakeTransport> peers = new ArrayList<>();
    private final String name;
    private final RedisBackplane backplane;
    private int published;

    private HubNode(String name, RedisBackplane connected, Duration start) {
        this.name = name;
        backplane = connected;
        hub = BroadcastHub.builder().name(LOG).backplane(backplane).backplaneStartTimeout(start).heartbeat(HEARTBEAT)
                .backplaneTimeout(Duration.ofMillis(300)).build();
    }

    /**
     * {@return a node that has read what there is, with two peers} If its first read takes longer than it waits for an
     * answer, it takes peers after a later one.
     */
    static HubNode start(String name, RedisBackplane.Builder settings) {
        settings.clientName(name);
        HubNode node = new HubNode(name, await().atMost(BACK).ignoreExceptionsInstanceOf(BackplaneException.class)
                .until(settings::connect, connected -> true), BACK);
        return withPeers(node, () -> await().atMost(BACK).ignoreExceptionsInstanceOf(RefusedException.class)
                .until(() -> node.join(Replay.none()), joined -> true));
    }

    /** {@return the same, of a hub that is built before there is a connection} */
    static HubNode startWithoutConnection(String name, RedisBackplane.Builder settings) {
        HubNode node = new HubNode(name, settings.clientName(name).build(), BACK);
        return withPeers(node, () -> node.join(Replay.none()));
    }

    private static HubNode withPeers(HubNode node, Runnable first) {
        try {
            first.run();
            node.join(Replay.none());
            return node;
        } catch (RuntimeException refused) {
            node.close();
            throw refused;
        }
    }

    /** Answers pings, from when it is registered on. */
    private static final class AnsweringPeer extends FakeTransport {

        private final CompletableFuture<Void> registered = new CompletableFuture<>();

        @Override
        public FakeTransport register(BroadcastHub with) {
            super.register(with);
            registered.complete(null);
            return this;
        }

        @Override
        public void ping() {
            super.ping();
            registered.thenRun(this::pong); // the hub may ping before the registration has returned
        }
    }

    /** {@return a node without peers, whose server need not be there} */
    static HubNode startAnyway(String name, RedisBackplane.Builder settings) {
        return new HubNode(name, settings.clientName(name).build(), Duration.ofMillis(100));
    }

    FakeTransport join(Replay replay) {
        FakeTransport peer = new AnsweringPeer();
        peers.add(peer.knowingPositions().replaying(replay).answerClose().register(hub));
        return peer;
    }

    /** Broadcasts, and waits until all peers of some nodes have it. */
    void broadcast(String text, HubNode... to) {
        await().atMost(BACK).pollInterval(PAUSE).until(() -> hub.tryBroadcast(text));
        await().atMost(BACK).pollInterval(PAUSE).until(() -> List.of(to).stream().allMatch(node -> node.all(text)));
    }

    private boolean all(String text) {
        return peers.stream().allMatch(peer -> peer.texts().contains(text));
    }

    void awaitAway() {
        await().atMost(BACK).pollInterval(PAUSE).until(() -> hub.stats().backplane().isAway());
    }

    /** Checks that nothing is taken, and peers stay and are pinged. */
    void holdsOn() {
        int before = peers.get(0).pings();
        assertThat(hub.tryBroadcast("refused")).isFalse();
        try {
            hub.broadcast("refused, too");
            throw new AssertionError("broadcast while Redis is away");
        } catch (IllegalStateException said) {
            assertThat(said).hasMessageContaining("backplane is away").hasMessageContaining("backplaneTimeout");
        }
        await().atMost(BACK).pollInterval(PAUSE).until(() -> peers.get(0).pings() > before + 1);
        assertThat(hub.stats().backplane().isAway()).isTrue();
        assertThat(hub.stats().backplane().outages()).isPositive();
        assertThat(peers).allMatch(FakeTransport::isOpen);
    }

    /** Waits until a message of each node has come to all peers of all, and checks that there is one order. */
    static void goOn(HubNode... nodes) {
        for (HubNode node : nodes) {
            await().atMost(BACK).pollInterval(PAUSE).until(() -> {
                node.hub.tryBroadcast("again " + node.published++ + " by " + node.name);
                return List.of(nodes).stream().flatMap(each -> each.peers.stream()).allMatch(peer -> peer.texts()
                        .stream().anyMatch(text -> text.matches("again \\d+ by " + node.name)));
            });
        }
        agree(nodes);
    }

    private static void agree(HubNode... nodes) {
        await().atMost(BACK).pollInterval(PAUSE).untilAsserted(() -> {
            for (HubNode node : nodes) {
                assertThat(node.hub.stats().position()).isEqualTo(nodes[0].hub.stats().position());
                assertThat(node.hub.stats().backplane().lag()).isZero();
                assertThat(node.peers).allSatisfy(peer -> assertThat(peer.positions()).endsWith(
                        node.hub.stats().position()));
            }
        });
        Map<Position, String> all = new HashMap<>();
        for (HubNode node : nodes) {
            for (FakeTransport peer : node.peers) {
                check(peer, all);
            }
        }
    }

    private static void check(FakeTransport peer, Map<Position, String> all) {
        assertThat(peer.violations()).isEmpty();
        assertThat(peer.isOpen()).isTrue();
        assertThat(peer.texts()).doesNotHaveDuplicates();
        List<Position> positions = peer.positions();
        List<Position> told = gaps(peer).stream().map(StreamEvent.Gap::position).toList();
        for (int i = 0; i < positions.size(); i++) {
            Position its = positions.get(i);
            Position behind = its.at(its.sequence() - 1);
            if (i > 0 && !positions.get(i - 1).equals(behind)) {
                assertThat(told).as("gap before " + its).contains(behind);
            }
            assertThat(all.merge(its, peer.texts().get(i), (first, second) -> first)).as("at " + its)
                    .isEqualTo(peer.texts().get(i));
        }
        for (Map.Entry<String, List<Position>> epoch : positions.stream()
                .collect(Collectors.groupingBy(Position::epoch)).entrySet()) {
            assertThat(epoch.getValue()).extracting(Position::sequence).isSorted().doesNotHaveDuplicates();
        }
    }

    static List<StreamEvent.Gap> gaps(FakeTransport peer) {
        return peer.events().stream().filter(StreamEvent.Gap.class::isInstance).map(StreamEvent.Gap.class::cast)
                .toList();
    }

    @Override
    public void close() {
        hub.close();
        backplane.close();
    }
}
