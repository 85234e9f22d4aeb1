package io.techops.broadcast.testkit;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryClientTest {

    private static final CloseReason BYE = CloseReason.of(4_001, "bye");

    /** The threads of the hub, and the time of the machine. */
    @Nested
    class Really {

        @Test
        void everyoneGetsWhatAClientSends() {
            try (BroadcastHub hub = BroadcastHub.builder().policy(MessagePolicy.everything()).build();
                    MemoryClient alice = MemoryClient.connect(hub);
                    MemoryClient bob = MemoryClient.connect(hub)) {
                alice.send("hello");
                alice.send(new byte[] {1, 2});
                assertThat(bob.nextText()).isEqualTo("hello");
                assertThat(bob.nextBinary()).containsExactly(1, 2);
                assertThat(bob.position()).as("not numbered").isNull();
                assertThat(alice.next()).isEqualTo(Message.text("hello"));
            }
        }

        @Test
        void theEndOfTheHubIsSeenByItsClients() {
            BroadcastHub hub = BroadcastHub.create();
            MemoryClient alice = MemoryClient.connect(hub);
            hub.broadcast("last");
            hub.close(Duration.ofMinutes(2)); // which it does not take
            assertThat(alice.closed().code()).isEqualTo(CloseReason.GOING_AWAY);
            assertThat(alice.nextText()).isEqualTo("last");
            assertThatThrownBy(alice::next).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected a message, but the connection has ended: client of peer 1");
            assertThatThrownBy(() -> alice.send("too late")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed with 1001");
            assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> MemoryClient.connect(hub));
        }

        @Test
        void aPolicyThatBlocksDoesNotHoldUpTheTest() {
            CountDownLatch blocked = new CountDownLatch(1);
            try (BroadcastHub hub = BroadcastHub.builder().policy((context, message) -> {
                        await(blocked);
                        return MessagePolicy.Verdict.relay(message);
                    }).build();
                    MemoryClient alice = MemoryClient.connect(hub)) {
                alice.send("a");
                alice.send("b");
                blocked.countDown();
                assertThat(alice.nextTexts(2)).containsExactly("a", "b");
            }
        }

        @Test
        void whatIsSentWhileTheHubIsSaturatedIsDeliveredInOrder() {
            List<String> numbers = HubRig.numbers(0, 2_000);
            try (BroadcastHub hub = BroadcastHub.builder().retention(Retention.of(4, 1 << 20)).build();
                    MemoryClient alice = MemoryClient.connect(hub);
                    MemoryClient bob = MemoryClient.connect(hub)) {
                numbers.forEach(alice::send);
                assertThat(bob.nextTexts(2_000)).isEqualTo(numbers);
                assertThat(alice.nextTexts(2_000)).isEqualTo(numbers);
            }
        }

        @Test
        void whatWasSentIsDeliveredBeforeTheClose() {
            try (BroadcastHub hub = BroadcastHub.create();
                    MemoryClient alice = MemoryClient.connect(hub);
                    MemoryClient bob = MemoryClient.connect(hub)) {
                alice.send("last words");
                alice.close(BYE);
                assertThat(bob.nextText()).isEqualTo("last words");
                assertThat(alice.closed()).isEqualTo(BYE);
                assertThat(alice.nextText()).isEqualTo("last words");
                assertThat(alice.poll(Duration.ofSeconds(30))).as("the end is not waited for").isNull();
            }
        }

        @Test
        void itsTransportHasKeptTheContract() {
            try (BroadcastHub hub = BroadcastHub.create(); MemoryClient alice = MemoryClient.connect(hub)) {
                alice.send("a");
                alice.nextText();
                assertThat(alice.transport()).hasReceived("a").hasNoViolations();
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Nested
    class InVirtualTime {

        private final HubRig rig = new HubRig(hub -> hub.policy(MessagePolicy.maxRate(1, Duration.ofSeconds(1))));

        /** The example of the documentation. */
        @Test
        void waitingLetsTheHubRun() {
            MemoryClient alice = rig.connect();
            alice.send("one");
            alice.send("two");
            assertThat(alice.nextText()).isEqualTo("one");
            assertThat(alice.closed().code()).isEqualTo(CloseReason.POLICY_VIOLATION);
        }

        @Test
        void waitingLetsTimePassOnlyIfNothingElseIsToBeDone() {
            MemoryClient alice = rig.connect();
            long begin = rig.timer().nanoTime();
            alice.send("one");
            alice.next();
            assertThat(rig.timer().nanoTime()).isEqualTo(begin);
            rig.timer().schedule(() -> rig.hub().broadcast("later"), Duration.ofSeconds(7));
            assertThat(alice.poll(Duration.ofSeconds(6))).isNull();
            assertThat(rig.timer().nanoTime() - begin).isEqualTo(Duration.ofSeconds(6).toNanos());
            assertThat(alice.nextText()).isEqualTo("later");
            assertThat(rig.timer().nanoTime() - begin).isEqualTo(Duration.ofSeconds(7).toNanos());
        }

        @Test
        void pingsAreAnswered() {
            MemoryClient alice = rig.connect();
            assertThat(alice.poll(Duration.ofMinutes(10))).isNull();
            assertThat(alice.transport()).isOpen();
            assertThat(alice.transport().pings()).isGreaterThan(10);
        }

        @Test
        void aFailureSaysWhatCameInstead() {
            MemoryClient alice = rig.connect(client -> client.limit(Duration.ofSeconds(3)));
            assertThatThrownBy(alice::next).isInstanceOf(AssertionError.class).hasMessage("expected a message, "
                    + "and nothing came within PT3S: client of peer 1, connected, taken 0, unread 0");
            rig.broadcast("a", "b", "c");
            assertThatThrownBy(alice::nextBinary).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected a binary message, but \"a\" came: ");
            assertThat(alice).hasToString("client of peer 1, connected, taken 1, unread 2: \"b\", \"c\"");
            assertThatThrownBy(alice::closed).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the connection has not ended within PT3S");
        }

        @Test
        void manyUnreadMessagesArePrintedInPart() {
            MemoryClient alice = rig.connect();
            IntStream.range(0, 25).forEach(i -> rig.broadcast("" + i));
            rig.run();
            assertThat(alice.toString()).contains("unread 25: \"0\", ").endsWith("\"19\", and 5 more");
        }

        @Test
        void attributesAreThoseOfThePeer() {
            AttributeKey<String> name = AttributeKey.of("name", String.class);
            MemoryClient alice = rig.connect(client -> client.attributes(new Attributes().set(name, "alice")));
            assertThat(alice.peer()).hasAttribute(name, "alice");
        }

        @Test
        void aClientThatVanishesIsToldOfAsAbnormal() {
            MemoryClient alice = rig.connect();
            alice.disconnect();
            assertThat(alice.closed().code()).isEqualTo(CloseReason.ABNORMAL);
            rig.run();
            assertThat(rig.listener().entries()).containsExactly("peer 1 registered", "peer 1 unregistered 1006");
        }

        @Test
        void aClosedClientIsClosedOnce() {
            MemoryClient alice = rig.connect();
            alice.close(BYE);
            alice.close();
            assertThat(alice.closed()).isEqualTo(BYE);
            alice.close();
            rig.run();
            assertThat(rig.listener().entries()).containsExactly("peer 1 registered", "peer 1 unregistered 4001");
        }

        @Test
        void itsTransportIsWatched() {
            MemoryClient alice = rig.connect();
            alice.transport().close(CloseReason.of(CloseReason.NO_CODE)); // a hub must not
            assertThatThrownBy(rig::run).isInstanceOf(AssertionError.class).hasMessageContaining("close with 1005");
        }

        @Test
        void aTopicIsJoinedLikeAHub() {
            ManualExecutor executor = new ManualExecutor();
            VirtualTimer timer = new VirtualTimer();
            Topics topics = Topics.builder().executor(executor).timer(timer).build();
            MemoryClient alice = MemoryClient.to(topics.hub("news")).driving(executor, timer).connect();
            MemoryClient bob = MemoryClient.to(topics.hub("sport")).driving(executor, timer).connect();
            topics.hub("news").broadcast("hello");
            assertThat(alice.nextText()).isEqualTo("hello");
            assertThat(bob.poll(Duration.ofSeconds(1))).isNull();
        }
    }

    @Nested
    class Numbered {

        private final HubRig rig = HubRig.keeping(3, hub -> hub.overflow(OverflowPolicy.skip()));

        @Test
        void positionsAndKeysAreSeen() {
            MemoryClient alice = rig.connect(MemoryClient.Builder::numbered);
            StreamEvent.Open open = alice.opened();
            assertThat(open.isRecovered()).isFalse();
            rig.hub().broadcast(Message.text("1.08"), BroadcastOptions.everyone().key("EURUSD"));
            alice.peer().send(Message.text("for you alone"));
            assertThat(alice.nextText()).isEqualTo("1.08");
            assertThat(alice.position()).isEqualTo(Position.of(open.position().epoch(), 1));
            assertThat(alice.key()).isEqualTo("EURUSD");
            assertThat(alice.nextText()).isEqualTo("for you alone");
            assertThat(alice.position()).isNull();
            assertThat(alice.key()).isNull();
        }

        @Test
        void itGoesOnWhereAnotherOneWas() {
            MemoryClient alice = rig.connect(MemoryClient.Builder::numbered);
            rig.broadcast("a", "b");
            alice.nextText();
            alice.disconnect();
            MemoryClient again = rig.connect(client -> client.numbered().replay(Replay.after(alice.position())));
            assertThat(again.opened().isRecovered()).isTrue();
            assertThat(again.nextText()).isEqualTo("b");
        }

        @Test
        void aGapIsTakenByItself() {
            MemoryClient slow = rig.connect(MemoryClient.Builder::numbered);
            rig.run();
            slow.transport().stallAfter(1);
            rig.broadcastEach(0, 7);
            slow.transport().becomeWritable();
            assertThat(slow.nextText()).isEqualTo("0");
            assertThatThrownBy(slow::next).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected a message, but this came: gap before ");
            StreamEvent.Gap gap = slow.nextGap();
            assertThat(gap.reason()).isEqualTo(GapReason.OVERFLOW);
            assertThat(gap.missed()).hasValue(3);
            assertThat(slow.nextTexts(3)).containsExactly("4", "5", "6");
        }

        @Test
        void aClientThatIsNotNumberedHasNoOpening() {
            MemoryClient plain = rig.connect();
            plain.close();
            assertThatThrownBy(plain::opened).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the stream has not been opened, but the connection has ended");
        }
    }
}
