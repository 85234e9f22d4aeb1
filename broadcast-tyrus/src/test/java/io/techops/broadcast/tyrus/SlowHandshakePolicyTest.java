package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy that takes its time: whom it keeps waiting, and for how long. */
class SlowHandshakePolicyTest {

    private final CountDownLatch release = new CountDownLatch(1);

    private Decision waitIf(HandshakeRequest request, String path) throws InterruptedException {
        if (request.path().equals(path)) {
            release.await();
        }
        return Decision.accept();
    }

    /** Peers that have asked to be let in, and wait. */
    private static final class Crowd implements AutoCloseable {
        private final List<RawClient> peers = new ArrayList<>();

        void ask(int count, Wire wire, BroadcastServer server, String path) throws Exception {
            for (int i = 0; i < count; i++) {
                RawClient peer = wire.connect(server);
                peers.add(peer);
                peer.send(RawClient.handshake(path).getBytes(StandardCharsets.US_ASCII));
            }
        }

        void assertAccepted() throws Exception {
            for (RawClient peer : peers) {
                assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            }
        }

        @Override
        public void close() throws IOException {
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void delaysOnlyItsOwnHandshake(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().handshakeTimeout(Duration.ofMinutes(5))
                .handshakePolicy(request -> waitIf(request, "/slow")).start(); Crowd blocked = new Crowd()) {
            blocked.ask(100, wire, server, "/slow"); // many more than there are reading threads
            try (RawClient quick = wire.connect(server).shakeHands("/quick")) {
                quick.sendText("undisturbed");
                assertThat(quick.readText()).isEqualTo("undisturbed");
            }
            release.countDown();
            blocked.assertAccepted();
        }
    }

    @Test
    void isInterruptedAndItsHandshakeCutWhenTheTimeIsOver() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        HandshakePolicy policy = request -> {
            try {
                release.await();
                return Decision.accept();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        try (LogCatch log = new LogCatch();
                BroadcastServer server = Wire.PLAIN.server().handshakeTimeout(Duration.ofSeconds(5)).maxPeers(1)
                        .handshakePolicy(policy).start()) {
            try (RawClient peer = Wire.PLAIN.connect(server)) {
                peer.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
                assertThat(peer.readsNoUpgrade()).isTrue();
                interrupted.await();
            }
            assertThat(server.hub().stats().refusals(RefusalCause.TIMEOUT)).isEqualTo(1);
            release.countDown();
            await().ignoreExceptions().untilAsserted(() -> Wire.PLAIN.open(server).close()); // the place was given back
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void moreThanMayBeAskedAtOnceAreRefusedWith503() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HandshakePolicy policy = request -> {
            asked.incrementAndGet();
            return waitIf(request, "/");
        };
        try (BroadcastServer server = Wire.PLAIN.server().handshakeTimeout(Duration.ofMinutes(5))
                .handshakePolicy(policy).start(); Crowd blocked = new Crowd()) {
            blocked.ask(HandshakePolicy.MAX_CONCURRENT, Wire.PLAIN, server, "/");
            await().until(() -> asked.get() == HandshakePolicy.MAX_CONCURRENT);
            try (RawClient peer = Wire.PLAIN.connect(server)) {
                assertThat(peer.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: ");
            }
            release.countDown();
            blocked.assertAccepted();
        }
    }

    @Test
    void endsWithTheServer() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        BroadcastServer server = Wire.PLAIN.server().handshakePolicy(request -> {
            asked.countDown();
            release.await();
            return Decision.accept();
        }).start();
        try (RawClient peer = Wire.PLAIN.connect(server)) {
            peer.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
            asked.await();
            server.close(Duration.ofMillis(100));
            assertThat(peer.readsNoUpgrade()).isTrue();
            await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).noneMatch(
                    thread -> thread.getName().startsWith("broadcast-handshake") && thread.isAlive()));
        }
    }
}
