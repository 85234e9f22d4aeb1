package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Users come and go on some nodes, of which some stand still, begin or end, and the backplane has every fault: whatever
 * is lost, all nodes know the same names a while after it is well again, and no listener is told nonsense. Run one seed
 * again with {@code -Dbroadcast.model.seed=…}.
 */
class SharedPresenceModelTest {

    private static final int SEEDS = 20;
    private static final int STEPS = 60;
    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    @Test
    void allNodesKnowWhoIsHereAWhileAfterTheLastFault() {
        String chosen = System.getProperty("broadcast.model.seed");
        long first = chosen == null ? 1 : Long.parseLong(chosen);
        long last = chosen == null ? Integer.getInteger("broadcast.model.seeds", SEEDS) : first;
        for (long seed = first; seed <= last; seed++) {
            try {
                new Run(seed).play();
            } catch (Throwable thrown) {
                throw new AssertionError("run again with -Dbroadcast.model.seed=" + seed, thrown);
            }
        }
    }

    /** One node, and who is here as its listener was told. */
    private static final class Here implements Presence.Listener {
        private final Set<String> told = new HashSet<>();
        private final List<FakeTransport> peers = new ArrayList<>();
        private Nodes.Node node;
        private SharedPresence presence;

        @Override
        public void arrived(String name) {
            assertThat(told.add(name)).as("%s arrives once", name).isTrue();
        }

        @Override
        public void departed(String name) {
            assertThat(told.remove(name)).as("%s departs once", name).isTrue();
        }
    }

    private static final class Run {
        private final Random random;
        private final Nodes nodes;
        private final List<Here> all = new ArrayList<>();

        Run(long seed) {
            random = new Random(seed * 0x9E3779B97F4A7C15L);
            nodes = new Nodes(seed);
        }

        void play() {
            begin();
            begin();
            for (int i = 0; i < STEPS; i++) {
                step();
                nodes.pass(Duration.ofMillis(random.nextInt(5) * 200));
                check();
            }
            heal();
            nodes.pass(Duration.ofSeconds(25));
            check();
            Set<String> names = new HashSet<>();
            all.forEach(here -> here.peers.forEach(peer -> names.add(name(peer))));
            for (Here here : all) {
                assertThat(here.presence.names()).isEqualTo(names);
            }
        }

        private static String name(FakeTransport peer) {
            return peer.peer().attributes().get(USER);
        }

        private void check() {
            for (Here here : all) {
                assertThat(here.presence.names()).isEqualTo(here.told);
                here.peers.forEach(peer -> assertThat(here.presence.isHere(name(peer))).isEqualTo(true));
            }
        }

        private Here any() {
            return all.get(random.nextInt(all.size()));
        }

        private void begin() {
            Here here = new Here();
            ManualExecutor executor = new ManualExecutor();
            here.presence = SharedPresence.over(BroadcastHub.builder().executor(executor).timer(nodes.timer).shards(1)
                    .name("chat/presence").backplane(nodes.backplane).backplaneStartTimeout(Duration.ZERO),
                    peer -> peer.attributes().get(USER), here);
            here.node = nodes.node(hub -> hub.listener(here.presence));
            here.node.beside.add(executor);
            all.add(here);
        }

        private void step() {
            Here here = any();
            switch (random.nextInt(16)) {
                case 0 -> {
                    if (all.size() < 4) {
                        begin();
                    }
                }
                case 1 -> end(here);
                case 2 -> here.node.stopped ^= true;
                case 3 -> nodes.backplane.loseHints(random.nextInt(2) * 0.5).doubleHints(random.nextInt(2) * 0.5);
                case 4 -> nodes.backplane.loseAnswers(random.nextInt(2) * 0.5);
                case 5 -> nodes.backplane.refuse(random.nextBoolean());
                case 6 -> nodes.backplane.loseData();
                case 7 -> nodes.backplane.trim(random.nextInt(4));
                case 8 -> nodes.pass(Duration.ofSeconds(random.nextInt(20)));
                case 9, 10, 11 -> leave(here);
                default -> join(here);
            }
        }

        private void join(Here here) {
            if (here.node.stopped || here.peers.size() > 6) {
                return;
            }
            try {
                String name = "u" + random.nextInt(6);
                here.peers.add(here.node.join(new FakeTransport(new Attributes().set(USER, name)), Replay.none()));
            } catch (RefusedException away) {
                assertThat(away.refusalCause()).isEqualTo(RefusalCause.BACKPLANE);
            }
            nodes.run();
        }

        private void leave(Here here) {
            if (!here.node.stopped && !here.peers.isEmpty()) {
                here.peers.remove(random.nextInt(here.peers.size())).leave(CloseReason.of(CloseReason.NORMAL));
                nodes.run();
            }
        }

        /** A node ends, or dies without a word. */
        private void end(Here here) {
            if (all.size() > 1) {
                all.remove(here);
                if (here.node.stopped || random.nextBoolean()) {
                    here.node.stopped = true;
                } else {
                    here.node.hub.shutdown(Duration.ofSeconds(1));
                    Thread.currentThread().interrupt(); // so that it does not wait for the tasks that this thread runs
                    here.presence.close();
                    assertThat(Thread.interrupted()).isTrue();
                }
            }
        }

        private void heal() {
            nodes.backplane.loseHints(0).doubleHints(0).loseAnswers(0).refuse(false);
            all.forEach(here -> here.node.stopped = false);
        }
    }
}
