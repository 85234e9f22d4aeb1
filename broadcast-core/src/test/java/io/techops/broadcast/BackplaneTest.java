package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What hubs promise that share a log. */
class BackplaneTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Nodes nodes = new Nodes(1);
    private final MemoryBackplane backplane = nodes.backplane;

    private static CompletableFuture<Position> publish(Nodes.Node node, String text) {
        return node.hub.publish(text).toCompletableFuture();
    }

    private static List<StreamEvent.Gap> gaps(FakeTransport transport) {
        return transport.events().stream().filter(StreamEvent.Gap.class::isInstance).map(StreamEvent.Gap.class::cast)
                .toList();
    }

    private static void assertGap(FakeTransport transport, GapReason reason, OptionalLong missed) {
        assertThat(gaps(transport)).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(reason);
            assertThat(gap.missed()).isEqualTo(missed);
        });
    }

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
                there.receive("b" + i);
                nodes.pass(Duration.ofMillis(20));
            }
            nodes.pass(SECOND);
            assertThat(here.texts()).hasSize(40).isEqualTo(there.texts());
            assertThat(here.positions()).isEqualTo(there.positions())
                    .isEqualTo(List.copyOf(backplane.history("chat").keySet()));
            assertThat(here.texts().stream().filter(text -> text.startsWith("a")).toList())
                    .isEqualTo(HubRig.numbers(0, 20).stream().map(i -> "a" + i).toList());
            assertThat(gaps(here)).isEmpty();
        }

        @Test
        void isKnownToThePublisherWhenTheLogHasAnswered() {
            Nodes.Node node = nodes.node();
            backplane.delay(Duration.ofMillis(50), Duration.ofMillis(50));
            CompletableFuture<Position> position = publish(node, "x");
            nodes.run();
            assertThat(position).isNotDone();
            nodes.pass(SECOND);
            assertThat(backplane.history("chat")).containsOnlyKeys(position.join());
            assertThat(node.hub.stats().position()).isEqualTo(position.join());
            assertThat(node.hub.stats().backplaneAppends()).isOne();
        }

        @Test
        void takesAllThatWaitsInOneAppend() {
            Nodes.Node node = nodes.node();
            for (int i = 0; i < 100; i++) {
                node.hub.broadcast("" + i);
            }
            nodes.run();
            assertThat(backplane.appends()).isOne();
            assertThat(node.hub.stats().backplaneAppends()).isEqualTo(100);
            assertThat(node.hub.stats().backplaneBatches()).isOne();
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
            peer.receive("x");
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
            CompletableFuture<Position> position = publish(node, "x");
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
            CompletableFuture<Position> position = publish(node, "x");
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
            CompletableFuture<Position> position = publish(node, "x");
            nodes.run();
            backplane.loseData();
            backplane.loseAnswers(0).loseHints(0);
            nodes.pass(Duration.ofSeconds(5));
            assertThat(position).isCompletedExceptionally();
            assertThatThrownBy(position::join).cause().isInstanceOfSatisfying(BackplaneException.class, thrown ->
                    assertThat(thrown.outcome()).isEqualTo(BackplaneException.Outcome.UNKNOWN));
            assertThat(node.hub.stats().backplaneUnconfirmed()).isOne();
            assertThat(backplane.history("chat")).as("not appended again").hasSize(1);
            assertThat(publish(node, "y")).isNotNull();
            nodes.run();
            assertThat(peer.texts()).containsExactly("y");
        }
    }

    @Nested
    class WhatIsMissing {

        @Test
        void isToldWithItsNumberIfItIsNoLongerKept() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport there = two.join();
            publish(one, "0");
            nodes.run();
            two.stopped = true;
            for (int i = 1; i < 8; i++) {
                publish(one, "" + i);
                nodes.run();
            }
            backplane.trim(2);
            two.stopped = false;
            nodes.pass(SECOND);
            FakeTransport late = two.join();
            nodes.run();
            assertThat(there.texts()).containsExactly("0", "6", "7");
            assertThat(there.sequences()).containsExactly(1L, 7L, 8L);
            assertGap(there, GapReason.EVICTED, OptionalLong.of(5));
            assertThat(gaps(there).get(0).position().sequence()).isEqualTo(6);
            assertThat(gaps(late)).isEmpty();
            assertThat(two.hub.stats().backplaneGaps()).isOne();
            assertThat(two.hub.stats().gaps(GapReason.EVICTED)).isOne();
            assertThat(there.isOpen()).isTrue();
        }

        @Test
        void ofALostTailBeginsAnEpochThatEveryPeerIsToldOf() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport here = one.join();
            FakeTransport there = two.join();
            Position lost = publish(one, "0").getNow(null);
            nodes.run();
            backplane.loseData();
            nodes.run();
            assertGap(here, GapReason.EPOCH, OptionalLong.empty());
            assertGap(there, GapReason.EPOCH, OptionalLong.empty());
            CompletableFuture<Position> next = publish(two, "1");
            nodes.run();
            assertThat(lost).isNull();
            assertThat(here.texts()).containsExactly("0", "1").isEqualTo(there.texts());
            assertThat(here.positions()).isEqualTo(there.positions()).contains(next.join());
            assertThat(here.positions().get(0).hasEpochOf(next.join())).isFalse();
            assertThat(next.join().sequence()).isOne();
            assertThat(gaps(here).get(0).position()).isEqualTo(next.join().at(0));
            assertThat(one.hub.stats().backplaneEpochs()).isOne();
        }

        @Test
        void isToldOnceHoweverOftenItHappensBeforeAMessage() {
            Nodes.Node node = nodes.node();
            FakeTransport slow = node.join().stallAfter(1);
            publish(node, "0");
            nodes.run();
            for (int i = 0; i < 3; i++) {
                backplane.loseData();
                nodes.run();
            }
            publish(node, "1");
            nodes.run();
            slow.becomeWritable();
            nodes.run();
            assertThat(slow.texts()).containsExactly("0", "1");
            assertGap(slow, GapReason.EPOCH, OptionalLong.empty());
        }

        @Test
        void isToldInItsPlaceToAPeerThatLags() {
            Nodes.Node node = nodes.node();
            FakeTransport slow = node.join().stallAfter(1);
            publish(node, "0");
            nodes.run();
            publish(node, "1");
            nodes.run();
            backplane.loseData();
            nodes.run();
            publish(node, "2");
            nodes.run();
            assertThat(gaps(slow)).isEmpty();
            slow.becomeWritableFor(1);
            nodes.run();
            assertThat(slow.texts()).containsExactly("0", "1");
            assertThat(gaps(slow)).isEmpty();
            slow.becomeWritable();
            nodes.run();
            assertThat(slow.texts()).containsExactly("0", "1", "2");
            assertGap(slow, GapReason.EPOCH, OptionalLong.empty());
        }

        @Test
        void isToldToAPeerThatGoesOnAfterAPositionOfTheEpochBefore() {
            Nodes.Node node = nodes.node();
            CompletableFuture<Position> first = publish(node, "0");
            publish(node, "1");
            nodes.run();
            backplane.loseData();
            nodes.run();
            publish(node, "2");
            nodes.run();
            FakeTransport back = node.join(Replay.after(first.join()));
            FakeTransport atEnd = node.join(Replay.after(first.join().at(2)));
            nodes.run();
            assertThat(back.texts()).containsExactly("1", "2");
            assertGap(back, GapReason.EPOCH, OptionalLong.empty());
            assertThat(atEnd.texts()).containsExactly("2");
            assertGap(atEnd, GapReason.EPOCH, OptionalLong.empty());
        }
    }

    @Nested
    class AClient {

        @Test
        void goesOnAtAnotherNode() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            CompletableFuture<Position> seen = publish(one, "0");
            publish(one, "1");
            nodes.run();
            FakeTransport back = two.join(Replay.after(seen.join()));
            nodes.run();
            assertThat(back.texts()).containsExactly("1");
            assertThat(gaps(back)).isEmpty();
        }

        @Test
        void goesOnAtANodeThatStartedLate() {
            Nodes.Node one = nodes.node();
            CompletableFuture<Position> seen = publish(one, "0");
            publish(one, "1");
            nodes.run();
            Nodes.Node late = nodes.node();
            FakeTransport back = late.join(Replay.after(seen.join()));
            FakeTransport last = late.join(Replay.last(10));
            nodes.run();
            assertThat(back.texts()).containsExactly("1");
            assertThat(((StreamEvent.Open) back.events().get(0)).isRecovered()).isTrue();
            assertThat(last.texts()).containsExactly("0", "1");
        }

        @Test
        void ofANodeThatKeepsLessIsToldThatSomethingIsMissing() {
            Nodes.Node one = nodes.node();
            CompletableFuture<Position> seen = publish(one, "0");
            for (int i = 1; i < 10; i++) {
                publish(one, "" + i);
            }
            nodes.run();
            Nodes.Node late = nodes.node(hub -> hub.retention(Retention.of(4, 1 << 20)));
            FakeTransport back = late.join(Replay.after(seen.join()));
            nodes.run();
            assertThat(back.texts()).isEqualTo(HubRig.numbers(6, 10));
            assertGap(back, GapReason.EVICTED, OptionalLong.of(5));
        }
    }

    @Nested
    class WhileItIsAway {

        private final Nodes.Node node = nodes.node(hub -> hub.backplaneLimit(SECOND));
        private final FakeTransport peer = node.join();

        private void goAway() {
            nodes.run();
            backplane.standStill();
            nodes.pass(Duration.ofSeconds(4));
        }

        @Test
        void publishersAreRefusedAndPeersStay() throws Exception {
            goAway();
            assertThat(node.hub.stats().isBackplaneAway()).isTrue();
            assertThat(node.hub.stats().backplaneOutages()).isOne();
            assertThat(node.hub.tryBroadcast("x")).isFalse();
            assertThat(AdapterHub.of(node.hub).tryPublish(Message.text("x"), BroadcastOptions.everyone(),
                    Duration.ZERO)).isNull();
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.receive("held")).as("read on").isFalse();
            nodes.pass(Duration.ofSeconds(20));
            assertThat(peer.texts()).isEmpty();
            assertThat(peer.resumes()).isZero();
            backplane.goOn();
            nodes.pass(Duration.ofSeconds(5));
            assertThat(node.hub.stats().isBackplaneAway()).isFalse();
            assertThat(peer.texts()).containsExactly("held");
            assertThat(peer.resumes()).isOne();
            assertThat(node.hub.tryBroadcast("x")).isTrue();
            assertThat(gaps(peer)).isEmpty();
        }

        @Test
        void broadcastWaitsAndThenSaysSo() throws Exception {
            goAway();
            CompletableFuture<Void> broadcast = inThread(() -> node.hub.broadcast("x"));
            nodes.timer.pass(SECOND);
            assertThatThrownBy(() -> broadcast.get(30, TimeUnit.SECONDS)).cause()
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("backplane is away")
                    .hasMessageContaining("backplaneLimit");
            assertThat(node.hub.stats().waits()).isPositive();
        }

        @Test
        void broadcastGoesOnIfItIsBackInTime() throws Exception {
            goAway();
            CompletableFuture<Void> broadcast = inThread(() -> {
                try {
                    assertThat(node.hub.tryBroadcast(Message.text("x"), Duration.ofSeconds(5))).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            backplane.goOn();
            nodes.pass(Duration.ofSeconds(2));
            broadcast.get(30, TimeUnit.SECONDS);
            nodes.run();
            assertThat(peer.texts()).containsExactly("x");
        }

        /**
         * {@return completed when an action is over that waits in a thread of its own, and does so when this returns}
         */
        private CompletableFuture<Void> inThread(Runnable action) throws Exception {
            int before = nodes.timer.pending();
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    action.run();
                    done.complete(null);
                } catch (Throwable thrown) {
                    done.completeExceptionally(thrown);
                }
            });
            thread.start();
            while (thread.getState() != Thread.State.WAITING && !done.isDone() || nodes.timer.pending() == before) {
                Thread.onSpinWait();
            }
            return done;
        }

        @Test
        void aNodeThatStartsTakesNoPeersUntilItHasTheTail() {
            node.hub.broadcast("0");
            goAway();
            Nodes.Node late = nodes.node();
            assertThatThrownBy(late::join).isInstanceOfSatisfying(RefusedException.class,
                    refused -> assertThat(refused.refusalCause()).isEqualTo(RefusalCause.BACKPLANE));
            nodes.pass(Duration.ofSeconds(4));
            assertThatThrownBy(late::join).isInstanceOf(RefusedException.class);
            assertThat(late.hub.stats().isBackplaneAway()).isTrue();
            backplane.goOn();
            nodes.pass(Duration.ofSeconds(5));
            FakeTransport first = late.join(Replay.last(5));
            nodes.run();
            assertThat(first.texts()).containsExactly("0");
        }

        @Test
        void anAppendThatIsRefusedIsMadeAgain() {
            backplane.refuse(true);
            CompletableFuture<Position> position = publish(node, "x");
            nodes.pass(Duration.ofSeconds(3));
            assertThat(node.hub.stats().isBackplaneAway()).isTrue();
            assertThat(position).isNotDone();
            backplane.refuse(false);
            nodes.pass(Duration.ofSeconds(2));
            assertThat(position).isCompleted();
            assertThat(peer.texts()).containsExactly("x");
            assertThat(node.hub.stats().backplaneOutages()).isOne();
            assertThat(node.hub.stats().isBackplaneAway()).isFalse();
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
            assertThat(one.hub.stats().backplaneAppends()).isZero();
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
            sender.receive("mine");
            one.hub.broadcast(Message.text("not for the other one"), BroadcastOptions.except(beside.peer()));
            nodes.run();
            assertThat(sender.texts()).containsExactly("not for the other one");
            assertThat(beside.texts()).containsExactly("mine");
            assertThat(there.texts()).containsExactly("mine", "not for the other one");
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
            CompletableFuture<Position> before = publish(node, "a");
            CompletableFuture<Position> large = publish(node, "large");
            CompletableFuture<Position> behind = publish(node, "b");
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
            peer.receive("last words");
            assertThat(peer.end(CloseReason.of(CloseReason.NORMAL), true)).isFalse();
            nodes.run();
            assertThat(peer.isOpen()).isTrue();
            nodes.pass(SECOND);
            assertThat(peer.texts()).containsExactly("last words");
            assertThat(peer.closed()).isNotNull();
        }
    }

    @Nested
    class Saturation {

        @Test
        void holdsTheFollowerBackAndNoWritablePeerLosesAnything() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node(hub -> hub.retention(Retention.of(4, 1 << 20)));
            FakeTransport there = two.join();
            nodes.run();
            for (int i = 0; i < 500; i++) {
                one.hub.broadcast("" + i);
            }
            nodes.pass(SECOND);
            assertThat(there.texts()).isEqualTo(HubRig.numbers(0, 500));
            assertThat(there.isOpen()).isTrue();
            assertThat(two.hub.stats().backplaneLag()).isZero();
        }

        @Test
        void ofTheOutboxRefusesWhatDoesNotFit() {
            Nodes.Node node = nodes.node();
            backplane.delay(Duration.ofMillis(400), Duration.ofMillis(400));
            int taken = 0;
            while (node.hub.tryBroadcast("" + taken)) {
                taken++;
            }
            assertThat(taken).isEqualTo(1024);
            nodes.pass(Duration.ofSeconds(30));
            assertThat(backplane.history("chat").size()).isEqualTo(taken);
            assertThat(node.hub.tryBroadcast("x")).isTrue();
        }
    }

    @Nested
    class TheEnd {

        @Test
        void deliversWhatWasAccepted() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            backplane.delay(Duration.ofMillis(100), Duration.ofMillis(100));
            FakeTransport here = one.join();
            FakeTransport there = two.join();
            nodes.run();
            CompletableFuture<Position> position = publish(one, "x");
            CompletableFuture<Void> ended = one.hub.shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            nodes.run();
            assertThat(ended).isNotDone();
            assertThatThrownBy(() -> one.hub.broadcast("y")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            nodes.pass(Duration.ofSeconds(2));
            assertThat(position).isCompleted();
            assertThat(here.texts()).containsExactly("x");
            assertThat(here.closed()).isNotNull();
            assertThat(there.texts()).containsExactly("x");
            assertThat(ended).isCompleted();
            assertThat(backplane.open()).isOne();
        }

        @Test
        void comesAtItsLimitIfTheBackplaneIsAway() {
            Nodes.Node node = nodes.node();
            FakeTransport peer = node.join();
            nodes.run();
            backplane.standStill();
            CompletableFuture<Position> position = publish(node, "x");
            nodes.run();
            CompletableFuture<Void> ended = node.hub.shutdown(SECOND).toCompletableFuture();
            nodes.pass(SECOND.minusMillis(10));
            assertThat(ended).isNotDone();
            nodes.pass(Duration.ofSeconds(2));
            peer.leave(CloseReason.of(CloseReason.ABNORMAL));
            nodes.run();
            assertThat(ended).isCompleted();
            assertThatThrownBy(position::join).cause().isInstanceOf(BackplaneException.class);
            assertThat(backplane.open()).isZero();
            nodes.pass(Duration.ofSeconds(10));
            assertThat(nodes.timer.pending()).isZero();
        }

        @Test
        void leavesNoThreadBehindWithRealThreads() throws Exception {
            MemoryBackplane real = new MemoryBackplane();
            CountDownLatch got = new CountDownLatch(2);
            try (BroadcastHub one = BroadcastHub.builder().name("real").backplane(real).build();
                    BroadcastHub two = BroadcastHub.builder().name("real").backplane(real).build()) {
                for (BroadcastHub hub : List.of(one, two)) {
                    new FakeTransport().answerClose().duringWrite(got::countDown).register(hub);
                }
                Position position = one.publish("x").toCompletableFuture().get(30, TimeUnit.SECONDS);
                assertThat(position.sequence()).isOne();
                assertThat(got.await(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(real.open()).isZero();
            assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().startsWith("real-"));
        }
    }

    @Nested
    class ATopic {

        private final Topics topics = Topics.builder().timer(nodes.timer).executor(executor())
                .linger(Duration.ofSeconds(10)).recipe((topic, hub) ->
                        hub.backplane(backplane).backplaneStart(Duration.ZERO).heartbeat(Duration.ZERO)).build();

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
            assertThat(gaps(back)).isEmpty();
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
            assertThat(topics.stats().total().backplaneAppends()).isEqualTo(2);
        }
    }
}
