package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Numbered.message;
import static io.techops.broadcast.tyrus.Numbered.opened;
import static io.techops.broadcast.tyrus.Numbered.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer that speaks {@code broadcast.v1} is sent, to the byte. */
class NumberedPeerTest {

    private static Peer onlyPeer(BroadcastServer server) {
        await().until(() -> server.hub().peers().size() == 1);
        return server.hub().peers().iterator().next();
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyMessageFollowsItsPosition(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(BroadcastHub.builder())) {
            BroadcastHub hub = server.hub();
            Position before = publish(hub, "missed");
            try (RawClient peer = Numbered.open(wire, server, "")) {
                assertThat(peer.readText()).isEqualTo(opened(before, false));
                hub.broadcast("two\n\nlines, and ü");
                assertThat(peer.readText()).isEqualTo(message(before.at(2), "two\n\nlines, and ü"));
                hub.broadcast("");
                assertThat(peer.readText()).isEqualTo(message(before.at(3), ""));
                hub.broadcast(Message.text("{\"bid\":1.0841}"), BroadcastOptions.everyone().key("EURUSD €"));
                assertThat(peer.readText())
                        .isEqualTo("id: " + before.at(4) + "\nkey: EURUSD €\n\n{\"bid\":1.0841}");
                hub.broadcast(Message.binary(new byte[] {0, 10, 10, -1}));
                RawClient.Frame binary = peer.read();
                assertThat(binary.first()).isEqualTo(0x82);
                assertThat(binary.payload()).isEqualTo(bytes("id: " + before.at(5) + "\n\n\0\n\n\u00FF"));
                onlyPeer(server).send(Message.text("to you alone"));
                assertThat(peer.readText()).isEqualTo("event: direct\n\nto you alone");
                hub.broadcast("x".repeat(100_000));
                assertThat(peer.readText()).isEqualTo(message(before.at(6), "x".repeat(100_000)));
            }
        }
    }

    @Test
    void theFirstMessageOfAHubFollowsZero() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder());
                RawClient peer = Numbered.open(Wire.PLAIN, server, "")) {
            String open = peer.readText();
            Position first = publish(server.hub(), "first");
            assertThat(first.sequence()).isEqualTo(1);
            assertThat(open).isEqualTo(opened(first.at(0), false));
            assertThat(peer.readText()).isEqualTo(message(first, "first"));
        }
    }

    @Test
    void whatItSendsIsVerbatimAndPlainPeersBesideItGetNothingElse() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder());
                RawClient plain = Wire.PLAIN.open(server);
                RawClient numbered = Numbered.open(Wire.PLAIN, server, "")) {
            String epoch = numbered.readText().replaceAll("(?s).*id: (\\w+)-.*", "$1");
            numbered.sendText("id: x-1\n\nhello");
            assertThat(plain.readBytes(16)).isEqualTo(bytes("\u0081\16id: x-1\n\nhello"));
            assertThat(numbered.readText()).isEqualTo("id: " + epoch + "-1\n\nid: x-1\n\nhello");
            plain.sendText("hi");
            assertThat(plain.readBytes(4)).isEqualTo(bytes("\u0081\u0002hi"));
            assertThat(numbered.readText()).isEqualTo("id: " + epoch + "-2\n\nhi");
        }
    }

    @Test
    void sequencesSkipItsOwnMessagesUnderEveryoneButTheSender() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder()
                .delivery(DeliveryPolicy.everyoneButSender()));
                RawClient peer = Numbered.open(Wire.PLAIN, server, "")) {
            peer.readText();
            peer.sendText("mine");
            await().until(() -> server.hub().stats().messages() == 1);
            Position second = publish(server.hub(), "not mine");
            assertThat(second.sequence()).isEqualTo(2);
            assertThat(peer.readText()).isEqualTo(message(second, "not mine"));
        }
    }

    @Test
    void pingsAndTheEndAreAsEver() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder()
                .policy(MessagePolicy.textOnly()));
                RawClient peer = Numbered.open(Wire.PLAIN, server, "")) {
            peer.readText();
            peer.send(RawClient.frame(0x89, bytes("are you there")));
            assertThat(peer.readBytes(15)).isEqualTo(bytes("\u008a\15are you there"));
            Position last = publish(server.hub(), "the last");
            server.hub().shutdown(Duration.ofSeconds(20));
            assertThat(peer.readText()).isEqualTo(message(last, "the last"));
            RawClient.Frame close = peer.read();
            assertThat(close.opcode()).isEqualTo(RawClient.CLOSE);
            assertThat(close.code()).isEqualTo(1001);
            peer.sendClose(1001);
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @Test
    void aSnapshotIsForThisPeerAlone() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder()
                .snapshot((peer, after) -> List.of(Message.text("state after " + after))))) {
            Position before = publish(server.hub(), "a change");
            try (RawClient peer = Numbered.open(Wire.PLAIN, server, "")) {
                assertThat(peer.readText()).isEqualTo(opened(before, false));
                assertThat(peer.readText()).isEqualTo("event: direct\n\nstate after " + before);
                Position next = publish(server.hub(), "a change");
                assertThat(peer.readText()).isEqualTo(message(next, "a change"));
            }
        }
    }

    @Test
    void itsAttributeSaysWhatItSpeaks() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder());
                RawClient peer = Numbered.open(Wire.PLAIN, server, "")) {
            assertThat(onlyPeer(server).attributes().get(PeerAttributes.SUBPROTOCOL)).isEqualTo("broadcast.v1");
            assertThat(peer.readText()).startsWith("event: open\n");
        }
    }
}
