package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.TestRun;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The end of a hub. */
interface EndContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void whatWasBroadcastBeforeTheEndIsDeliveredAndThen1001() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().closeTimeout(TestRun.LIMIT)); // they answer one after the other
        List<RawClient> all = rig.open(10, 0);
        for (int i = 0; i < 200; i++) {
            rig.hub.broadcast("last words " + i);
        }
        Future<?> end = rig.threads.submit(() -> rig.hub.close(TestRun.LIMIT));
        for (RawClient peer : all) {
            for (int i = 0; i < 200; i++) {
                assertThat(peer.nextText()).isEqualTo("last words " + i);
            }
            assertThat(peer.readClose().code()).isEqualTo(CloseReason.GOING_AWAY);
            peer.sendClose(CloseReason.GOING_AWAY);
        }
        end.get();
        rig.awaitDepartures(10);
        assertThat(rig.events.departures).extracting(Recorder.Departure::code).containsOnly(CloseReason.GOING_AWAY);
    }

    /** Where the container gets a close frame through at all: never a code that says that a rule was broken. */
    @Test
    default void peersThatAreStillBehindAtTheEndAreNotToldThatTheyBrokeARule() throws Exception {
        ContainerRig rig = rig();
        int behind = 20;
        rig.start(BroadcastHub.builder().retention(Retention.of(4_096, 64 << 20))
                .stallTimeout(TestRun.LIMIT)); // only the end ends them
        List<RawClient> all = rig.open(behind, 4_096);
        String filler = "x".repeat(16_000);
        for (int i = 0; i < 400; i++) {
            rig.hub.broadcast(filler);
        }
        try (LogCatch log = new LogCatch()) {
            rig.hub.close(Duration.ofMillis(200));
            assertThat(log.warnings()).as("on a busy machine").allMatch(line -> line.contains("did not end the hub"));
        }
        for (RawClient peer : all) {
            try {
                assertThat(peer.readClose().code()).isEqualTo(CloseReason.GOING_AWAY);
            } catch (IOException e) {
                assertThat(e).as("cut").isInstanceOfAny(EOFException.class, SocketException.class);
            }
        }
    }

    @Test
    default void noThreadIsLeftWhenTheHubHasClosed() throws Exception {
        ContainerRig rig = rig();
        String name = "hub-of-the-end";
        rig.start(BroadcastHub.builder().name(name));
        for (RawClient peer : rig.open(5, 0)) {
            rig.threads.submit(() -> {
                int code = peer.readClose().code();
                peer.sendClose(code);
                return code;
            });
        }
        rig.hub.broadcast("last words");
        rig.hub.close(Duration.ofSeconds(20));
        // On a busy machine the last of a thread may take longer than the second that is left to it; one that was
        // forgotten would be there for ten.
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName).noneMatch(thread -> thread.startsWith(name)));
    }
}
