package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testkit.VirtualTimer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What peers and the machine see of the end of a server. */
class GracefulEndTest {

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
    void allPeersThatAreSendingAtTheTimeSee1001(Wire wire) throws Exception {
        int count = wire == Wire.PLAIN ? 200 : 50;
        ServerThreads before = ServerThreads.now();
        BroadcastServer server = wire.start(BroadcastHub.builder().heartbeat(Duration.ZERO).floodGrace(LONG)
                .stallTimeout(LONG).closeTimeout(LONG));
        List<RawClient> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(wire.open(server));
        }
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch sending = new CountDownLatch(count);
        List<Future<Integer>> codes = new ArrayList<>();
        for (RawClient peer : peers) {
            codes.add(threads.submit(() -> peer.readClose().code()));
            threads.submit(() -> { // sends on, also after the server's close frame
                do {
                    peer.sendText("sending on and on");
                    sending.countDown();
                } while (!over.await(20, TimeUnit.MILLISECONDS));
                return null;
            });
        }
        sending.await();
        Future<?> closing = threads.submit(() -> server.close(AMPLE));
        List<Integer> seen = new ArrayList<>();
        for (Future<Integer> code : codes) {
            seen.add(code.get());
        }
        over.countDown();
        for (RawClient peer : peers) {
            peer.close();
        }
        closing.get();
        assertThat(seen).hasSize(count).containsOnly(1001);
        before.nothingIsLeft(server.port());
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatWasBroadcastBeforeTheEndReachesEveryone(Wire wire) throws Exception {
        BroadcastServer server = wire.start(BroadcastHub.builder().closeTimeout(LONG));
        try (RawClient peer = wire.open(server); JdkClient jdk = wire.jdk(server)) {
            for (int i = 0; i < 1_000; i++) {
                server.hub().broadcast("last words " + i);
            }
            Future<?> closing = threads.submit(() -> server.close(AMPLE));
            for (int i = 0; i < 1_000; i++) {
                assertThat(peer.readText()).isEqualTo("last words " + i);
                assertThat(jdk.next()).isEqualTo("last words " + i);
            }
            assertThat(peer.readClose().code()).isEqualTo(1001);
            peer.sendClose(1001);
            assertThat(jdk.closed().code()).isEqualTo(1001);
            assertThat(peer.readsEnd()).isTrue();
            closing.get();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatIsSlowToReadSees1001BehindAllThatWasSentBefore(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        BroadcastServer server = wire.start(BroadcastHub.builder().listener(recorder).closeTimeout(LONG));
        try (RawClient peer = wire.open(server, 16_384)) { // any kernel keeps the rest of it
            for (int i = 0; i < 20; i++) {
                server.hub().broadcast("w".repeat(6_000));
            }
            Future<?> closing = threads.submit(() -> server.close(AMPLE));
            await().untilAsserted(() -> assertThat(recorder.departures).as("its close frame was written").hasSize(1));
            peer.sendText("not yet told");
            for (int i = 0; i < 20; i++) {
                assertThat(peer.readText()).hasSize(6_000);
            }
            assertThat(peer.readClose().code()).isEqualTo(1001);
            peer.sendClose(1001);
            assertThat(peer.readsEnd()).isTrue();
            closing.get();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatNeverReadsDoesNotKeepTheServerBeyondTheLimit(Wire wire) throws Exception {
        ServerThreads before = ServerThreads.now();
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(LONG).closeTimeout(LONG).heartbeat(Duration.ZERO);
        BroadcastServer server = wire.start(hub);
        try (RawClient stalled = wire.open(server, 4_096)) {
            for (int i = 0; i < 400; i++) {
                server.hub().broadcast("s".repeat(32_000));
            }
            await().until(() -> server.hub().peers().iterator().next().lag() > 0);
            threads.submit(() -> server.close(Duration.ofMillis(300))).get();
            assertThat(stalled.readsEnd()).isTrue();
            before.nothingIsLeft(server.port());
        }
        assertThat(recorder.departures).hasSize(1);
    }

    @Test
    void aPeerThatDoesNotAnswerTheCloseFrameIsCutAtTheLimit() throws Exception {
        VirtualTimer timer = new VirtualTimer(); // the limit is not over before the close frame has come
        BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder().timer(timer).heartbeat(Duration.ZERO)
                .closeTimeout(LONG));
        try (RawClient mute = Wire.PLAIN.open(server)) {
            Future<?> closing = threads.submit(() -> server.close(AMPLE));
            assertThat(mute.readClose().code()).isEqualTo(1001);
            timer.pass(AMPLE);
            assertThat(mute.readsEnd()).isTrue();
            closing.get();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aHandshakeOnAnOpenConnectionIsRefusedWith503WhileTheServerDrains(Wire wire) throws Exception {
        BroadcastServer server = wire.start(BroadcastHub.builder().closeTimeout(LONG));
        try (RawClient late = wire.connect(server)) {
            late.send("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            try (RawClient mute = wire.open(server)) { // and so the one before was accepted, too
                Future<?> closing = threads.submit(() -> server.close(AMPLE));
                assertThat(mute.readClose().code()).isEqualTo(1001);
                String rest = RawClient.handshake("/");
                assertThat(late.ask(rest.substring(rest.indexOf("Host")))).startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: 1\r\n");
                assertThat(server.hub().stats().refusals(RefusalCause.CLOSED)).isEqualTo(1);
                mute.sendClose(1001);
                closing.get();
            }
        }
    }

    @Test
    void thePagesOfAConnectionThatIsOpenAreRefusedWith503WhileTheServerDrains(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("index.html"), "page");
        BroadcastServer server = Wire.PLAIN.server().hub(BroadcastHub.builder().closeTimeout(LONG).build())
                .pages(Pages.folder(folder)).pagePort(0).start();
        try (RawClient mute = Wire.PLAIN.open(server); RawClient reader = RawClient.connect(server.pagePort())) {
            String get = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
            assertThat(reader.ask(get)).startsWith("HTTP/1.1 200 ");
            assertThat(reader.readBody()).isEqualTo("page");
            Future<?> closing = threads.submit(() -> server.close(AMPLE));
            assertThat(mute.readClose().code()).isEqualTo(1001);
            assertThat(reader.ask(get)).startsWith("HTTP/1.1 503 ").contains("Connection: close\r\n");
            assertThat(reader.readsEnd()).isTrue();
            mute.sendClose(1001);
            closing.get();
        }
    }

    @Test
    void closingTwiceAndFromManyThreadsIsClosingOnce() throws Exception {
        ServerThreads before = ServerThreads.now();
        Recorder recorder = new Recorder();
        BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder().listener(recorder));
        try (RawClient peer = Wire.PLAIN.open(server)) {
            List<Future<?>> closing = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                closing.add(threads.submit(() -> server.close(AMPLE)));
            }
            assertThat(peer.readClose().code()).isEqualTo(1001);
            peer.sendClose(1001);
            for (Future<?> one : closing) {
                one.get();
            }
            server.close();
        }
        assertThat(recorder.departures).hasSize(1);
        before.nothingIsLeft(server.port());
    }

    @Test
    void aHubThatIsClosedByTheHostTakesItsPeersAlong() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().start(); RawClient peer = Wire.PLAIN.open(server)) {
            Future<?> closing = threads.submit(() -> server.hub().close(AMPLE));
            assertThat(peer.readClose().code()).isEqualTo(1001);
            peer.sendClose(1001);
            closing.get();
            try (RawClient late = RawClient.connect(server.port())) {
                assertThat(late.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 503 ");
            }
        }
    }
}
