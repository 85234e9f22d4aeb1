package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What hubs promise that share a log. */
class BackplaneTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Nodes nodes = new Nodes(1);
    private final MemoryBackplane backplane = nodes.backplane;

    @Nested
    class Order {

        @Test
        void isTheSameOnAllNodes() {
            backplane.delay(Duration.ofMillis(1), Duration.ofMillis(30));
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            nodes.pass(SECOND);
            FakeTransport here = one.join();
            FakeTransport there = two.join();
            nodes.run();
            for (int i = 0; i < 20; i++) {
                one.hub.broadcast("a" + i);
                there.send("b" + i);
                nodes.pass(Duration.ofMillis(20));
            }
            nodes.pass(SECOND);
            assertThat(here.texts()).hasSize(40).isEqualTo(there.texts());
            assertThat(here.positions()).isEqualTo(there.positions())
                    .isEqualTo(List.copyOf(backplane.history("chat").keySet()));
            assertThat(here.texts().stream().filter(text -> text.startsWith("a")).toList())
                    .isEqualTo(HubRig.numbers(0, 20).stream().map(i -> "a" + i).toList());
            assertThat(Nodes.gaps(here)).isEmpty();
        }

        @Test
        void isKnownToThePublisherWhenTheLogHasAnswered() {
            Nodes.Node node = nodes.node();
            backplane.delay(Duration.ofMillis(50), Duration.ofMillis(50));
            CompletableFuture<Position> position = node.publish("x");
            nodes.run();
            assertThat(position).isNotDone();
            nodes.pass(SECOND);
            assertThat(backplane.history("chat")).containsOnlyKeys(position.join());
            assertThat(node.hub.stats().position()).isEqualTo(position.join());
            assertThat(node.hub.stats().backplane().appends()).isOne();
        }

        @Test
        void takesAllThatWaitsInOneAppend() {
            Nodes.Node node = nodes.node();
            for (int i = 0; i < 100; i++) {
                node.hub.broadcast("" + i);
            }
            nodes.run();
            assertThat(backplane.appends()).isOne();
            assertThat(node.hub.stats().backplane().appends()).isEqualTo(100);
            assertThat(node.hub.stats().backplane().batches()).isOne();
        }

        @Test
        void ofAHintThatIsLostComesASecondLater() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport there = two.join();
            backplane.loseHints(1);
            one.hub.broadcast("x");
            nodes.run();
            assertThat(there.texts()).isEmpty();
            nodes.pass(SECOND.plusMillis(10));
            assertThat(there.texts()).containsExactly("x");
        }

        @Test
        void isToldToListenersOfMessagesWithTheSenderOnItsNode() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport peer = one.join();
            nodes.run();
            peer.send("x");
            nodes.run();
            assertThat(one.told.entries()).contains("broadcast 1 from " + peer.peer());
            assertThat(two.told.entries()).contains("broadcast 1 from the host");
        }
    }

    @Nested
    class AnAnswerThatIsLost {

        @Test
        void hasTheAppendMadeAgainWhichAppendsNothing() {
            Nodes.Node node = nodes.node();
            FakeTransport peer = node.join();
            backplane.loseAnswers(1).loseHints(1);
            CompletableFuture<Position> position = node.publish("x");
            nodes.run();
            assertThat(backplane.appends()).isOne();
            assertThat(position).isNotDone();
            nodes.pass(Duration.ofMillis(1500));
            backplane.loseAnswers(0);
            nodes.pass(Duration.ofSeconds(4));
            assertThat(backplane.repeats()).isPositive();
            assertThat(backplane.history("chat")).containsOnlyKeys(position.join());
            assertThat(peer.texts()).containsExactly("x");
        }

        @Test
        void isNotNeededIfTheRecordComesBack() {
            Nodes.Node node = nodes.node();
            backplane.delay(Duration.ofMillis(1), Duration.ofMillis(1));
            nodes.pass(SECOND);
            CompletableFuture<Position> position = node.publish("x");
            backplane.loseAnswers(1);
            nodes.pass(Duration.ofMillis(10));
            backplane.loseAnswers(0);
            nodes.pass(Duration.ofSeconds(3));
            assertThat(position).isCompleted();
            assertThat(backplane.history("chat")).hasSize(1);
        }

        @Test
        void inAnEpochThatIsOverLeavesTheMessageInDoubt() {
            Nodes.Node node = nodes.node();
            FakeTransport peer = node.join();
            backplane.loseAnswers(1).loseHints(1);
            CompletableFuture<Position> position = node.publish("x");
            nodes.run();
            backplane.loseData();
            backplane.loseAnswers(0).loseHints(0);
            nodes.pass(Duration.ofSeconds(5));
            assertThat(position).isCompletedExceptionally();
            assertThatThrownBy(position::join).cause().isInstanceOfSatisfying(BackplaneException.class, thrown ->
                    assertThat(thrown.outcome()).isEqualTo(BackplaneException.Outcome.UNKNOWN));
            assertThat(node.hub.stats().backplane().unconfirmed()).isOne();
            assertThat(backplane.history("chat")).as("not appended again").hasSize(1);
            assertThat(node.publish("y")).isNotNull();
            nodes.run();
            assertThat(peer.texts()).containsExactly("y");
        }
    }

    @Nested
    class WhoGetsWhat {

        @Test
        void optionsThatAreNullAreNamedAndNothingIsPublished() {
            Nodes.Node one = nodes.node();
            FakeTransport peer = one.join();
            assertThatThrownBy(() -> one.hub.broadcast(Message.text("x"), null))
                    .isInstanceOf(NullPointerException.class).hasMessageContaining("options");
            assertThatThrownBy(() -> one.hub.broadcast((Message) null)).isInstanceOf(NullPointerException.class);
            nodes.run();
            assertThat(peer.texts()).isEmpty();
            assertThat(one.hub.stats().backplane().appends()).isZero();
        }

        @Test
        void exclusionsHoldOnTheNodeThatPublished() {
            UnaryOperator<BroadcastHub.Builder> others = hub -> hub.delivery(DeliveryPolicy.everyoneButSender());
            Nodes.Node one = nodes.node(others);
            Nodes.Node two = nodes.node(others);
            FakeTransport sender = one.join();
            FakeTransport beside = one.join();
            FakeTransport there = two.join();
            nodes.run();
            sender.send("mine");
            one.hub.broadcast(Message.text("not for the other one"), BroadcastOptions.except(beside.peer()));
            nodes.run();
            assertThat(sender.texts()).containsExactly("not for the other one");
            assertThat(beside.texts()).containsExactly("mine");
            assertThat(there.texts()).containsExactly("mine", "not for the other one");
        }

        @Test
        void exclusionsHoldAlsoIfTheEpochIsOverBeforeTheMessageHasComeBack() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node(hub -> hub.retention(Retention.of(1, 1 << 20)));
            FakeTransport peer = two.join();
            nodes.run();
            peer.duringWrite(() -> { // so there is no room for what comes back
                peer.duringWrite(() -> { });
                two.hub.broadcast(Message.text("not for this one"), BroadcastOptions.except(peer.peer()));
                two.executor.runAll();
                backplane.loseData();
                two.hub.broadcast("of the next epoch");
                two.executor.runAll();
                nodes.timer.pass(SECOND); // it has been tried again
                two.executor.runAll();
            });
            one.hub.broadcast("0");
            nodes.pass(Duration.ofSeconds(5));
            assertThat(backplane.history("chat")).hasSize(3);
            assertThat(peer.texts()).containsExactly("0", "of the next epoch");
        }

        @Test
        void exclusionsHoldAlsoIfTheMessageIsGivenUpBeforeItHasComeBack() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node(hub -> hub.retention(Retention.of(1, 1 << 20)));
            FakeTransport peer = two.join();
            nodes.run();
            CompletableFuture<?>[] told = new CompletableFuture<?>[1];
            peer.duringWrite(() -> { // so there is no room for what comes back
                peer.duringWrite(() -> { });
                two.executor.runAll();
                backplane.loseHints(1);
                one.hub.broadcast("1");
                one.executor.runAll();
                backplane.loseAnswers(1);
                told[0] = two.hub.publish(Message.text("not for this one"), BroadcastOptions.except(peer.peer()))
                        .toCompletableFuture();
                two.executor.runAll();
                backplane.loseAnswers(0).loseHints(0);
                nodes.timer.pass(SECOND);
                two.executor.runAll(); // it has read both
                backplane.loseData();
                for (int i = 0; i < 4; i++) {
                    nodes.timer.pass(SECOND);
                    two.executor.runAll(); // it has tried again
                }
            });
            one.hub.broadcast("0");
            nodes.pass(Duration.ofSeconds(5));
            one.hub.broadcast("of the next epoch");
            nodes.pass(Duration.ofSeconds(5));
            assertThat(told[0]).isCompletedExceptionally();
            assertThat(backplane.history("chat")).hasSize(4);
            assertThat(peer.texts()).containsExactly("0", "1", "of the next epoch");
            assertThat(two.hub.stats().backplane().unconfirmed()).isOne();
            assertThat(two.hub.stats().messages()).as("read nevertheless").isEqualTo(4);
        }

        @Test
        void keysAndTimesToLiveHoldOnAllNodes() {
            UnaryOperator<BroadcastHub.Builder> conflating = hub -> hub.conflate(true);
            Nodes.Node one = nodes.node(conflating);
            one.hub.broadcast(Message.text("old"), BroadcastOptions.everyone().key("k"));
            one.hub.broadcast(Message.text("short"), BroadcastOptions.everyone().timeToLive(SECOND));
            one.hub.broadcast(Message.text("long"), BroadcastOptions.everyone().timeToLive(Duration.ofMinutes(1)));
            one.hub.broadcast(Message.text("new"), BroadcastOptions.everyone().key("k"));
            nodes.pass(Duration.ofSeconds(2));
            Nodes.Node late = nodes.node(conflating);
            FakeTransport there = late.join(Replay.last(10));
            nodes.run();
            assertThat(there.texts()).containsExactly("long", "new");
            assertThat(there.keys()).containsExactly(null, "k");
            nodes.pass(Duration.ofSeconds(58));
            FakeTransport later = late.join(Replay.last(10));
            nodes.run();
            assertThat(later.texts()).as("its age counts from the append").containsExactly("new");
        }

        @Test
        void messagesToSomePeersStayOnTheNode() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport here = one.join();
            FakeTransport there = two.join();
            here.peer().send(Message.text("you"));
            nodes.run();
            assertThat(here.texts()).containsExactly("you");
            assertThat(there.texts()).isEmpty();
            assertThat(backplane.appends()).isZero();
        }

        @Test
        void aMessageThatTheLogCannotTakeFailsAlone() {
            Nodes.Node node = nodes.node();
            FakeTransport peer = node.join();
            backplane.maxBytes(3);
            CompletableFuture<Position> before = node.publish("a");
            CompletableFuture<Position> large = node.publish("large");
            CompletableFuture<Position> behind = node.publish("b");
            nodes.pass(SECOND);
            assertThat(peer.texts()).containsExactly("a", "b");
            assertThat(before).isCompleted();
            assertThat(behind).isCompleted();
            assertThatThrownBy(large::join).cause().isInstanceOf(BackplaneException.class);
        }

        @Test
        void whatAPeerSentBeforeItsCloseFrameReachesItBeforeOurs() {
            Nodes.Node node = nodes.node();
            backplane.delay(Duration.ofMillis(50), Duration.ofMillis(50));
            FakeTransport peer = node.join();
            nodes.run();
            peer.send("last words");
            assertThat(peer.end(CloseReason.of(CloseReason.NORMAL), true)).isFalse();
            nodes.run();
            assertThat(peer.isOpen()).isTrue();
            nodes.pass(SECOND);
            assertThat(peer.texts()).containsExactly("last words");
            assertThat(peer.closed()).isNotNull();
        }
    }

    @Nested
    class ATopic {

        private final Topics topics = Topics.builder().timer(nodes.timer).executor(executor())
                .idleTimeout(Duration.ofSeconds(10)).recipe((topic, hub) ->
                        hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO).heartbeat(Duration.ZERO)).build();

        private java.util.concurrent.Executor executor() {
            return nodes.node(hub -> hub.backplaneLog("none of the topics")).executor;
        }

        @Test
        void goesOnInItsNextLife() {
            topics.hub("a").broadcast("0");
            nodes.run();
            FakeTransport peer = new FakeTransport().knowingPositions().replaying(Replay.last(1))
                    .register(topics.hub("a"));
            nodes.run();
            assertThat(peer.texts()).containsExactly("0");
            Position last = peer.positions().get(0);
            peer.leave(CloseReason.of(CloseReason.NORMAL));
            nodes.pass(Duration.ofSeconds(20));
            assertThat(topics.names()).isEmpty();
            assertThat(backplane.open()).isOne();
            topics.hub("a").broadcast("1");
            nodes.run();
            FakeTransport back = new FakeTransport().knowingPositions().replaying(Replay.after(last))
                    .register(topics.hub("a"));
            nodes.run();
            assertThat(back.texts()).containsExactly("1");
            assertThat(Nodes.gaps(back)).isEmpty();
        }

        @Test
        void thatIsIdleEndsAfterWhatWasPublished() {
            topics.hub("a").broadcast("warm");
            nodes.run();
            backplane.delay(Duration.ofMillis(400), Duration.ofMillis(400));
            nodes.pass(Duration.ofMillis(9900));
            topics.hub("b").broadcast("x");
            CompletableFuture<Void> ended = topics.hub("b").shutdown(Duration.ofSeconds(8)).toCompletableFuture();
            nodes.pass(Duration.ofSeconds(8));
            assertThat(backplane.history("b")).hasSize(1);
            assertThat(ended).isCompleted();
            assertThat(topics.stats().total().backplane().appends()).isEqualTo(2);
        }
    }
}
