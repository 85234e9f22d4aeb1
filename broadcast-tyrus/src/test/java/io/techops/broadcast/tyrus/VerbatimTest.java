package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one peer sends is what every peer gets, the sender included: nothing added, nothing lost. */
class VerbatimTest {

    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67";
    private static final int LIMIT = 65_536;

    private static final List<String> TEXTS = List.of(
            "hello", "", FAMILY, "gr\u00FC\u00DFe \u4F60\u597D \uD83D\uDE00", "\u0000\u0001\r\n\t\uFEFF\uFFFF",
            "<script>alert('x')</script>", "x".repeat(125), "x".repeat(126), "x".repeat(LIMIT - 1), "x".repeat(LIMIT),
            "\uD83D\uDE00".repeat(LIMIT / 4));

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyTextReachesEveryoneAsItWasSentTheSenderIncluded(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start();
                RawClient sender = wire.open(server);
                RawClient other = wire.open(server);
                JdkClient third = wire.jdk(server)) {
            for (String text : TEXTS) {
                sender.sendText(text);
                assertThat(sender.readText()).isEqualTo(text);
                assertThat(other.readText()).isEqualTo(text);
                assertThat(third.next()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyTextOfTheJdkClientReachesEveryone(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start();
                JdkClient sender = wire.jdk(server);
                RawClient other = wire.open(server)) {
            for (String text : TEXTS) {
                sender.send(text);
                assertThat(sender.next()).isEqualTo(text);
                assertThat(other.readText()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aMessageThatComesByteByByteIsOneMessage(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start(); RawClient peer = wire.connect(server)) {
            sendByteByByte(peer, RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            sendByteByByte(peer, RawClient.frame(0x81, FAMILY.getBytes(StandardCharsets.UTF_8)));
            sendByteByByte(peer, RawClient.frame(0x81, "y".repeat(200).getBytes(StandardCharsets.UTF_8)));
            sendByteByByte(peer, RawClient.frame(0x81, new byte[0]));
            assertThat(peer.readText()).isEqualTo(FAMILY);
            assertThat(peer.readText()).isEqualTo("y".repeat(200));
            assertThat(peer.readText()).isEmpty();
        }
    }

    private static void sendByteByByte(RawClient peer, byte[] bytes) throws Exception {
        for (byte one : bytes) {
            peer.send(new byte[] {one});
        }
    }

    @Test
    void aFrameThatComesWithTheLastPartOfASplitHandshakeIsRead() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().start(); RawClient peer = Wire.PLAIN.connect(server)) {
            byte[] request = RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1);
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            rest.write(request, 40, request.length - 40);
            rest.write(RawClient.frame(0x81, "early".getBytes(StandardCharsets.UTF_8)));
            peer.send(new String(request, 0, 40, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
            peer.send(rest.toByteArray());
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(peer.readText()).isEqualTo("early");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aFragmentedTextIsSentOnWholeAndAPingInBetweenIsAnswered(Wire wire) throws Exception {
        byte[] text = ("a" + FAMILY + "b").getBytes(StandardCharsets.UTF_8);
        try (BroadcastServer server = wire.server().start();
                RawClient sender = wire.open(server);
                RawClient other = wire.open(server)) {
            for (int cut = 0; cut <= text.length; cut++) {
                sender.send(RawClient.frame(0x01, java.util.Arrays.copyOf(text, cut)));
                sender.send(RawClient.frame(0x89, "there?".getBytes(StandardCharsets.UTF_8)));
                sender.send(RawClient.frame(0x00, new byte[0]));
                sender.send(RawClient.frame(0x80, java.util.Arrays.copyOfRange(text, cut, text.length)));
                RawClient.Frame pong = sender.read();
                assertThat(pong.first()).isEqualTo(0x8A);
                assertThat(pong.text()).isEqualTo("there?");
                assertThat(sender.readText()).isEqualTo("a" + FAMILY + "b");
                assertThat(other.readText()).isEqualTo("a" + FAMILY + "b");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aTextOfTheLimitInManyFragmentsIsSentOnWhole(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start(); RawClient peer = wire.open(server)) {
            byte[] part = "z".repeat(LIMIT / 64).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 64; i++) {
                peer.send(RawClient.frame(i == 0 ? 0x01 : i < 63 ? 0x00 : 0x80, part));
            }
            assertThat(peer.readText()).isEqualTo("z".repeat(LIMIT));
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void manyFramesInOneWriteAreManyMessages(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start(); RawClient peer = wire.open(server)) {
            ByteArrayOutputStream run = new ByteArrayOutputStream();
            for (int i = 0; i < 2_000; i++) {
                run.write(RawClient.frame(0x81, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
            }
            peer.send(run.toByteArray());
            for (int i = 0; i < 2_000; i++) {
                assertThat(peer.readText()).isEqualTo(Integer.toString(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aTextOverTheLimitEndsTheConnectionOfItsSenderOnly(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start();
                RawClient sender = wire.open(server);
                RawClient other = wire.open(server)) {
            sender.sendAll(RawClient.frame(0x81, "x".repeat(LIMIT + 1).getBytes(StandardCharsets.UTF_8)));
            assertThat(sender.readClose().code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
            other.sendText("still here");
            assertThat(other.readText()).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void theHostMaySendWhatNoPeerMay(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start();
                RawClient raw = wire.open(server);
                JdkClient jdk = wire.jdk(server)) {
            String large = "0123456789abcdef".repeat(3 << 16);
            server.hub().broadcast(large);
            server.hub().broadcast("half a pair: \uD83D.");
            assertThat(raw.readText()).isEqualTo(large);
            assertThat(raw.readText()).isEqualTo("half a pair: \uFFFD.");
            assertThat(jdk.next()).isEqualTo(large);
            assertThat(jdk.next()).isEqualTo("half a pair: \uFFFD.");
        }
    }
}
