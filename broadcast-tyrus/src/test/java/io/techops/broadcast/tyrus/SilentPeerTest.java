package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testkit.VirtualTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/*
 * Time passes only while nothing is under way: the hub does all that is due, and has done it, before the server talks,
 * and has read a pong before time goes on. So the moments are those of the hub's promise, to the second: a ping up to a
 * tenth of 25 seconds early, the end 10 seconds later.
 */

/** The heartbeat with its defaults, over real sockets, with virtual time. */
class SilentPeerTest {

    private final VirtualTimer timer = new VirtualTimer();
    private final Recorder recorder = new Recorder();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicInteger underWay = new AtomicInteger();

    @AfterEach
    void endThreads() {
        threads.shutdown();
    }

    private void execute(Runnable task) {
        underWay.incrementAndGet();
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                underWay.decrementAndGet();
            }
        });
    }

    private void pass(Duration duration) {
        await().until(() -> underWay.get() == 0);
        timer.pass(duration);
        await().until(() -> underWay.get() == 0);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatIsSilentWhileTheServerTalksIsFoundAndOneThatAnswersPingsStays(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(
                BroadcastHub.builder().timer(timer).executor(this::execute).listener(recorder));
                RawClient mute = wire.open(server);
                RawClient alive = wire.open(server);
                RawClient talking = wire.open(server)) {
            int found = 0;
            int pings = 0;
            for (int second = 1; second <= 80; second++) {
                pass(Duration.ofSeconds(1));
                talking.sendText("tick " + second); // its echo shows that what came before it was read
                assertThat(talking.readText()).isEqualTo("tick " + second);
                pings += readTick(alive, second, true);
                if (found == 0) {
                    try {
                        readTick(mute, second, false);
                    } catch (IOException e) {
                        found = second;
                    }
                }
            }
            assertThat(found).as("seconds until the silent peer was found").isBetween(33, 35);
            assertThat(pings).as("pings of the one that answers, of which the fourth may come after 90 s").isEqualTo(3);
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).peer()).isEqualTo(1);
            assertThat(recorder.departures.get(0).reason())
                    .isEqualTo(CloseReason.of(CloseReason.ABNORMAL, "no pong for 10000 ms"));
            assertThat(server.hub().peers()).hasSize(2);
        }
    }

    /** {@return how many pings came before the tick} */
    private static int readTick(RawClient peer, int second, boolean answering) throws IOException {
        int pings = 0;
        RawClient.Frame frame = peer.read();
        while (frame.opcode() == RawClient.PING) {
            pings++;
            if (answering) {
                peer.send(RawClient.frame(0x8A, frame.payload()));
            }
            frame = peer.read();
        }
        assertThat(frame.text()).isEqualTo("tick " + second);
        if (pings > 0 && answering) {
            peer.send(RawClient.frame(0x89, new byte[0])); // is answered when the pong before it was read
            assertThat(peer.read().first()).isEqualTo(0x8A);
        }
        return pings;
    }
}
