package io.techops.broadcast;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The examples of the documentation, as they stand there but for where they print to. */
class JavadocExamplesTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private String[] lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toArray(String[]::new);
    }

    /** Of {@link Transport}. */
    private final class Terminal implements Transport {

        private volatile @Nullable Registration registration;

        void connect(BroadcastHub hub) {
            registration = AdapterHub.of(hub).register(this);
        }

        @Override
        public boolean write(Batch batch) {
            for (int i = 0; i < batch.size(); i++) {
                out.println(batch.message(i) instanceof Message.Text text ? text.text() : batch.message(i));
            }
            return true;
        }

        @Override
        public void ping() {
            registration.pong();
        }

        @Override
        public void close(CloseReason reason) {
            registration.unregister(reason);
        }

        @Override
        public void abort() {
        }

        @Override
        public void resume() {
        }
    }

    /** Of {@link HubListener}. */
    private final class Doorman implements HubListener {

        @Override
        public void registered(Peer peer) {
            peer.send(Message.text("welcome"));
        }

        @Override
        public void unregistered(Peer peer, CloseReason reason) {
            out.println(peer + " has gone: " + reason);
        }
    }

    /** Of {@link HubTimer}. */
    private static final class SharedTimer implements HubTimer {

        private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            var scheduled = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }
    }

    @Test
    void aPeerOnTheTerminalIsAsGoodAsAnyOther() {
        HubRig rig = new HubRig(builder -> builder.listener(new Doorman()));
        Terminal terminal = new Terminal();
        terminal.connect(rig.hub());
        rig.run();
        rig.broadcast("hello");
        rig.hub().broadcast(Message.binary(new byte[2]));
        rig.run();
        rig.passSeconds(60);
        assertThat(rig.hub().peers()).as("it answers pings").hasSize(1);
        rig.hub().shutdown(Duration.ofSeconds(5));
        rig.run();
        assertThat(lines()).hasSize(4).startsWith("welcome", "hello", "binary of 2 bytes");
        assertThat(lines()[3]).startsWith("peer 1 has gone: 1001");
    }

    @Test
    void nobodyShouts() {
        MessagePolicy noShouting = (context, message) -> message instanceof Message.Text text
                ? MessagePolicy.Verdict.relay(Message.text(text.text().toLowerCase(Locale.ROOT)))
                : MessagePolicy.Verdict.ignore();
        HubRig rig = new HubRig(builder -> builder.policy(MessagePolicy.maxBytes(1_000).andThen(noShouting)));
        FakeTransport peer = rig.join();
        peer.send("HELLO");
        peer.send("x".repeat(1_001));
        rig.run();
        assertThat(peer).hasReceived("hello").isClosedWith(CloseReason.MESSAGE_TOO_BIG);
    }

    @Test
    void whoLagsTooFarIsSentAway() {
        HubRig rig = new HubRig();
        FakeTransport slow = rig.join().stallAfter(1);
        FakeTransport healthy = rig.join();
        rig.broadcastEach(0, 1_002);
        for (Peer peer : rig.hub().peers()) {
            if (peer.lag() > 1_000) {
                peer.close(CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow"));
            }
        }
        slow.becomeWritable();
        rig.run();
        assertThat(slow).isClosedWith(CloseReason.TRY_AGAIN_LATER, "too slow");
        assertThat(healthy).isOpen();
    }

    @Test
    void aTimerMayBeShared() throws InterruptedException {
        SharedTimer timer = new SharedTimer();
        try {
            CountDownLatch ran = new CountDownLatch(1);
            HubTimer.Cancellation never = timer.schedule(() -> {
                throw new AssertionError("withdrawn");
            }, Duration.ofDays(1));
            timer.schedule(ran::countDown, Duration.ofMillis(1));
            ran.await();
            never.cancel();
            try (BroadcastHub hub = BroadcastHub.builder().timer(timer).build()) {
                assertThat(Published.sequence(hub, "hello")).isOne();
                hub.close(Duration.ofMinutes(2));
            }
        } finally {
            assertThat(timer.scheduler.shutdownNow()).as("all that is left was withdrawn").allSatisfy(task ->
                    assertThat((java.util.concurrent.Future<?>) task).isCancelled());
        }
    }
}
