package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.VirtualTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final MessagePolicy.Verdict IGNORE = MessagePolicy.Verdict.ignore();

    private static HubRig rig(MessagePolicy policy) {
        return new HubRig(builder -> builder.policy(policy).heartbeat(Duration.ZERO));
    }

    /** Reports as many messages as fit before one is ignored. {@return how many were relayed} */
    private static int fill(HubRig rig, FakeTransport peer) {
        for (int relayed = 0; ; relayed++) {
            long ignored = rig.hub().stats().ignored();
            peer.send("x");
            rig.run();
            if (rig.hub().stats().ignored() > ignored) {
                return relayed;
            }
        }
    }

    @Nested
    class Closing {

        private final HubRig rig = rig(MessagePolicy.maxRate(3, SECOND));

        @Test
        void whatFitsIsRelayedAndTheNextClosesThePeerWith1008() {
            FakeTransport peer = rig.join();
            FakeTransport other = rig.join();
            for (int i = 0; i < 5; i++) {
                peer.send(Integer.toString(i));
            }
            rig.run();
            assertThat(other.texts()).containsExactly("0", "1", "2");
            assertThat(peer.closed())
                    .isEqualTo(CloseReason.of(1008, "too many messages: maxRate is 3 per PT1S"));
            assertThat(rig.listener().of(peer.peer()))
                    .containsExactly("peer 1 registered", "peer 1 unregistered 1008");
        }

        @Test
        void whoKeepsToTheRateStaysForEver() {
            FakeTransport peer = rig.join();
            for (int i = 0; i < 3_000; i++) {
                peer.send("x");
                rig.pass(Duration.ofNanos(333_333_334));
            }
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.texts()).hasSize(3_000);
        }

        @Test
        void whoIsALittleFasterIsFoundOut() {
            FakeTransport peer = rig.join();
            int sent = 0;
            while (peer.isOpen() && sent < 3_000) {
                peer.send("x");
                sent++;
                rig.pass(Duration.ofMillis(330));
            }
            // Three tokens, of which 0.01 more are spent each time than are gained.
            assertThat(sent).isBetween(201, 203);
        }
    }

    @Nested
    class Ignoring {

        private final HubRig rig = rig(MessagePolicy.maxRate(10, SECOND, IGNORE));

        @Test
        void theConnectionStaysAndGoesOnWhenThereIsRoom() {
            FakeTransport peer = rig.join();
            assertThat(fill(rig, peer)).isEqualTo(10);
            rig.pass(Duration.ofMillis(99));
            assertThat(fill(rig, peer)).isZero();
            rig.pass(Duration.ofMillis(1));
            assertThat(fill(rig, peer)).as("a tenth of a second, a tenth of the permits").isOne();
            rig.pass(Duration.ofMillis(500));
            assertThat(fill(rig, peer)).isEqualTo(5);
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.texts()).hasSize(16);
        }

        @Test
        void noMoreThanThePermitsGatherHoweverLongThePeerIsSilent() {
            FakeTransport peer = rig.join();
            peer.send("leaves nine");
            rig.pass(Duration.ofDays(300));
            assertThat(fill(rig, peer)).isEqualTo(10);
            rig.pass(Duration.ofDays(300));
            assertThat(fill(rig, peer)).isEqualTo(10);
            rig.pass(Duration.ofMillis(1_001));
            assertThat(fill(rig, peer)).isEqualTo(10);
        }

        @Test
        void whatIsIgnoredCostsNothing() {
            FakeTransport peer = rig.join();
            fill(rig, peer);
            for (int i = 0; i < 1_000; i++) {
                peer.send("x");
            }
            rig.pass(Duration.ofMillis(200));
            assertThat(fill(rig, peer)).isEqualTo(2);
        }

        @Test
        void everyPeerHasItsOwn() {
            FakeTransport one = rig.join();
            FakeTransport other = rig.join();
            assertThat(fill(rig, one)).isEqualTo(10);
            assertThat(fill(rig, other)).isEqualTo(10);
            rig.pass(Duration.ofMillis(300));
            assertThat(fill(rig, one)).isEqualTo(3);
            rig.pass(Duration.ofMillis(300));
            assertThat(fill(rig, one)).isEqualTo(3);
            assertThat(fill(rig, other)).isEqualTo(6);
        }

        @Test
        void theLongestAndLargestSettingIsExact() {
            VirtualTimer clock = rig.timer();
            MessagePolicy rate = MessagePolicy.maxRate(100_000, Duration.ofDays(1), IGNORE);
            PolicyContext peer = rig.context(rig.join());
            assertThat(relayed(rate, peer)).isEqualTo(100_000);
            clock.pass(Duration.ofMillis(863));
            assertThat(relayed(rate, peer)).isZero();
            clock.pass(Duration.ofMillis(1));
            assertThat(relayed(rate, peer)).as("0.864 s a message").isOne();
            clock.pass(Duration.ofDays(3));
            assertThat(relayed(rate, peer)).isEqualTo(100_000);
        }

        private static int relayed(MessagePolicy rate, PolicyContext peer) {
            int relayed = 0;
            while (rate.decide(peer, Message.text("x")) != IGNORE) {
                relayed++;
            }
            return relayed;
        }
    }

    @Nested
    class Combined {

        @Test
        void withAPolicyBeforeItWhatThatIgnoresCostsNothing() {
            HubRig rig = rig(MessagePolicy.textOnly().andThen(MessagePolicy.maxRate(2, SECOND)));
            FakeTransport peer = rig.join();
            for (int i = 0; i < 100; i++) {
                peer.registration().received(Message.binary(new byte[] {1}));
            }
            peer.send("a");
            peer.send("b");
            rig.run();
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.texts()).containsExactly("a", "b");
        }

        @Test
        void onEitherSideItRunsOnTheHubsClock() {
            MessagePolicy rate = MessagePolicy.maxRate(2, Duration.ofHours(10), IGNORE);
            for (MessagePolicy policy : List.of(
                    rate.andThen(MessagePolicy.textOnly()),
                    MessagePolicy.textOnly().andThen(rate),
                    MessagePolicy.textOnly().andThen(rate).andThen(MessagePolicy.maxBytes(10)))) {
                HubRig rig = rig(policy);
                FakeTransport peer = rig.join();
                assertThat(fill(rig, peer)).isEqualTo(2);
                rig.pass(Duration.ofHours(5));
                assertThat(fill(rig, peer)).isOne();
            }
        }

        @Test
        void twoHubsWithTheSamePolicyDoNotMeet() {
            MessagePolicy rate = MessagePolicy.maxRate(5, SECOND, IGNORE);
            HubRig one = rig(rate);
            HubRig other = rig(rate);
            assertThat(fill(one, one.join())).isEqualTo(5);
            assertThat(fill(other, other.join())).isEqualTo(5);
        }

        @Test
        void withinAPolicyOfTheHostItRunsOnTheHubsClockToo() {
            MessagePolicy rate = MessagePolicy.maxRate(1, SECOND, IGNORE);
            HubRig rig = rig((context, message) -> message.size() == 0
                    ? MessagePolicy.Verdict.relay(message)
                    : rate.decide(context, message));
            FakeTransport peer = rig.join();
            assertThat(fill(rig, peer)).isOne();
            peer.send("");
            rig.pass(SECOND);
            assertThat(fill(rig, peer)).isOne();
            rig.run();
            assertThat(peer.texts()).containsExactly("x", "", "x");
        }

        @Test
        void twoOfThemOnOnePeerDoNotMeet() {
            MessagePolicy fast = MessagePolicy.maxRate(3, SECOND, IGNORE);
            MessagePolicy slow = MessagePolicy.maxRate(2, Duration.ofHours(1), IGNORE);
            HubRig rig = rig(fast.andThen(slow));
            FakeTransport peer = rig.join();
            assertThat(fill(rig, peer)).isEqualTo(2);
            rig.pass(Duration.ofMinutes(30));
            assertThat(fill(rig, peer)).isOne();
        }
    }

    @Nested
    class Peers {

        @Test
        void ofAllThreadsGetExactlyWhatIsTheirs() throws Exception {
            HubRig rig = rig(MessagePolicy.maxRate(50, Duration.ofHours(1), IGNORE));
            AtomicInteger failures = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            CountDownLatch start = new CountDownLatch(1);
            for (int i = 0; i < 8; i++) {
                FakeTransport peer = rig.join();
                Thread thread = new Thread(() -> {
                    try {
                        start.await();
                        for (int m = 0; m < 500; m++) {
                            peer.send("x");
                        }
                    } catch (Throwable thrown) {
                        failures.incrementAndGet();
                    }
                });
                thread.start();
                threads.add(thread);
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).hasValue(0);
            assertThat(rig.hub().stats().messages()).isEqualTo(8 * 50);
            assertThat(rig.hub().stats().ignored()).isEqualTo(8 * 450);
        }

        @Test
        void thatHaveGoneAreForgotten() {
            MessagePolicy rate = MessagePolicy.maxRate(5, SECOND);
            WeakReference<Peer> gone = decideOnce(rate);
            while (gone.get() != null) {
                System.gc();
            }
            HubRig rig = new HubRig();
            assertThat(rate.decide(rig.context(rig.join()), Message.text("still works")))
                    .isInstanceOf(MessagePolicy.Verdict.Relay.class);
        }

        private WeakReference<Peer> decideOnce(MessagePolicy rate) {
            HubRig rig = new HubRig();
            FakeTransport peer = rig.join();
            rate.decide(rig.context(peer), Message.text("a"));
            return new WeakReference<>(peer.peer());
        }
    }

    @Nested
    class Settings {

        @ParameterizedTest
        @ValueSource(ints = {-1, 0, 100_001})
        void permitsMustBeInTheRange(int permits) {
            assertThatThrownBy(() -> MessagePolicy.maxRate(permits, SECOND))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("permits must be from 1 to 100000: " + permits);
        }

        @Test
        void perMustBeInTheRange() {
            for (Duration per : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(1).plusNanos(1))) {
                assertThatThrownBy(() -> MessagePolicy.maxRate(1, per))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("per must be more than zero and at most 1 day: " + per);
            }
        }

        @Test
        void whatIsTooMuchCannotBeRelayed() {
            MessagePolicy.Verdict relay = MessagePolicy.Verdict.relay(Message.text("a"));
            assertThatThrownBy(() -> MessagePolicy.maxRate(1, SECOND, relay))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("excess must not be to relay");
        }

        @Test
        void anyCloseReasonWillDo() {
            HubRig rig = rig(MessagePolicy.maxRate(1, SECOND,
                    MessagePolicy.Verdict.close(CloseReason.of(4029, "slow down"))));
            FakeTransport peer = rig.join();
            peer.send("a");
            peer.send("b");
            rig.run();
            assertThat(peer.closed()).isEqualTo(CloseReason.of(4029, "slow down"));
        }
    }
}
