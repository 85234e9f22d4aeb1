package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers whose encoding takes long: no other peer waits for it, and they miss nothing. */
class SlowEncodingTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final CountDownLatch encoded = new CountDownLatch(1);
    private final CountDownLatch encoding = new CountDownLatch(1);

    @AfterEach
    void release() {
        encoded.countDown();
    }

    /** {@return a transport that takes until the test has it end, once, to encode a batch} */
    private FakeTransport slow() {
        return new FakeTransport().answerClose().encodingSlowly().duringWrite(() -> {
            encoding.countDown();
            try {
                assertThat(encoded.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void awaitReceived(FakeTransport transport, String... texts) {
        long until = System.nanoTime() + LONG.toNanos();
        while (transport.messages().size() < texts.length && System.nanoTime() - until < 0) {
            Thread.yield();
        }
        assertThat(transport.texts()).containsExactly(texts);
    }

    @Test
    void noOtherPeerWaitsForIt() throws InterruptedException {
        try (BroadcastHub hub = BroadcastHub.builder().shards(1).build()) {
            FakeTransport before = new FakeTransport().answerClose().register(hub);
            FakeTransport slow = slow().register(hub);
            FakeTransport after = new FakeTransport().answerClose().register(hub);
            hub.broadcast("1");
            assertThat(encoding.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            hub.broadcast("2");
            hub.broadcast("3");
            FakeTransport late = new FakeTransport().answerClose().register(hub);
            hub.broadcast("4");
            awaitReceived(before, "1", "2", "3", "4");
            awaitReceived(after, "1", "2", "3", "4");
            awaitReceived(late, "4");
            encoded.countDown();
            awaitReceived(slow, "1", "2", "3", "4");
        }
    }

    @Test
    void norDoPeersOfOtherTopics() throws InterruptedException {
        try (Topics topics = Topics.builder().build()) {
            List<FakeTransport> slow = new ArrayList<>();
            for (int i = 0; i <= Runtime.getRuntime().availableProcessors(); i++) {
                BroadcastHub hub = topics.hub("slow-" + i);
                slow.add(slow().register(hub));
                hub.broadcast("large");
            }
            assertThat(encoding.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            FakeTransport other = new FakeTransport().answerClose().register(topics.hub("other"));
            topics.hub("other").broadcast("small");
            awaitReceived(other, "small");
            encoded.countDown();
            slow.forEach(each -> awaitReceived(each, "large"));
        }
    }

    @Test
    void publishersWaitForItRatherThanThatItsPeerMissesAnything() throws InterruptedException {
        try (BroadcastHub hub = BroadcastHub.builder().shards(1).retention(Retention.of(3, 1 << 20)).build()) {
            FakeTransport slow = slow().register(hub);
            hub.broadcast("1");
            assertThat(encoding.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            hub.broadcast("2");
            hub.broadcast("3");
            assertThat(hub.tryBroadcast("4")).isFalse();
            encoded.countDown();
            hub.broadcast("4");
            awaitReceived(slow, "1", "2", "3", "4");
        }
    }

    @Test
    void theEndWaitsForIt() throws Exception {
        BroadcastHub hub = BroadcastHub.builder().shards(1).build();
        FakeTransport slow = slow().register(hub);
        hub.broadcast("last");
        assertThat(encoding.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        var end = hub.shutdown(LONG).toCompletableFuture();
        assertThat(end).isNotDone();
        encoded.countDown();
        end.get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(slow.texts()).containsExactly("last");
        assertThat(slow.closed().code()).isEqualTo(CloseReason.GOING_AWAY);
    }

    @Test
    void theFirstOfThemMissesNothingThatIsBroadcastWhenItJoins() throws Exception {
        BroadcastHub[] hub = new BroadcastHub[1];
        FakeTransport[] first = new FakeTransport[1];
        SameMoment.again(() -> {
            hub[0] = BroadcastHub.builder().shards(1).executor(Runnable::run).timer(new VirtualTimer()).build();
            first[0] = new FakeTransport().answerClose().encodingSlowly();
        }, () -> first[0].register(hub[0]), () -> hub[0].broadcast("meanwhile"), () -> {
            assertThat(first[0].messages().size() + first[0].peer().lag()).isLessThanOrEqualTo(1);
            assertThat(first[0].peer().lag()).as("what was appended has been offered").isZero();
            hub[0].broadcast("later");
            assertThat(first[0].texts()).endsWith("later");
        });
    }

    @Test
    void theFirstOfThemMayJoinWhileTheHubEnds() throws Exception {
        BroadcastHub[] hub = new BroadcastHub[1];
        List<FakeTransport> joined = new ArrayList<>();
        SameMoment.again(() -> {
            hub[0] = BroadcastHub.builder().shards(1).executor(Runnable::run).timer(new VirtualTimer()).build();
            joined.clear();
        }, () -> {
            try {
                joined.add(new FakeTransport().answerClose().encodingSlowly().register(hub[0]));
            } catch (RefusedException e) {
                assertThat(e.refusalCause()).isEqualTo(RefusalCause.CLOSED);
            }
        }, () -> hub[0].shutdown(Duration.ofSeconds(5)), () -> {
            assertThat(hub[0].shutdown(Duration.ZERO).toCompletableFuture()).isCompleted();
            assertThat(hub[0].peers()).isEmpty();
            assertThat(joined).allMatch(peer -> peer.closed() != null && !peer.isAborted());
        });
    }
}
