package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.handshake.ReceivedHandshake;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HandshakePolicyTest {

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private static Peer onlyPeer(BroadcastServer server) {
        await().until(() -> server.hub().peers().size() == 1);
        return server.hub().peers().iterator().next();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void seesWhatTheClientSaid(Wire wire) throws Exception {
        BlockingQueue<HandshakeRequest> seen = new LinkedBlockingQueue<>();
        HandshakePolicy policy = request -> {
            seen.add(request);
            return Decision.accept();
        };
        try (BroadcastServer server = wire.server().handshakePolicy(policy).start();
                RawClient peer = wire.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/a%20b?x=1&y=%zz", "X-Two: 1", "x-two: 2",
                    "Cookie: a=1; b=\"2\"; a=3", "Sec-WebSocket-Protocol: chat, mqtt",
                    "Sec-WebSocket-Protocol: stomp"))).startsWith("HTTP/1.1 101 ");
            HandshakeRequest request = seen.take();
            assertThat(request.path()).isEqualTo("/a%20b");
            assertThat(request.query()).isEqualTo("x=1&y=%zz");
            assertThat(request.headers()).containsEntry("X-TWO", List.of("1", "2"));
            assertThat(request.header("host")).isEqualTo("127.0.0.1");
            assertThat(request.header("absent")).isNull();
            assertThat(request.cookies()).isEqualTo(Map.of("a", "1", "b", "\"2\""));
            assertThat(request.subprotocols()).containsExactly("chat", "mqtt", "stomp");
            assertThat(request.remoteAddress()).isEqualTo(request.connectionAddress());
            assertThat(request.remoteAddress().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
            assertThat(request.remoteAddress().getPort()).isEqualTo(peer.socket().getLocalPort());
            assertThat(request.principal()).isNull();
            assertThatThrownBy(() -> request.headers().clear()).isInstanceOf(UnsupportedOperationException.class);
            assertThat(request.toString()).doesNotContain("x=1", "chat");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void givesThePeerAttributesAndASubprotocol(Wire wire) throws Exception {
        HandshakePolicy policy = request -> Decision.accept().attribute(USER, "ann").attribute(PeerAttributes.PATH,
                "mine").subprotocol("mqtt");
        try (BroadcastServer server = wire.server().handshakePolicy(policy).start();
                RawClient peer = wire.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/", "Sec-WebSocket-Protocol: chat, mqtt")))
                    .startsWith("HTTP/1.1 101 ").contains("Sec-WebSocket-Protocol: mqtt\r\n");
            peer.sendText("in");
            assertThat(peer.readText()).isEqualTo("in");
            assertThat(onlyPeer(server).attributes().toMap()).containsEntry(USER,
                    "ann").containsEntry(PeerAttributes.PATH, "mine")
                    .containsEntry(PeerAttributes.SUBPROTOCOL, "mqtt")
                    .containsEntry(PeerAttributes.REMOTE_ADDRESS,
                            new InetSocketAddress("127.0.0.1", peer.socket().getLocalPort()))
                    .doesNotContainKey(PeerAttributes.PROXY_ADDRESS);
        }
    }

    @ParameterizedTest
    @CsvSource({"401, WWW-Authenticate: Bearer", "403, Connection: close", "404, Connection: close",
        "429, Retry-After: 10", "503, Retry-After: 10", "451, Connection: close", "499, Connection: close"})
    void refusesWithAStatusAndAReasonBeforeThe101(int status, String header) throws Exception {
        HandshakePolicy policy = request -> Decision.refuse(status, "only for members, not für you");
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 " + status + " ")
                    .contains(header + "\r\n");
            assertThat(peer.readBody()).isEqualTo("only for members, not für you\n");
            assertThat(peer.readsEnd()).isTrue();
            assertThat(server.hub().stats().registrations()).isZero();
            assertThat(server.hub().stats().refusals(RefusalCause.POLICY)).isEqualTo(1);
        }
    }

    @Test
    void isNotAskedAboutWhatIsRefusedAnyway() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HandshakePolicy policy = request -> {
            asked.incrementAndGet();
            return Decision.accept();
        };
        try (BroadcastServer server = Wire.PLAIN.server().path("/live").maxPeers(1).handshakePolicy(policy).start();
                RawClient first = Wire.PLAIN.open(server)) {
            String good = RawClient.handshake("/live");
            Map<String, Integer> requests = Map.of(RawClient.handshake("/live", "Origin: http://evil.example"), 403,
                    RawClient.handshake("/dead"), 404,
                    good, 503, good.replace(": 13", ": 8"), 426, "GET /live HTTP/1.1\r\nHost: a\r\n\r\n", 426);
            for (Map.Entry<String, Integer> request : requests.entrySet()) {
                try (RawClient peer = Wire.PLAIN.connect(server)) {
                    assertThat(peer.ask(request.getKey())).startsWith("HTTP/1.1 " + request.getValue() + " ");
                }
            }
            assertThat(asked).hasValue(1);
            first.sendText("still here");
            assertThat(first.readText()).isEqualTo("still here");
        }
    }

    @Test
    void framesThatComeBeforeTheDecisionAreReadAfterIt() throws Exception {
        CountDownLatch decided = new CountDownLatch(1);
        HandshakePolicy policy = request -> {
            decided.await();
            return Decision.accept();
        };
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            byte[] early = RawClient.frame(0x81, "early".getBytes(StandardCharsets.UTF_8));
            byte[] all = (RawClient.handshake("/") + new String(early, StandardCharsets.ISO_8859_1))
                    .getBytes(StandardCharsets.ISO_8859_1);
            peer.send(all);
            peer.sendText("not quite so early");
            decided.countDown();
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(peer.readText()).isEqualTo("early");
            assertThat(peer.readText()).isEqualTo("not quite so early");
        }
    }

    @Nested
    class ThatFails {

        private void refusesAllWith503(HandshakePolicy policy, String logged) throws Exception {
            try (LogCatch log = new LogCatch();
                    BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start()) {
                long begin = System.nanoTime();
                for (int i = 0; i < 20; i++) {
                    try (RawClient peer = Wire.PLAIN.connect(server)) {
                        assertThat(peer.ask(RawClient.handshake("/", "Sec-WebSocket-Protocol: bearer, s3cret")))
                                .startsWith("HTTP/1.1 503 ").contains("Retry-After: ");
                        assertThat(peer.readBody()).doesNotContain("s3cret").doesNotContain("xception");
                    }
                }
                assertThat(log.warnings()).hasSizeBetween(1, LogCatch.mostLinesSince(begin))
                        .allSatisfy(line -> assertThat(line).contains(logged).doesNotContain("s3cret"));
            }
        }

        @Test
        void becauseItThrowsIsLoggedOnceABurst() throws Exception {
            refusesAllWith503(request -> {
                throw new java.io.IOException("the directory is down");
            }, "the directory is down");
            refusesAllWith503(request -> {
                throw new StackOverflowError("too deep");
            }, "too deep");
        }

        @Test
        void becauseItReturnsNothingIsLoggedOnceABurst() throws Exception {
            refusesAllWith503(request -> null, "returned null");
        }

        @Test
        void becauseItSelectsWhatWasNotOfferedIsLoggedOnceABurst() throws Exception {
            refusesAllWith503(request -> Decision.accept().subprotocol("chat"), "not offered");
        }

        @Test
        void becauseItWouldEchoTheTokenIsLoggedOnceABurst() throws Exception {
            refusesAllWith503(request -> Decision.accept().subprotocol(request.bearerToken()), "selected a token");
        }
    }

    @Test
    void isNamedInTheLogIfItGoesOnAfterTheEndOfTheServerAlthoughItWasInterrupted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        Semaphore end = new Semaphore(0);
        HandshakePolicy policy = request -> {
            asked.countDown();
            end.acquireUninterruptibly();
            return Decision.accept();
        };
        try (LogCatch log = new LogCatch();
                BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            peer.send(RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1));
            asked.await();
            server.close(TestRun.LIMIT);
            assertThat(log.warnings()).anyMatch(line -> line.contains("A handshake policy does not end"));
        } finally {
            end.release();
        }
    }

    @Nested
    class OneAfterTheOther {

        private final HandshakeRequest nobody = new ReceivedHandshake("/", null, Map.of(),
                new java.net.InetSocketAddress("127.0.0.1", 1), new java.net.InetSocketAddress("127.0.0.1", 1), null,
                        null, Replay.none());

        @Test
        void theFirstRefusalCounts() throws Exception {
            HandshakePolicy no = request -> Decision.refuse(403, "no");
            HandshakePolicy never = request -> {
                throw new AssertionError("was asked");
            };
            assertThat(no.andThen(never).decide(nobody)).isEqualTo(Decision.refuse(403, "no"));
            assertThat(HandshakePolicy.everyone().andThen(no).decide(nobody)).isEqualTo(Decision.refuse(403, "no"));
        }

        @Test
        void attributesAddUpAndTheLastSubprotocolCounts() throws Exception {
            AttributeKey<Integer> a = AttributeKey.of("a", Integer.class);
            AttributeKey<Integer> b = AttributeKey.of("b", Integer.class);
            HandshakePolicy one = request -> Decision.accept().attribute(a, 1).attribute(b, 1).subprotocol("x");
            HandshakePolicy two = request -> Decision.accept().attribute(b, 2);
            HandshakePolicy three = request -> Decision.accept().subprotocol("y");
            Decision.Accept both = (Decision.Accept) one.andThen(two).decide(nobody);
            assertThat(both.attributes().toMap()).isEqualTo(Map.of(a, 1, b, 2));
            assertThat(both.subprotocol()).isEqualTo("x");
            Decision.Accept all = (Decision.Accept) one.andThen(two).andThen(three).decide(nobody);
            assertThat(all.attributes().toMap()).isEqualTo(Map.of(a, 1, b, 2));
            assertThat(all.subprotocol()).isEqualTo("y");
        }
    }

    @ParameterizedTest
    @CsvSource({"399", "600", "101", "200", "426"})
    void refusalsHaveAStatusOfAnError(int status) {
        assertThatThrownBy(() -> Decision.refuse(status, "no")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("status must be from 400 to 599, and not 426: " + status);
    }

    @Test
    void aReasonIsOneLine() {
        assertThatThrownBy(() -> Decision.refuse(403, "no\r\nSet-Cookie: a=b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("reason must be one line of at most 200 characters: ");
        assertThatThrownBy(() -> Decision.refuse(403, "x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
    }
}
