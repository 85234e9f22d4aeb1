package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Numbered.OFFER;
import static io.techops.broadcast.tyrus.Numbered.gap;
import static io.techops.broadcast.tyrus.Numbered.message;
import static io.techops.broadcast.tyrus.Numbered.opened;
import static io.techops.broadcast.tyrus.Numbered.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is agreed on in a handshake: positions or not, and what of the past. */
class StreamHandshakeTest {

    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";
    private static final String PLAIN_ANSWER = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    private static BroadcastServer.Builder builder() {
        return Wire.PLAIN.server();
    }

    /** Broadcasts a message, which must come as it is and next. */
    private static void isPlain(RawClient peer, BroadcastServer server) throws Exception {
        server.hub().broadcast("hello");
        assertThat(peer.readBytes(7)).isEqualTo("\u0081\u0005hello".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void whoOffersNothingGetsWhatItAlwaysGot() throws Exception {
        try (BroadcastServer server = builder().start(); RawClient peer = Wire.PLAIN.connect(server)) {
            server.hub().broadcast("before");
            assertThat(peer.ask(RawClient.handshake("/?last_event_id=nonsense&last_event_id=a-1&x=%zz")))
                    .isEqualTo(PLAIN_ANSWER + "\r\n");
            isPlain(peer, server);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"broadcast.v1", "chat, broadcast.v1", "broadcast.v1,bearer,s3cret",
        "bearer, s3cret, broadcast.v1", "broadcast.v1, bearer.s3cret"})
    void theAnswerNamesBroadcastV1AndNothingElse(String offered) throws Exception {
        try (BroadcastServer server = builder().start(); RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/", SUBPROTOCOL + ": " + offered)))
                    .isEqualTo(PLAIN_ANSWER + OFFER + "\r\n\r\n");
            assertThat(peer.readText()).startsWith("event: open\n");
        }
    }

    @Test
    void otherSubprotocolsAreNotItsOwn() throws Exception {
        try (BroadcastServer server = builder().start(); RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/", SUBPROTOCOL + ": chat, broadcast.v2, BROADCAST.V1")))
                    .isEqualTo(PLAIN_ANSWER + "\r\n");
            isPlain(peer, server);
        }
    }

    @Test
    void withoutResumeTheOfferIsNotTaken() throws Exception {
        ReplayLimits limits = ReplayLimits.standard().resume(false).replay(5);
        try (BroadcastServer server = builder().replayLimits(limits).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            server.hub().broadcast("before");
            assertThat(peer.ask(RawClient.handshake("/?last_event_id=nonsense&replay=1", OFFER)))
                    .isEqualTo(PLAIN_ANSWER + "\r\n");
            assertThat(peer.readText()).isEqualTo("before");
            isPlain(peer, server);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "last_event_id=undefined | last_event_id must be a position: an epoch of 1 to 32 of 0-9 and a-z, a hyphen, "
                + "and a sequence from 0 to 9007199254740991.",
        "last_event_id=a-1&last_event_id=a-1 | last_event_id must be given once.",
        "replay=all | replay must be a number of messages, or latest.",
        "replay= | replay must be a number of messages, or latest.",
        "replay=1&replay=latest | replay must be given once."})
    void whatCannotBeMeantIsRefusedWithASentence(String query, String sentence) throws Exception {
        HandshakePolicy never = request -> {
            throw new AssertionError("was asked");
        };
        try (BroadcastServer server = builder().handshakePolicy(never).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/?" + query, OFFER))).startsWith("HTTP/1.1 400 ");
            assertThat(peer.readBody()).isEqualTo(sentence + "\n");
            assertThat(peer.readsEnd()).isTrue();
            assertThat(server.hub().stats().refusals(RefusalCause.HANDSHAKE)).isEqualTo(1);
        }
    }

    @Test
    void aBadReplayOfAPlainClientIsRefusedToo() throws Exception {
        try (BroadcastServer server = builder().start(); RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/?replay=-1"))).startsWith("HTTP/1.1 400 ");
        }
    }

    @Nested
    class WithAPolicy {

        /** As the documentation has it. */
        private final HandshakePolicy bearer = request -> request.subprotocols().contains("bearer")
                ? Decision.accept().subprotocol("bearer") : Decision.accept();

        @Test
        void theWordBeforeATokenDoesNotStandInTheWay() throws Exception {
            try (BroadcastServer server = builder().handshakePolicy(bearer).start();
                    RawClient numbered = Wire.PLAIN.connect(server); RawClient plain = Wire.PLAIN.connect(server)) {
                assertThat(numbered.ask(RawClient.handshake("/", SUBPROTOCOL + ": broadcast.v1, bearer, s3cret")))
                        .isEqualTo(PLAIN_ANSWER + OFFER + "\r\n\r\n");
                assertThat(numbered.readText()).startsWith("event: open\n");
                assertThat(plain.ask(RawClient.handshake("/", SUBPROTOCOL + ": bearer, s3cret")))
                        .isEqualTo(PLAIN_ANSWER + SUBPROTOCOL + ": bearer\r\n\r\n");
                isPlain(plain, server);
            }
        }

        @Test
        void theSubprotocolThatItSelectsIsSpoken() throws Exception {
            HandshakePolicy chat = request -> Decision.accept().subprotocol("chat");
            try (BroadcastServer server = builder().handshakePolicy(chat).start();
                    RawClient peer = Wire.PLAIN.connect(server)) {
                Position first = publish(server.hub(), "first");
                assertThat(peer.ask(RawClient.handshake("/?last_event_id=" + first.at(0),
                        SUBPROTOCOL + ": broadcast.v1, chat")))
                        .isEqualTo(PLAIN_ANSWER + SUBPROTOCOL + ": chat\r\n\r\n");
                isPlain(peer, server);
            }
        }

        @Test
        void broadcastV1CannotBeSelectedWithoutResume() throws Exception {
            HandshakePolicy chosen = request -> Decision.accept().subprotocol("broadcast.v1");
            ReplayLimits limits = ReplayLimits.standard().resume(false);
            try (LogCatch log = new LogCatch();
                    BroadcastServer server = builder().replayLimits(limits).handshakePolicy(chosen).start();
                    RawClient peer = Wire.PLAIN.connect(server)) {
                assertThat(peer.ask(RawClient.handshake("/", OFFER))).startsWith("HTTP/1.1 503 ");
                assertThat(log.warnings()).singleElement().asString()
                        .contains("selected broadcast.v1, which resume(false) has switched off");
            }
        }

        @Test
        void itSeesWhatIsAskedForAsFarAsTheSettingsAllowIt() throws Exception {
            BlockingQueue<Replay> asked = new LinkedBlockingQueue<>();
            HandshakePolicy policy = request -> {
                asked.add(request.replay());
                return Decision.accept();
            };
            Replay after = Replay.after(Position.of("k3f9", 7)).orElse(Replay.last(3));
            ReplayLimits limits = ReplayLimits.standard().replay(3).resumeMessages(100);
            try (BroadcastServer server = builder().replayLimits(limits).handshakePolicy(policy).start()) {
                Numbered.after(server, "k3f9-7&replay=9").close();
                assertThat(asked.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(after.within(100));
                try (RawClient plain = Wire.PLAIN.connect(server)) {
                    plain.shakeHands("/?last_event_id=k3f9-7&replay=9");
                }
                assertThat(asked.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Replay.last(3));
            }
        }

        private BroadcastServer granting(Replay granted) {
            return builder().handshakePolicy(HandshakePolicy.async(request -> CompletableFuture.supplyAsync(
                    () -> Decision.accept().replay(granted)))).start();
        }

        @Test
        void itMayGiveOneClientMoreThanTheSettings() throws Exception {
            try (BroadcastServer server = granting(Replay.last(2))) {
                server.hub().broadcast("one");
                server.hub().broadcast("two");
                try (RawClient peer = Wire.PLAIN.open(server)) {
                    assertThat(peer.readText()).isEqualTo("one");
                    assertThat(peer.readText()).isEqualTo("two");
                }
            }
        }

        @Test
        void whatItNarrowsIsToldAsAGap() throws Exception {
            try (BroadcastServer server = granting(Replay.last(2))) {
                Position last = publish(server.hub(), "m1").at(5);
                for (int i = 2; i <= 5; i++) {
                    server.hub().broadcast("m" + i);
                }
                try (RawClient far = Numbered.after(server, last.at(1)); RawClient near = Numbered.after(server,
                        last.at(4))) {
                    assertThat(far.readText()).isEqualTo(opened(last.at(3), false));
                    assertThat(far.readText()).isEqualTo(gap(last.at(3), "evicted", "missed: 2\n"));
                    assertThat(far.readText()).isEqualTo(message(last.at(4), "m4"));
                    assertThat(near.readText()).isEqualTo(opened(last.at(4), true));
                    assertThat(near.readText()).isEqualTo(message(last, "m5"));
                }
            }
        }

        @Test
        void whoGetsNothingOfThePastIsToldSo() throws Exception {
            try (BroadcastServer server = granting(Replay.none())) {
                publish(server.hub(), "m1");
                Position last = publish(server.hub(), "m2");
                try (RawClient peer = Numbered.after(server, last.at(1))) {
                    assertThat(peer.readText()).isEqualTo(opened(last, false));
                    assertThat(peer.readText()).isEqualTo(gap(last, "evicted", "missed: 1\n"));
                    Position next = publish(server.hub(), "m3");
                    assertThat(peer.readText()).isEqualTo(message(next, "m3"));
                }
            }
        }
    }

    @Nested
    class WithTopics {

        @Test
        void eachHasPositionsOfItsOwnAndItsNextLifeOthers() throws Exception {
            Topics topics = Topics.builder().idleTimeout(Duration.ZERO).build();
            try (BroadcastServer server = builder().topics(topics).start()) {
                Position last;
                try (RawClient news = RawClient.connect(server.port()); RawClient sport = RawClient.connect(
                        server.port())) {
                    Numbered.open(news, "/topics/news");
                    Numbered.open(sport, "/topics/sport");
                    String begun = news.readText();
                    sport.readText();
                    BroadcastHub hub = topics.hub("news");
                    last = publish(hub, "an election");
                    assertThat(begun).isEqualTo(opened(last.at(0), false));
                    assertThat(news.readText()).isEqualTo(message(last, "an election"));
                    Position goal = publish(topics.hub("sport"), "a goal");
                    assertThat(sport.readText()).isEqualTo(message(goal, "a goal"));
                    assertThat(goal.hasEpochOf(last)).isFalse();
                    news.sendClose(1000);
                    assertThat(news.readClose().code()).isEqualTo(1000);
                }
                await().until(() -> !topics.names().contains("news"));
                try (RawClient again = RawClient.connect(server.port())) {
                    Numbered.open(again, "/topics/news?last_event_id=" + last);
                    String begun = again.readText();
                    assertThat(begun).doesNotContain(last.epoch()).endsWith("-0\nrecovered: false\n\n");
                    assertThat(again.readText()).isEqualTo(
                            begun.replace("event: open", "event: gap").replace("recovered: false", "reason: epoch"));
                }
            }
        }
    }
}
