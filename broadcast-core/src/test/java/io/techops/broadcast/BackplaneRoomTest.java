package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.MemoryBackplane;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who waits for room on the way to a shared log, and what is on that way when the hub ends. */
class BackplaneRoomTest {

    private static final Duration TICK = Duration.ofMillis(1);

    private final Nodes nodes = new Nodes(1);

    /** Two peers, of which the one has sent so much that what the other sends is parked. */
    @Nested
    class WhatIsParked {

        private final Nodes.Node node = nodes.node(hub -> hub.policy(MessagePolicy.everything())
                .retention(Retention.of(4096, 64 << 20)));
        private final FakeTransport first = node.join();
        private final FakeTransport second = node.join();

        private void park() {
            assertThat(first.send(Message.binary(new byte[3 << 20]))).isTrue();
            assertThat(second.send(Message.binary(new byte[2 << 20]))).as("read on").isFalse();
        }

        @Test
        void isAppendedAsSoonAsThereIsRoom() {
            park();
            nodes.run();
            assertThat(second.resumes()).isOne();
            assertThat(first.messages()).as("no time has passed").hasSize(2);
        }

        @Test
        void letsAPublisherGoOnWhenItHasFoundRoom() throws Exception {
            nodes.backplane.delay(TICK, TICK);
            park();
            Thread publisher = new Thread(() -> node.hub.broadcast("small"));
            publisher.start();
            while (publisher.isAlive() && publisher.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(publisher.isAlive()).as("waits: it passes nothing that is parked").isTrue();
            for (int i = 0; i < 100 && second.resumes() == 0; i++) {
                nodes.pass(TICK);
            }
            assertThat(first.messages()).as("what was parked is on its way").hasSize(1);
            publisher.join(Duration.ofSeconds(30).toMillis());
            assertThat(publisher.isAlive()).as("waits still").isFalse();
            nodes.pass(TICK.multipliedBy(100));
            assertThat(first.messages()).hasSize(3);
        }
    }

    @Nested
    class TheEnd {

        @Test
        void hasOneDeadlineIfTwoThreadsBeginItAtTheSameMoment() {
            ManualExecutor tasks = new ManualExecutor();
            Runnable[] meanwhile = {() -> { }};
            Nodes.Node node = nodes.node(hub -> hub.executor(task -> {
                tasks.execute(task);
                Runnable once = meanwhile[0];
                meanwhile[0] = () -> { };
                once.run();
            }));
            node.beside.add(tasks);
            nodes.run();
            nodes.backplane.delay(TICK, TICK);
            CompletableFuture<Position> position = node.publish("x");
            nodes.run();
            meanwhile[0] = () -> node.hub.shutdown(Duration.ZERO); // when the first has begun to wake the shards
            CompletableFuture<Void> end = node.hub.shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            nodes.pass(TICK.multipliedBy(100));
            assertThat(position).isCompleted();
            assertThat(end).isCompleted();
        }

        @Test
        void leavesNoPublisherWithoutAnAnswer() throws Exception {
            BroadcastHub[] hub = new BroadcastHub[1];
            List<CompletionStage<Position>> taken = new ArrayList<>();
            SameMoment.again(() -> {
                hub[0] = BroadcastHub.builder().shards(1).executor(Runnable::run).timer(new VirtualTimer())
                        .backplane(new MemoryBackplane()).build();
                taken.clear();
            }, () -> hub[0].shutdown(Duration.ZERO), () -> {
                for (int i = 0; i < 20; i++) {
                    CompletionStage<Position> stage = AdapterHub.of(hub[0]).tryPublish(Message.text("x"),
                            BroadcastOptions.everyone(), Duration.ZERO);
                    if (stage != null) {
                        taken.add(stage);
                    }
                }
            }, () -> {
                assertThat(hub[0].shutdown(Duration.ZERO).toCompletableFuture()).isCompleted();
                assertThat(taken).allMatch(stage -> stage.toCompletableFuture().isDone());
            });
        }
    }

    @Test
    void aNodeThatEndsTakesNothingFromAnotherThatBegins() throws Exception {
        MemoryBackplane backplane = new MemoryBackplane();
        BroadcastHub[] leaves = new BroadcastHub[1];
        BroadcastHub[] comes = {node(backplane)};
        FakeTransport[] peer = new FakeTransport[1];
        SameMoment.again(() -> {
            leaves[0] = comes[0];
            leaves[0].broadcast("before");
        }, () -> leaves[0].shutdown(Duration.ofSeconds(5)), () -> {
            comes[0] = node(backplane);
            peer[0] = new FakeTransport().answerClose().register(comes[0]);
            comes[0].broadcast("hello");
        }, () -> {
            assertThat(peer[0].texts()).containsExactly("hello");
            assertThat(backplane.open()).isOne();
        });
    }

    private static BroadcastHub node(MemoryBackplane backplane) {
        return BroadcastHub.builder().name("chat").shards(1).executor(Runnable::run).timer(new VirtualTimer())
                .backplane(backplane).build();
    }
}
