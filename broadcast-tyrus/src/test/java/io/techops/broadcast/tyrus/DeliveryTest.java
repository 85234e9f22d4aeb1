package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets what, and what becomes of a binary message. */
class DeliveryTest {

    @Nested
    class ABinaryMessage {

        @ParameterizedTest
        @EnumSource(Wire.class)
        void isIgnoredWithoutAnErrorAndTheConnectionStaysOpen(Wire wire) throws Exception {
            Recorder recorder = new Recorder();
            try (BroadcastServer server = wire.start(BroadcastHub.builder().messageListener(recorder));
                    RawClient raw = wire.open(server);
                    JdkClient jdk = wire.jdk(server)) {
                raw.send(RawClient.frame(0x82, new byte[] {1, 2, 3}));
                raw.send(RawClient.frame(0x02, new byte[] {4}));
                raw.send(RawClient.frame(0x80, new byte[0]));
                jdk.send(new byte[0]);
                await().untilAsserted(() -> assertThat(recorder.ignored).hasSize(3));
                raw.sendText("open");
                assertThat(raw.readText()).isEqualTo("open");
                assertThat(jdk.next()).isEqualTo("open");
                jdk.send("also");
                assertThat(raw.readText()).isEqualTo("also");
                assertThat(recorder.ignored).contains(
                        Message.binary(new byte[] {1, 2, 3}), Message.binary(new byte[] {4}));
                assertThat(recorder.failures).isEmpty();
                assertThat(recorder.departures).isEmpty();
            }
        }

        @ParameterizedTest
        @EnumSource(Wire.class)
        void isRelayedAsBinaryIfThePolicySaysSo(Wire wire) throws Exception {
            byte[] all = new byte[256];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) i;
            }
            try (BroadcastServer server = wire.start(BroadcastHub.builder().policy(MessagePolicy.everything()));
                    RawClient raw = wire.open(server);
                    JdkClient jdk = wire.jdk(server)) {
                for (byte[] payload : new byte[][] {all, new byte[0], new byte[65_536]}) {
                    jdk.send(payload);
                    RawClient.Frame frame = raw.read();
                    assertThat(frame.first()).isEqualTo(0x82);
                    assertThat(frame.payload()).isEqualTo(payload);
                    assertThat(jdk.nextBinary()).isEqualTo(payload);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyoneButTheSenderGetsIt(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(BroadcastHub.builder().delivery(DeliveryPolicy.everyoneButSender()));
                RawClient one = wire.open(server);
                RawClient two = wire.open(server)) {
            one.sendText("from one");
            assertThat(two.readText()).isEqualTo("from one");
            two.sendText("from two");
            assertThat(one.readText()).isEqualTo("from two");
            server.hub().broadcast("for all");
            assertThat(one.readText()).isEqualTo("for all");
            assertThat(two.readText()).isEqualTo("for all");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatIsSentToOnePeerAloneKeepsItsPlace(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start();
                RawClient one = wire.open(server);
                RawClient two = wire.open(server)) {
            Peer first = server.hub().peers().stream().filter(peer -> peer.id() == 1).findFirst().orElseThrow();
            for (int i = 0; i < 2_000; i++) {
                server.hub().broadcast("all " + i);
                if (i % 3 == 0) {
                    assertThat(first.send(Message.text("alone " + i))).isTrue();
                }
            }
            for (int i = 0; i < 2_000; i++) {
                assertThat(one.readText()).isEqualTo("all " + i);
                assertThat(two.readText()).isEqualTo("all " + i);
                if (i % 3 == 0) {
                    assertThat(one.readText()).isEqualTo("alone " + i);
                }
            }
        }
    }

    @Test
    void aPolicyMayChangeWhatIsRelayedAndAnswerAlone() throws Exception {
        MessagePolicy policy = (context, message) -> {
            String text = ((Message.Text) message).text();
            if (text.equals("who am I")) {
                context.peer().send(Message.text("peer " + context.peer().id()));
                return MessagePolicy.Verdict.ignore();
            }
            return MessagePolicy.Verdict.relay(Message.text(context.peer().id() + ": " + text));
        };
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder().policy(policy));
                RawClient one = Wire.PLAIN.open(server);
                RawClient two = Wire.PLAIN.open(server)) {
            two.sendText("who am I");
            assertThat(two.readText()).isEqualTo("peer 2");
            two.sendText("hi");
            assertThat(one.readText()).isEqualTo("2: hi");
            assertThat(two.readText()).isEqualTo("2: hi");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPolicyThatThrowsEndsTheConnectionOfItsSenderWith1011(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        MessagePolicy policy = (context, message) -> {
            if (message.size() > 3) {
                throw new IllegalStateException("thrown on purpose");
            }
            return MessagePolicy.Verdict.relay(message);
        };
        try (LogCatch log = new LogCatch();
                BroadcastServer server = wire.start(BroadcastHub.builder().policy(policy).listener(recorder));
                RawClient one = wire.open(server);
                RawClient two = wire.open(server)) {
            one.send(RawClient.frame(0x81, "fatal".getBytes(StandardCharsets.UTF_8)));
            assertThat(one.readClose().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            two.sendText("ok");
            assertThat(two.readText()).isEqualTo("ok");
            await().untilAsserted(() -> assertThat(recorder.failures).hasSize(1));
            assertThat(log.warnings()).singleElement().asString().contains("The message policy threw");
        }
    }

    @Test
    void aPeerIsKnownByWhereItCameFromAndWhatItAskedFor() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().start();
                RawClient peer = RawClient.connect(server.port())) {
            peer.shakeHands("/rooms/blue?token=a%20b");
            Peer known = server.hub().peers().iterator().next();
            assertThat(known.attributes().toMap())
                    .containsEntry(PeerAttributes.PATH, "/rooms/blue")
                    .containsEntry(PeerAttributes.QUERY, "token=a%20b")
                    .containsEntry(PeerAttributes.REMOTE_ADDRESS,
                            new InetSocketAddress("127.0.0.1", peer.socket().getLocalPort()));
        }
    }
}
