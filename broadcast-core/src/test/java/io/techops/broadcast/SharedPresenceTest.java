package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.ManualExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is here, by name, on all nodes. */
class SharedPresenceTest {

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Nodes nodes = new Nodes(1);
    /** What the timer of the hubs between the nodes throws; nothing if it is null. */
    private volatile @Nullable Runnable refusal;
    private final HubTimer timer = new HubTimer() {
        @Override
        public long nanoTime() {
            return nodes.timer.nanoTime();
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            Runnable thrown = refusal;
            if (thrown != null) {
                thrown.run();
            }
            return nodes.timer.schedule(task, delay);
        }
    };
    private final Map<Nodes.Node, SharedPresence> presences = new HashMap<>();
    private final Map<Nodes.Node, List<String>> told = new HashMap<>();
    private final Nodes.Node one = node();
    private final Nodes.Node two = node();

    private Nodes.Node node() {
        List<String> heard = new ArrayList<>();
        ManualExecutor executor = new ManualExecutor();
        SharedPresence presence = SharedPresence.over(BroadcastHub.builder().executor(executor).timer(timer)
                .shards(1).name("chat/presence").backplane(nodes.backplane).backplaneStartTimeout(Duration.ZERO),
                peer -> peer.attributes().get(USER), new Presence.Listener() {
                    @Override
                    public void arrived(String name) {
                        heard.add("+" + name);
                    }

                    @Override
                    public void departed(String name) {
                        heard.add("-" + name);
                    }
                });
        Nodes.Node node = nodes.node(hub -> hub.listener(presence));
        node.beside.add(executor);
        presences.put(node, presence);
        told.put(node, heard);
        nodes.pass(Duration.ofSeconds(2));
        return node;
    }

    private FakeTransport join(Nodes.Node node, String user) {
        FakeTransport peer = node.join(new FakeTransport(new Attributes().set(USER, user)), Replay.none());
        nodes.run();
        return peer;
    }

    private void leave(FakeTransport peer) {
        peer.leave(CloseReason.of(CloseReason.NORMAL));
        nodes.run();
    }

    @Test
    void aNameArrivesOnAllNodesAtOnceAndDepartsWithItsLastConnectionAnywhere() {
        FakeTransport here = join(one, "anna");
        FakeTransport there = join(two, "anna");
        for (Nodes.Node node : List.of(one, two)) {
            assertThat(presences.get(node).names()).containsExactly("anna");
            assertThat(told.get(node)).containsExactly("+anna");
        }
        leave(here);
        assertThat(presences.get(one).isHere("anna")).isTrue();
        leave(there);
        for (Nodes.Node node : List.of(one, two)) {
            assertThat(presences.get(node).isHere("anna")).isFalse();
            assertThat(told.get(node)).containsExactly("+anna", "-anna");
        }
    }

    @Test
    void aNodeThatBeginsKnowsAllNamesAndNoneOfThePast() {
        leave(join(one, "gone"));
        join(one, "anna");
        join(two, "bob \n\u00e9/%+");
        Nodes.Node late = node();
        assertThat(told.get(late)).containsExactlyInAnyOrder("+anna", "+bob \n\u00e9/%+");
        assertThat(presences.get(late).names()).isEqualTo(presences.get(one).names()).hasSize(2);
    }

    @Test
    void theNamesOfANodeThatDiesDepartAndArriveAgainWhenItGoesOn() {
        join(one, "anna");
        join(two, "bob");
        two.stopped = true;
        nodes.pass(SECOND.multipliedBy(10));
        assertThat(presences.get(one).names()).contains("bob");
        nodes.pass(SECOND.multipliedBy(10));
        assertThat(presences.get(one).names()).containsExactly("anna");
        assertThat(told.get(one)).containsExactly("+anna", "+bob", "-bob");
        two.stopped = false;
        nodes.pass(SECOND.multipliedBy(6));
        assertThat(presences.get(one).names()).containsExactlyInAnyOrder("anna", "bob");
        assertThat(presences.get(two).names()).containsExactlyInAnyOrder("anna", "bob");
    }

    /** What a hub's timer refuses is offered to it again in real time, which the others need not wait for. */
    @Test
    void aTimerThatRefusesATaskNowAndThenIsAskedAgainAndTheNodesGoOn() {
        join(one, "anna");
        join(two, "bob");
        List<Runnable> refusals = List.of(() -> {
            throw new OutOfMemoryError("on purpose");
        }, () -> {
            throw new RejectedExecutionException("on purpose");
        });
        for (Runnable each : refusals) {
            refusal = each;
            nodes.pass(SECOND.multipliedBy(2));
            refusal = null;
            two.stopped = true;
            passUntil("a node looks for those that died", () -> !presences.get(one).isHere("bob"));
            two.stopped = false;
            passUntil("a node says its names", () -> presences.get(one).isHere("bob"));
        }
        passUntil("both say them", () -> presences.get(two).names().equals(Set.of("anna", "bob")));
    }

    private void passUntil(String what, BooleanSupplier reached) {
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as(what).isNegative();
            nodes.pass(SECOND);
        }
    }

    @Test
    void theNamesOfANodeThatIsClosedDepartAtOnce() {
        join(two, "bob");
        presences.get(two).close();
        nodes.pass(SECOND);
        assertThat(told.get(one)).containsExactly("+bob", "-bob");
    }

    @Test
    void nothingIsSaidOfANodeThatHasSaidThatItEnds() {
        Runnable[] meanwhile = {() -> { }};
        HubTimer clock = new HubTimer() {
            @Override
            public long nanoTime() {
                Runnable once = meanwhile[0];
                meanwhile[0] = () -> { };
                once.run();
                return nodes.timer.nanoTime();
            }

            @Override
            public Cancellation schedule(Runnable task, Duration delay) {
                return nodes.timer.schedule(task, delay);
            }
        };
        SharedPresence ending = SharedPresence.over(BroadcastHub.builder().executor(Runnable::run).timer(clock)
                .shards(1).name("chat/presence").backplane(nodes.backplane).backplaneStartTimeout(Duration.ZERO),
                peer -> peer.attributes().get(USER), new Presence.Listener() { });
        nodes.pass(SECOND.multipliedBy(2));
        Peer early = new FakeTransport(new Attributes().set(USER, "early")).register(new HubRig().hub()).peer();
        Peer late = new FakeTransport(new Attributes().set(USER, "late")).register(new HubRig().hub()).peer();
        ending.registered(early);
        nodes.run();
        assertThat(presences.get(one).names()).containsExactly("early");
        meanwhile[0] = () -> ending.registered(late); // the hub looks at its clock when it has taken the last word
        ending.close();
        nodes.pass(SECOND);
        assertThat(told.get(one)).containsExactly("+early", "-early");
        assertThat(presences.get(one).names()).isEmpty();
    }

    @Test
    void withoutABackplaneItWouldShareNothing() {
        BroadcastHub.Builder between = BroadcastHub.builder().name("chat/presence");
        assertThatThrownBy(() -> SharedPresence.over(between, Peer::toString, new Presence.Listener() { }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("SharedPresence needs a backplane: hub chat/presence");
    }

    @Test
    void whatCouldNotBeSaidIsSaidWhenTheBackplaneIsBack() {
        nodes.backplane.refuse(true);
        one.hub.tryBroadcast("so that it is away");
        FakeTransport anna = join(one, "anna");
        nodes.pass(SECOND.multipliedBy(3));
        join(one, "bob");
        leave(anna);
        nodes.pass(SECOND.multipliedBy(3));
        assertThat(presences.get(two).names()).isEmpty();
        nodes.backplane.refuse(false);
        nodes.pass(SECOND.multipliedBy(5));
        assertThat(presences.get(two).names()).containsExactly("bob");
    }

    @Test
    void whatABackplaneLosesIsRightAgainWithTheNextReport() {
        join(one, "anna");
        nodes.backplane.loseData();
        nodes.pass(SECOND.multipliedBy(7));
        join(two, "bob");
        for (Nodes.Node node : List.of(one, two)) {
            assertThat(presences.get(node).names()).containsExactlyInAnyOrder("anna", "bob");
            assertThat(told.get(node)).containsExactly("+anna", "+bob");
        }
    }

    @Test
    void ofVeryManyNamesTheOthersKnowSomeAndTheRestWhenThereIsRoom() {
        List<FakeTransport> first = new ArrayList<>();
        for (int i = 0; i <= SharedPresence.MAX_NAMES; i++) {
            first.add(join(one, "user " + i));
        }
        join(one, "x".repeat(SharedPresence.MAX_NAME_LENGTH + 1));
        assertThat(presences.get(one).names()).hasSize(SharedPresence.MAX_NAMES + 2);
        assertThat(presences.get(two).names()).hasSize(SharedPresence.MAX_NAMES);
        leave(first.get(0));
        nodes.pass(SECOND.multipliedBy(6));
        assertThat(presences.get(two).names()).hasSize(SharedPresence.MAX_NAMES)
                .contains("user " + SharedPresence.MAX_NAMES).doesNotContain("user 0");
    }

    @Test
    void aListenerThatThrowsIsToldOfTheNext() {
        List<String> heard = new ArrayList<>();
        ManualExecutor executor = new ManualExecutor();
        SharedPresence presence = SharedPresence.over(BroadcastHub.builder().executor(executor).timer(nodes.timer)
                .shards(1).name("chat/presence").backplane(nodes.backplane).backplaneStartTimeout(Duration.ZERO),
                peer -> null, new Presence.Listener() {
                    @Override
                    public void arrived(String name) {
                        heard.add(name);
                        throw new IllegalStateException("on purpose");
                    }
                });
        one.beside.add(executor);
        nodes.pass(Duration.ofSeconds(2));
        join(one, "anna");
        join(two, "bob");
        assertThat(heard).containsExactly("anna", "bob");
        assertThat(presence.names()).hasSize(2);
    }
}
