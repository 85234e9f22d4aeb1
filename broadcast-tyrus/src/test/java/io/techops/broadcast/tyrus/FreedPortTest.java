package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The port of a server that ends is free for another one at once. */
class FreedPortTest {

    private static final Duration LONG = Duration.ofHours(1);
    /** For an end that has a moment to come, on any machine. */
    private static final Duration AMPLE = Duration.ofMinutes(5);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void anotherServerMayTakeThePortWhileTheFirstOneStillDrains(Wire wire) throws Exception {
        BroadcastServer first = wire.server().hub(BroadcastHub.builder().closeTimeout(LONG).build())
                .port(FreePort.find()).start();
        try (RawClient mute = wire.open(first)) {
            Future<?> closing = threads.submit(() -> first.close(AMPLE));
            assertThat(mute.readClose().code()).isEqualTo(1001);
            BroadcastServer[] second = new BroadcastServer[1];
            await().ignoreExceptions().until(() -> {
                second[0] = wire.server().port(first.port()).start();
                return true;
            });
            try (BroadcastServer own = second[0]; RawClient peer = wire.open(own)) {
                peer.sendText("at the second one");
                assertThat(peer.readText()).isEqualTo("at the second one");
                assertThat(closing.isDone()).as("the first one has ended").isFalse();
            }
            mute.sendClose(1001);
            closing.get();
        }
    }

    @Test
    void underLoadThePortCanBeBoundAgainAtOnce() throws Exception {
        ServerThreads before = ServerThreads.now();
        int port = FreePort.find();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger toConnectTo = new AtomicInteger();
        List<Future<?>> storm = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            storm.add(threads.submit(() -> {
                while (!over.get()) {
                    try (RawClient peer = RawClient.connect(toConnectTo.get())) {
                        peer.shakeHands("/").sendText("x");
                    } catch (IOException e) {
                        Thread.onSpinWait(); // between two servers
                    }
                }
            }));
        }
        for (int i = 0; i < 10; i++) {
            // Throws if the port is taken.
            BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(port).start();
            toConnectTo.set(port);
            await().until(() -> server.hub().stats().registrations() > 20);
            server.close(AMPLE);
        }
        over.set(true);
        for (Future<?> one : storm) {
            one.get();
        }
        before.nothingIsLeft(port);
    }

    @Test
    void thePortCanBeBoundAgainAtOnce() throws Exception {
        ServerThreads before = ServerThreads.now();
        int port = FreePort.find();
        for (int i = 0; i < 5; i++) {
            BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(port).start();
            try (RawClient peer = Wire.PLAIN.open(server)) {
                peer.sendText("round " + i);
                assertThat(peer.readText()).isEqualTo("round " + i);
                Future<?> closing = threads.submit(() -> server.close(AMPLE));
                assertThat(peer.readClose().code()).isEqualTo(1001);
                peer.sendClose(1001);
                closing.get();
                assertThat(peer.readsEnd()).isTrue();
            }
        }
        before.nothingIsLeft(port);
    }
}
