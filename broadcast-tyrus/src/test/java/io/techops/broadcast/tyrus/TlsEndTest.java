package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.close;
import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testing.TlsClient;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a connection with TLS stalls, goes on, and ends. */
class TlsEndTest {

    private static final String NEW = "TLSv1.3";
    private static final String OLD = "TLSv1.2";
    private static final int SMALL_BUFFER = 16 << 10;
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private final Map<Peer, CloseReason> departures = new ConcurrentHashMap<>();

    private BroadcastHub.Builder hub() {
        return BroadcastHub.builder().retention(Retention.of(2_000, 64 << 20)).heartbeat(Duration.ZERO)
                .stallTimeout(LONG).closeTimeout(LONG).listener(new HubListener() {
            @Override
            public void unregistered(Peer peer, CloseReason reason) {
                departures.put(peer, reason);
            }
        });
    }

    private BroadcastServer start(BroadcastHub.Builder hub) {
        return Wire.TLS.start(hub);
    }

    private static Peer onlyPeer(BroadcastServer server) {
        return server.hub().peers().iterator().next();
    }

    private static String message(int number) {
        return number + " " + "0123456789".repeat(2_000);
    }

    // A peer that does not read.

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aPeerThatStalledGetsEverythingInOrderWhenItReadsAgain(String protocol) throws Exception {
        int count = 600;
        try (BroadcastServer server = start(hub());
                TlsClient stalled = new TlsClient(server.port(), protocol, SMALL_BUFFER).open()) {
            for (int i = 0; i < count; i++) {
                server.hub().broadcast(message(i));
            }
            await().until(() -> server.hub().stats().messages() == count && onlyPeer(server).lag() > 0);
            for (int i = 0; i < count; i++) {
                assertThat(stalled.read().text().equals(message(i))).as("message %s", i).isTrue();
            }
            stalled.send(stalled.text("and more"));
            assertThat(stalled.read().text()).isEqualTo("and more");
        }
    }

    @Test
    void aStalledPeerThatChangesItsKeysIsAnsweredBeforeItsNextMessages() throws Exception {
        int count = 300;
        try (BroadcastServer server = start(hub());
                TlsClient stalled = new TlsClient(server.port(), NEW, SMALL_BUFFER).open()) {
            for (int i = 0; i < count; i++) {
                server.hub().broadcast(message(i));
            }
            await().until(() -> onlyPeer(server).lag() > 0);
            for (int i = 0; i < 40; i++) {
                stalled.send(stalled.text("mine " + i));
            }
            stalled.send(concat(stalled.newKeys(), stalled.text("mine 40")));
            await().until(() -> server.hub().stats().messages() == count + 41);
            for (int i = 0; i < count; i++) {
                assertThat(stalled.read().text().equals(message(i))).as("message %s", i).isTrue();
            }
            for (int i = 0; i <= 40; i++) {
                assertThat(stalled.read().text()).isEqualTo("mine " + i);
            }
        }
    }

    @Test
    void aStalledPeerThatChangesItsKeysAgainAndAgainHasToGoWhateverElseItSends() throws Exception {
        try (BroadcastServer server = start(hub());
                TlsClient stalled = new TlsClient(server.port(), NEW, SMALL_BUFFER).open()) {
            for (int i = 0; i < 300; i++) {
                server.hub().broadcast(message(i));
            }
            try {
                // Those that come before the socket is full are answered.
                while (departures.isEmpty()) {
                    stalled.send(concat(stalled.newKeys(), stalled.text("mine")));
                }
            } catch (IOException e) {
                // it is gone
            }
            await().until(() -> departures.size() == 1);
        }
    }

    /** With TLS 1.2 that is the end of our direction too: what the hub writes meanwhile is lost. */
    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void whatAPeerSaysBeforeItsEndIsHeardAlsoIfItHadToWait(String protocol) throws Exception {
        int retained = 16;
        int count = 100;
        AtomicReference<CountDownLatch> gate = new AtomicReference<>(new CountDownLatch(0));
        ExecutorService threads = Executors.newCachedThreadPool();
        Executor waits = task -> threads.execute(() -> {
            try {
                gate.get().await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            task.run();
        });
        BroadcastHub.Builder hub = hub().executor(waits).retention(Retention.of(retained, 1 << 20));
        try (BroadcastServer server = start(hub); TlsClient peer = new TlsClient(server.port(), protocol).open();
                TlsClient other = new TlsClient(server.port(), protocol).open()) {
            gate.set(new CountDownLatch(1));
            byte[] texts = {};
            for (int i = 0; i < count; i++) {
                texts = concat(texts, frame(0x81, "text " + i));
            }
            peer.send(concat(peer.records(texts), peer.closeNotify()));
            await().until(() -> server.hub().stats().messages() >= retained);
            gate.get().countDown();
            for (int i = 0; i < count; i++) {
                assertThat(other.read().text()).isEqualTo("text " + i);
            }
            await().until(() -> departures.size() == 1);
        } finally {
            gate.get().countDown();
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aStalledPeerThatClosesIsAnsweredBehindItsMessagesAndSeesTheEnd(String protocol) throws Exception {
        int count = 300;
        try (BroadcastServer server = start(hub());
                TlsClient stalled = new TlsClient(server.port(), protocol).open()) {
            for (int i = 0; i < count; i++) {
                server.hub().broadcast(message(i));
            }
            await().until(() -> onlyPeer(server).lag() > 0);
            stalled.send(stalled.records(close(1000, "")));
            if (Kernel.isThere()) {
                await().until(() -> Kernel.unread(server.port()) == 0);
            }
            for (int i = 0; i < count; i++) {
                assertThat(stalled.read().text().equals(message(i))).as("message %s", i).isTrue();
            }
            assertThat(stalled.read().code()).isEqualTo(1000);
            assertThat(stalled.readsCloseNotifyAndEnd()).isTrue();
            await().until(() -> departures.size() == 1);
        }
    }

    // The closing handshake.

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aPeerThatClosesIsAnsweredAndSeesTheEndOfTlsAndOfTcp(String protocol) throws Exception {
        try (BroadcastServer server = start(hub()); TlsClient peer = new TlsClient(server.port(), protocol).open()) {
            Peer registered = onlyPeer(server);
            peer.send(peer.records(close(4000, "bye")));
            assertThat(peer.read().code()).isEqualTo(4000);
            assertThat(peer.readsCloseNotifyAndEnd()).isTrue();
            await().until(() -> CloseReason.of(4000, "bye").equals(departures.get(registered)));
        }
    }

    @Test
    void withTls13OurDirectionEndsBehindOurCloseFrameAndThePeerCanStillAnswer() throws Exception {
        try (BroadcastServer server = start(hub()); TlsClient peer = new TlsClient(server.port(), NEW).open()) {
            onlyPeer(server).close(CloseReason.of(4001, "go"));
            assertThat(peer.read().code()).isEqualTo(4001);
            assertThat(peer.readsCloseNotifyAndEnd()).isTrue();
            peer.send(peer.records(close(4001, "")));
            peer.send(peer.closeNotify());
            await().until(() -> departures.size() == 1);
        }
    }

    @Test
    void withTls12OurDirectionEndsWhenThePeerHasAnswered() throws Exception {
        try (BroadcastServer server = start(hub()); TlsClient peer = new TlsClient(server.port(), OLD).open()) {
            onlyPeer(server).close(CloseReason.of(4001, "go"));
            assertThat(peer.read().code()).isEqualTo(4001);
            peer.socket().setSoTimeout(300);
            assertThat(catchThrowable(peer::readByte))
                    .isInstanceOf(SocketTimeoutException.class);
            peer.socket().setSoTimeout((int) TestRun.LIMIT.toMillis());
            peer.send(peer.records(close(4001, "")));
            assertThat(peer.readsCloseNotifyAndEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aViolationIsToldAndThenTlsEnds(String protocol) throws Exception {
        try (BroadcastServer server = start(hub()); TlsClient peer = new TlsClient(server.port(), protocol).open()) {
            peer.send(peer.records(new byte[] {(byte) 0x81, 1, 'x'}));
            assertThat(peer.read().code()).isEqualTo(1002);
            assertThat(peer.readsCloseNotifyAndEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void whoeverEndsTlsWithoutACloseFrameIsGone(String protocol) throws Exception {
        try (BroadcastServer server = start(hub()); TlsClient peer = new TlsClient(server.port(), protocol).open()) {
            peer.send(peer.closeNotify());
            assertThat(peer.readsCloseNotifyAndEnd()).isTrue();
            await().until(() -> departures.size() == 1);
            assertThat(departures.values()).extracting(CloseReason::code).isEqualTo(List.of(CloseReason.ABNORMAL));
        }
    }

    // A port with pages, too.

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aConnectionThatAskedForAPageMayBecomeAPeerAndStays(String protocol) throws Exception {
        Files.writeString(folder.resolve("index.html"), "a page");
        int port = FreePort.find();
        try (BroadcastServer server = Wire.TLS.server().hub(hub().build()).port(port)
                        .pagePort(port).pages(Pages.folder(folder)).pageIdleTimeout(Duration.ofSeconds(3)).start();
                TlsClient peer = new TlsClient(port, protocol); TlsClient reader = new TlsClient(port, protocol)) {
            byte[] get = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            peer.send(peer.records(concat(get, TlsClient.request()))); // at once: it may be idle for a moment only
            reader.send(reader.records(get));
            for (TlsClient client : List.of(peer, reader)) {
                StringBuilder answer = new StringBuilder();
                while (!answer.toString().endsWith("a page")) {
                    answer.append((char) client.readByte());
                }
            }
            peer.readHead();
            assertThat(catchThrowable(reader::readByte))
                    .isInstanceOf(EOFException.class);
            peer.send(peer.text("still here"));
            assertThat(peer.read().text()).isEqualTo("still here");
            assertThat(server.hub().peers()).hasSize(1);
        }
    }
}
