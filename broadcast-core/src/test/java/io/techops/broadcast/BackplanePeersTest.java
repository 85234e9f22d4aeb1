package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.ManualExecutor;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a node knows of the peers of all nodes. */
class BackplanePeersTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Nodes nodes = new Nodes(1);
    private final Nodes.Node one = nodes.node();
    private final Nodes.Node two = nodes.node();

    private void join(Nodes.Node node, int peers) {
        for (int i = 0; i < peers; i++) {
            node.join();
        }
    }

    private static void assertPeers(Nodes.Node node, long peers, int on) {
        assertThat(node.hub.stats().backplane().peers()).hasValue(peers);
        assertThat(node.hub.stats().backplane().nodes()).hasValue(on);
    }

    private static void assertUnknown(HubStats stats) {
        assertThat(stats.backplane().peers()).isEmpty();
        assertThat(stats.backplane().nodes()).isEmpty();
        assertThat(stats.backplane().peersAge()).isNull();
    }

    @Test
    void theyAreThoseOfAllNodes() {
        join(one, 3);
        join(two, 2);
        nodes.pass(Duration.ofSeconds(3));
        assertPeers(one, 5, 2);
        assertPeers(two, 5, 2);
        assertThat(one.hub.stats().toString()).endsWith(", peers 5 on 2 nodes");
    }

    @Test
    void thoseOfThisNodeAreThoseOfNow() {
        join(two, 2);
        nodes.pass(Duration.ofSeconds(3));
        join(one, 3);
        assertPeers(one, 5, 2);
    }

    @Test
    void aNodeThatDiesIsForgottenAndCountsAgainWhenItGoesOn() {
        join(one, 3);
        join(two, 2);
        nodes.pass(Duration.ofSeconds(3));
        two.stopped = true;
        nodes.pass(Duration.ofSeconds(10));
        assertPeers(one, 5, 2);
        nodes.pass(Duration.ofSeconds(10));
        assertPeers(one, 3, 1);
        two.stopped = false;
        nodes.pass(Duration.ofSeconds(3));
        assertPeers(one, 5, 2);
        assertPeers(two, 5, 2);
    }

    @Test
    void aNodeThatIsClosedIsForgottenAtOnce() {
        join(two, 2);
        nodes.pass(Duration.ofSeconds(3));
        assertPeers(one, 2, 2);
        two.hub.shutdown(Duration.ofSeconds(5));
        nodes.pass(Duration.ofSeconds(3));
        assertPeers(one, 0, 1);
    }

    @Test
    void theAgeGrowsWhileTheBackplaneIsAwayUntilTheyAreNotKnownAnyMore() {
        join(two, 2);
        nodes.pass(Duration.ofSeconds(3));
        assertThat(one.hub.stats().backplane().peersAge()).isLessThanOrEqualTo(SECOND.multipliedBy(2));
        nodes.backplane.pause();
        nodes.pass(Duration.ofSeconds(10));
        assertPeers(one, 2, 2);
        assertThat(one.hub.stats().backplane().peersAge()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(12));
        nodes.pass(Duration.ofSeconds(10));
        assertUnknown(one.hub.stats());
        assertThat(one.hub.stats().backplane().peersAge()).isNull();
        nodes.backplane.resume();
        nodes.pass(Duration.ofSeconds(5));
        assertPeers(one, 2, 2);
    }

    @Test
    void ofTopicsTogetherTheyAreThoseOfTheTopicsOfThisNode() {
        Nodes.Node elsewhere = nodes.node(hub -> hub.backplaneLog("b"));
        ManualExecutor executor = new ManualExecutor();
        Topics topics = Topics.builder().executor(executor).timer(nodes.timer).recipe((name, hub) ->
                hub.heartbeat(Duration.ZERO).backplane(nodes.backplane).backplaneStartTimeout(Duration.ZERO)).build();
        assertUnknown(topics.stats().total());
        for (String name : List.of("a", "b")) {
            assertThat(topics.hub(name).tryBroadcast("begins")).isTrue();
        }
        executor.runAll();
        join(elsewhere, 2);
        new FakeTransport().register(topics.hub("a"));
        nodes.pass(SECOND.multipliedBy(2)); // it tells
        executor.runAll();
        nodes.timer.pass(SECOND);
        executor.runAll(); // the topics hear
        HubStats all = topics.stats().total();
        assertThat(all.backplane().peers()).hasValue(3);
        assertThat(all.backplane().nodes()).hasValue(2);
    }

    @Test
    void theyAreNotKnownWithoutABackplaneOrWithOneThatDoesNotCount() {
        assertUnknown(new HubRig().hub().stats());
        Nodes.Node third = nodes.node(hub -> hub.backplane(new WatchedBackplane(nodes.backplane) {
            @Override
            <T> T append(Supplier<T> call) {
                return call.get();
            }

            @Override
            <T> T read(Supplier<T> call) {
                return call.get();
            }
        }));
        nodes.pass(Duration.ofSeconds(3));
        assertUnknown(third.hub.stats());
    }
}
