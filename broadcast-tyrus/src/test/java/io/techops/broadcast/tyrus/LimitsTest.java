package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How many peers there may be, and from where. */
class LimitsTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    /** {@return the status of a handshake that says where it comes from; its connection is closed} */
    private static int statusOf(BroadcastServer server, String... headers) throws IOException {
        try (RawClient peer = RawClient.connect(server.port())) {
            return status(peer.ask(from(headers)));
        }
    }

    private static String from(String... headers) {
        return RawClient.handshake("/").replace("\r\n\r\n", "\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void onePeerMoreThanMaxPeersIsRefusedWith503UntilOneLeaves(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().maxPeers(2).start(); RawClient first = wire.open(server)) {
            try (RawClient second = wire.open(server); RawClient third = wire.connect(server)) {
                String answer = third.ask(RawClient.handshake("/"));
                assertThat(answer).startsWith("HTTP/1.1 503 ").contains("Retry-After: 10\r\n");
                assertThat(third.readBody()).contains("maxPeers");
                assertThat(server.hub().stats().refusals(RefusalCause.PEERS)).isEqualTo(1);
                second.sendText("undisturbed");
                assertThat(first.readText()).isEqualTo("undisturbed");
            }
            await().ignoreExceptions().until(() -> {
                wire.open(server).close();
                return true;
            });
        }
    }

    @Test
    void onePeerMoreThanMaxPeersPerAddressIsRefusedWith429() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().maxPeersPerAddress(1).start();
                RawClient first = Wire.PLAIN.open(server);
                RawClient second = Wire.PLAIN.connect(server);
                RawClient elsewhere = RawClient.connectFrom("127.0.0.9", server.port())) {
            String answer = second.ask(RawClient.handshake("/"));
            assertThat(answer).startsWith("HTTP/1.1 429 Too Many Requests\r\n").contains("Retry-After: 10\r\n");
            assertThat(second.readBody()).contains("maxPeersPerAddress");
            assertThat(server.hub().stats().refusals(RefusalCause.PEERS_PER_ADDRESS)).isEqualTo(1);
            assertThat(elsewhere.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 101 ");
            first.sendText("undisturbed");
            assertThat(elsewhere.readText()).isEqualTo("undisturbed");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 503", "false, 429"})
    void theBoundIsExactAlsoWhenManyComeAtOnce(boolean inAll, int refused) throws Exception {
        int bound = 7;
        int count = 40;
        BroadcastServer.Builder settings = Wire.PLAIN.server().handshakePolicy(HandshakePolicy.everyone());
        try (BroadcastServer server = (inAll ? settings.maxPeers(bound) : settings.maxPeersPerAddress(bound)).start()) {
            for (int round = 0; round < 5; round++) {
                long before = server.hub().stats().refusals();
                CyclicBarrier start = new CyclicBarrier(count);
                CountDownLatch over = new CountDownLatch(1);
                List<Future<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    Future<Integer> answer = threads.submit(() -> {
                        try (RawClient peer = RawClient.connect(server.port())) {
                            start.await(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
                            int status = status(peer.ask(RawClient.handshake("/")));
                            over.await();
                            return status;
                        }
                    });
                    answers.add(answer);
                }
                await().until(() -> server.hub().peers().size() == bound);
                long refusals = before + count - bound;
                await().until(() -> server.hub().stats().refusals() == refusals);
                over.countDown();
                List<Integer> seen = new ArrayList<>();
                for (Future<Integer> answer : answers) {
                    seen.add(answer.get());
                }
                assertThat(seen).containsOnly(101, refused).filteredOn(status -> status == 101).hasSize(bound);
                await().until(() -> server.hub().peers().isEmpty());
                awaitPlaces(server, bound);
            }
        }
    }

    /** Waits until exactly so many peers may come. */
    private static void awaitPlaces(BroadcastServer server, int count) throws IOException {
        List<RawClient> peers = new ArrayList<>();
        try {
            await().until(() -> {
                RawClient peer = RawClient.connect(server.port());
                peers.add(peer);
                return status(peer.ask(RawClient.handshake("/"))) == 101 && server.hub().peers().size() == count;
            });
            assertThat(statusOf(server)).isIn(503, 429);
        } finally {
            for (RawClient peer : peers) {
                peer.close();
            }
        }
        await().until(() -> server.hub().peers().isEmpty());
    }

    @Nested
    class APlaceIsGivenBack {

        /** There is one place: it is free if another peer may come. */
        private void isFree(BroadcastServer server) {
            await().ignoreExceptions().until(() -> {
                Wire.PLAIN.open(server).close();
                return true;
            });
        }

        @Test
        void whenTheHandshakeIsRefusedByThePolicy() throws Exception {
            try (BroadcastServer server = Wire.PLAIN.server().maxPeers(1).handshakePolicy(request ->
                    request.path().equals("/no") ? Decision.refuse(403, "no") : Decision.accept()).start()) {
                for (int i = 0; i < 5; i++) {
                    try (RawClient peer = RawClient.connect(server.port())) {
                        assertThat(peer.ask(RawClient.handshake("/no"))).startsWith("HTTP/1.1 403 ");
                    }
                }
                isFree(server);
            }
        }

        @Test
        void whenThePolicyThrows() throws Exception {
            HandshakePolicy policy = request -> {
                if (request.path().equals("/no")) {
                    throw new IllegalStateException("no");
                }
                return Decision.accept();
            };
            try (LogCatch log = new LogCatch();
                    BroadcastServer server = Wire.PLAIN.server().maxPeers(1).handshakePolicy(policy).start();
                    RawClient peer = RawClient.connect(server.port())) {
                assertThat(peer.ask(RawClient.handshake("/no"))).startsWith("HTTP/1.1 503 ");
                isFree(server);
                assertThat(log.warnings()).singleElement().asString().contains("A handshake policy failed");
            }
        }

        @Test
        void whenTheClientResetsWhileThePolicyThinks() throws Exception {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            try (BroadcastServer server = Wire.PLAIN.server().maxPeers(1).handshakePolicy(request -> {
                if (request.path().equals("/slow")) {
                    asked.countDown();
                    release.await();
                }
                return Decision.accept();
            }).start()) {
                RawClient peer = RawClient.connect(server.port());
                peer.send(RawClient.handshake("/slow").getBytes(StandardCharsets.US_ASCII));
                asked.await();
                peer.reset();
                release.countDown();
                isFree(server);
            }
        }

        @Test
        void whenTheClientResetsRightAfterTheHandshake() throws Exception {
            try (BroadcastServer server = Wire.PLAIN.server().maxPeers(1).start()) {
                for (int i = 0; i < 50; i++) {
                    RawClient peer = RawClient.connect(server.port());
                    peer.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
                    peer.reset();
                }
                isFree(server);
            }
        }

        @Test
        void whenThePeerResetsOrClosesOrIsClosed() throws Exception {
            Wire.atOnce(wire -> {
                try (BroadcastServer server = wire.server().maxPeers(1).start()) {
                    await().ignoreExceptions().until(() -> {
                        wire.open(server).reset();
                        return true;
                    });
                    await().ignoreExceptions().until(() -> {
                        try (RawClient peer = wire.open(server)) {
                            peer.sendClose(1000);
                            return peer.readClose().code() == 1000;
                        }
                    });
                    await().ignoreExceptions().until(() -> {
                        RawClient peer = wire.open(server);
                        peer.send(new byte[] {(byte) 0x81, 1, 'x'}); // not masked
                        return peer.readClose().code() == 1002;
                    });
                    await().ignoreExceptions().until(() -> {
                        wire.open(server).close();
                        return true;
                    });
                }
            });
        }

        @Test
        void whenTheHubIsClosedInBetween() throws Exception {
            BroadcastHub hub = BroadcastHub.create();
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            try (BroadcastServer server = Wire.PLAIN.server().hub(hub).handshakePolicy(request -> {
                asked.countDown();
                release.await();
                return Decision.accept();
            }).start(); RawClient peer = RawClient.connect(server.port())) {
                peer.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
                asked.await();
                hub.close(Duration.ofSeconds(1));
                release.countDown();
                assertThat(peer.readHead()).startsWith("HTTP/1.1 503 ");
                assertThat(peer.readsEnd()).isTrue();
            }
        }
    }

    @Nested
    class BehindAProxy {

        private int statusBehind(String trusted, String... headers) throws Exception {
            try (BroadcastServer server = Wire.PLAIN.server().trustedProxy(trusted).maxPeersPerAddress(1).start();
                    RawClient first = RawClient.connect(server.port())) {
                assertThat(first.ask(from("X-Forwarded-For: 203.0.113.1"))).startsWith("HTTP/1.1 101 ");
                return statusOf(server, headers);
            }
        }

        @Test
        void theClientIsCountedAndNotTheProxyWhichIsTrusted() throws Exception {
            assertThat(statusBehind("127.0.0.1", "X-Forwarded-For: 203.0.113.1")).isEqualTo(429);
            assertThat(statusBehind("127.0.0.1", "X-Forwarded-For: 203.0.113.2")).isEqualTo(101);
            assertThat(statusBehind("127.0.0.1")).as("the proxy itself").isEqualTo(101);
        }

        @Test
        void whatTheClientItselfWritesIntoTheHeaderDoesNotCount() throws Exception {
            assertThat(statusBehind("127.0.0.0/8", "X-Forwarded-For: 198.51.100.7, 203.0.113.1")).isEqualTo(429);
            assertThat(statusBehind("127.0.0.0/8", "X-Forwarded-For: 198.51.100.7", "X-Forwarded-For: 203.0.113.1"))
                    .isEqualTo(429);
        }

        @Test
        void theHeaderOfSomebodyElseDoesNotCount() throws Exception {
            assertThat(statusBehind("127.0.0.2", "X-Forwarded-For: 203.0.113.2")).isEqualTo(429);
        }

        @Test
        void theAddressesOfBothAreInThePeersAttributes() throws Exception {
            try (BroadcastServer server = Wire.PLAIN.server().trustedProxy("127.0.0.1").clientAddressHeader("forwarded")
                            .start();
                    RawClient peer = RawClient.connect(server.port())) {
                peer.ask(from("Forwarded: for=\"[2001:db8::1]:4711\";proto=https"));
                await().until(() -> server.hub().peers().size() == 1);
                assertThat(server.hub().peers().iterator().next().attributes().toMap())
                        .containsEntry(PeerAttributes.REMOTE_ADDRESS, new InetSocketAddress("2001:db8::1", 4711))
                        .containsEntry(PeerAttributes.PROXY_ADDRESS,
                            new InetSocketAddress("127.0.0.1", peer.socket().getLocalPort()));
            }
        }
    }
}
