package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy that answers with a stage: which thread completes it, and what becomes of it if it does not. */
class LaterHandshakeDecisionTest {

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private final BlockingQueue<CompletableFuture<Decision>> asked = new LinkedBlockingQueue<>();
    private final HandshakePolicy later = HandshakePolicy.async(request -> {
        CompletableFuture<Decision> stage = new CompletableFuture<>();
        asked.add(stage);
        return stage;
    });

    private static void ask(RawClient peer) throws Exception {
        peer.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void isCompletedByAnyThread(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().handshakePolicy(later).start()) {
            try (RawClient peer = wire.connect(server)) {
                ask(peer);
                asked.take().complete(Decision.accept().attribute(USER, "ann").header("Set-Cookie", "a=1")
                        .header("Set-Cookie", "b=2"));
                assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ")
                        .contains("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
                peer.sendText("in");
                assertThat(peer.readText()).isEqualTo("in");
                assertThat(server.hub().peers().iterator().next().attributes().get(USER)).isEqualTo("ann");
            }
            try (RawClient peer = wire.connect(server)) {
                ask(peer);
                asked.take().complete(Decision.refuse(403, "no").header("X-Why", "because"));
                assertThat(peer.readHead()).startsWith("HTTP/1.1 403 ").contains("X-Why: because\r\n");
            }
        }
    }

    @Test
    void keepsNoThreadHoweverManyWait() throws Exception {
        int count = HandshakePolicy.MAX_CONCURRENT + 50;
        List<RawClient> peers = new ArrayList<>();
        try (BroadcastServer server = Wire.PLAIN.server().handshakeTimeout(Duration.ofMinutes(5))
                .handshakePolicy(later).start()) {
            List<CompletableFuture<Decision>> stages = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                peers.add(Wire.PLAIN.connect(server));
                ask(peers.get(i));
                stages.add(asked.take());
            }
            stages.forEach(stage -> stage.complete(Decision.accept()));
            for (RawClient peer : peers) {
                assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            }
        } finally {
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void isCancelledWhenTheClientLeaves(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().handshakeTimeout(Duration.ofMinutes(5)).maxPeers(1)
                .handshakePolicy(later).start()) {
            RawClient peer = wire.connect(server);
            ask(peer);
            CompletableFuture<Decision> stage = asked.take();
            peer.close();
            await().until(stage::isCancelled);
            try (RawClient next = wire.connect(server)) { // the permit was released
                ask(next);
                asked.take().complete(Decision.accept());
                assertThat(next.readHead()).startsWith("HTTP/1.1 101 ");
            }
        }
    }

    @Test
    void aPolicyThatBlocksIsInterruptedWhenTheClientLeaves() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        HandshakePolicy blocking = request -> {
            begun.countDown();
            try {
                return new CompletableFuture<Decision>().get();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        try (LogCatch log = new LogCatch(); BroadcastServer server = Wire.PLAIN.server()
                .handshakeTimeout(Duration.ofMinutes(5)).handshakePolicy(blocking).start()) {
            RawClient peer = Wire.PLAIN.connect(server);
            ask(peer);
            begun.await();
            peer.close();
            interrupted.await();
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void isCancelledAndRefusedWith503WhenTheTimeIsOver() throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = Wire.PLAIN.server()
                .handshakeTimeout(Duration.ofSeconds(4)).maxPeers(1).handshakePolicy(later).start()) {
            long begun = System.nanoTime();
            for (int i = 0; i < 2; i++) {
                try (RawClient peer = Wire.PLAIN.connect(server)) {
                    ask(peer);
                    CompletableFuture<Decision> stage = asked.take();
                    assertThat(peer.readHead()).startsWith("HTTP/1.1 503 ").contains("Retry-After: ");
                    await().until(stage::isCancelled);
                }
            }
            assertThat(server.hub().stats().refusals(RefusalCause.TIMEOUT)).isEqualTo(2);
            assertThat(log.warnings()).as("once in ten seconds at most")
                    .hasSizeBetween(1, LogCatch.mostLinesSince(begun))
                    .allSatisfy(line -> assertThat(line).contains("handshakeTimeout"));
        }
    }

    private void isRefusedWith503(Supplier<CompletionStage<Decision>> stage, String logged) throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = Wire.PLAIN.server()
                .handshakePolicy(HandshakePolicy.async(request -> stage.get())).start()) {
            for (int i = 0; i < 5; i++) {
                try (RawClient peer = Wire.PLAIN.connect(server)) {
                    assertThat(peer.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 503 ");
                }
            }
            assertThat(log.warnings()).hasSizeBetween(1, 3).allSatisfy(line -> assertThat(line).contains(logged));
        }
    }

    @Test
    void aStageThatFailsOrTellsNothingIsLoggedOnceABurst() throws Exception {
        isRefusedWith503(() -> CompletableFuture.failedStage(new IllegalStateException("it is down")), "it is down");
        isRefusedWith503(() -> CompletableFuture.completedStage(null), "returned null");
        isRefusedWith503(() -> null, "returned null");
        isRefusedWith503(() -> CompletableFuture.completedStage(Decision.accept().subprotocol("chat")), "not offered");
    }

    @Test
    void policiesThatDecideLaterAndAtOnceFollowEachOther() throws Exception {
        HandshakePolicy named = request -> Decision.accept().attribute(USER, Thread.currentThread().getName());
        HandshakePolicy no = request -> Decision.refuse(403, "no");
        for (HandshakePolicy policy : List.of(later.andThen(named), HandshakePolicy.everyone().andThen(later)
                .andThen(named))) {
            try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start();
                    RawClient peer = Wire.PLAIN.connect(server)) {
                ask(peer);
                asked.take().complete(Decision.accept());
                assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
                assertThat(server.hub().peers().iterator().next().attributes().get(USER))
                        .as("the second policy may wait").startsWith("broadcast-handshake-");
            }
        }
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(later.andThen(no)).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            ask(peer);
            asked.take().complete(Decision.accept());
            assertThat(peer.readHead()).startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void framesThatComeBeforeTheDecisionAreReadAfterIt(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().handshakePolicy(later).start();
                RawClient peer = wire.connect(server)) {
            ask(peer);
            for (int i = 0; i < 10; i++) {
                peer.sendText(i + "x".repeat(5_000));
            }
            asked.take().complete(Decision.accept());
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            for (int i = 0; i < 10; i++) {
                assertThat(peer.readText()).isEqualTo(i + "x".repeat(5_000));
            }
        }
    }

    @Test
    void aChallengeTakesThePlaceOfTheOneFor401() throws Exception {
        HandshakePolicy policy = request -> Decision.refuse(401, "who are you").challenge("Basic realm=\"live\"")
                .challenge("Negotiate");
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/"))).doesNotContain("Bearer")
                    .contains("WWW-Authenticate: Basic realm=\"live\"\r\nWWW-Authenticate: Negotiate\r\n");
        }
    }

    @Test
    void headersAreChecked() {
        Decision.Refuse refuse = Decision.refuse(403, "no");
        for (String name : List.of("", "a b", "a:", "a\r\n", "ü")) {
            assertThatThrownBy(() -> refuse.header(name, "x")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("name must be that of a header: ");
        }
        for (String name : List.of("content-length", "Connection", "UPGRADE", "Transfer-Encoding", "Date",
                "Sec-WebSocket-Accept")) {
            assertThatThrownBy(() -> Decision.accept().header(name, "x")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("name must not be that of a header which the server writes: ");
        }
        for (String value : List.of("a\r\nb: c", "a\nb", "a\0", "ü", "\u007f")) {
            assertThatThrownBy(() -> refuse.header("X-A", value)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("value of X-A must be printable ASCII, spaces and tabs");
        }
        assertThatThrownBy(() -> refuse.challenge("=x")).isInstanceOf(IllegalArgumentException.class);
        assertThat(refuse.header("X-A", "1").headers()).containsEntry("x-a", List.of("1"));
        assertThat(refuse.header("X-A", "s3cret").toString()).contains("X-A").doesNotContain("s3cret");
    }
}
