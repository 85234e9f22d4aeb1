package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What peers that speak {@code permessage-deflate} (RFC 7692) are sent, beside others. */
class CompressionTest {

    private static final String LONG = "{\"symbol\":\"EURUSD\",\"bid\":1.0812,\"ask\":1.0813}".repeat(20);

    private static BroadcastServer start(Wire wire, Compression compression) {
        return wire.server().compression(compression)
                .hub(BroadcastHub.builder().shards(4).heartbeat(Duration.ZERO).build()).start();
    }

    private static BroadcastServer start(Wire wire) {
        return start(wire, Compression.deflate());
    }

    @Nested
    class Offers {

        private static String answer(BroadcastServer server, String... headers) throws Exception {
            try (RawClient client = Wire.PLAIN.connect(server)) {
                return client.ask(RawClient.handshake("/", headers));
            }
        }

        @Test
        void areNotLookedAtUnlessCompressionIsOn() throws Exception {
            try (BroadcastServer server = start(Wire.PLAIN, Compression.off())) {
                assertThat(answer(server, DeflateClient.OFFER)).startsWith("HTTP/1.1 101 ")
                        .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
            }
        }

        @Test
        void areAcceptedFromAnyHeaderAndWithQuotes() throws Exception {
            try (BroadcastServer server = start(Wire.PLAIN)) {
                assertThat(answer(server, "Sec-WebSocket-Extensions: x; y=\"a,b\"",
                        "sec-websocket-extensions: permessage-deflate; server_max_window_bits=9",
                        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"10\""))
                        .contains(DeflateClient.ANSWER);
            }
        }

        @Test
        void ofAnExceptedClientAreDeclined() throws Exception {
            try (BroadcastServer server = start(Wire.PLAIN, Compression.deflate().except("Version/15.2 "))) {
                assertThat(answer(server, DeflateClient.OFFER, "User-Agent: Mozilla/5.0 Version/15.2 Safari/605.1.15"))
                        .startsWith("HTTP/1.1 101 ").doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
                assertThat(answer(server, DeflateClient.OFFER, "User-Agent: Mozilla/5.0 Version/15.4 Safari/605.1.15"))
                        .contains(DeflateClient.ANSWER);
            }
        }

        @Test
        void thatCannotBeAcceptedLeaveAPeerWithoutTheExtension() throws Exception {
            try (BroadcastServer server = start(Wire.PLAIN)) {
                assertThat(answer(server, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10"))
                        .startsWith("HTTP/1.1 101 ").doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageIsCompressedOnceForPeersOfAllShardsAndNumberedOnesToo(Wire wire) throws Exception {
        List<DeflateClient> peers = new ArrayList<>();
        try (BroadcastServer server = start(wire)) {
            for (int i = 0; i < 20; i++) {
                peers.add(DeflateClient.open(wire, server));
            }
            DeflateClient numbered = DeflateClient.open(wire, server, "", "Sec-WebSocket-Protocol: broadcast.v1");
            assertThat(numbered.readText()).startsWith("event: open\n");
            try (RawClient plain = wire.open(server)) {
                for (int i = 0; i < 10; i++) {
                    server.hub().broadcast(LONG + i);
                    assertThat(plain.readText()).isEqualTo(LONG + i);
                    for (DeflateClient peer : peers) {
                        RawClient.Frame frame = peer.raw.read();
                        assertThat(frame.first()).isEqualTo(0xC1);
                        assertThat(frame.payload().length).isLessThan(LONG.length() / 8);
                        assertThat(DeflateClient.text(frame)).isEqualTo(LONG + i);
                    }
                    assertThat(numbered.readText()).matches("id: \\w+-" + (i + 1) + "\n\n.*")
                            .endsWith("\n\n" + LONG + i);
                }
            }
            assertThat(server.compressionStats().messages()).isEqualTo(10);
            assertThat(server.compressionStats().bytesBefore()).isEqualTo(10L * (LONG.length() + 1));
            assertThat(server.compressionStats().bytesAfter()).isBetween(100L, 10L * LONG.length() / 8);
            for (DeflateClient peer : peers) {
                peer.close();
            }
            numbered.close();
        }
    }

    @Test
    void whatDoesNotGetSmallerIsSentAsItIs() throws Exception {
        byte[] noise = new byte[4_000];
        new Random(1).nextBytes(noise);
        try (BroadcastServer server = start(Wire.PLAIN, Compression.deflate().minBytes(0));
                DeflateClient peer = DeflateClient.open(Wire.PLAIN, server)) {
            server.hub().broadcast(Message.binary(noise));
            server.hub().broadcast("");
            server.hub().broadcast("a");
            RawClient.Frame frame = peer.raw.read();
            assertThat(frame.first()).isEqualTo(0x82);
            assertThat(frame.payload()).isEqualTo(noise);
            assertThat(peer.raw.readText()).isEmpty();
            assertThat(peer.raw.readText()).isEqualTo("a");
        }
    }

    @Test
    void whatIsUnderTheThresholdIsSentAsItIs() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN, Compression.deflate().minBytes(500).level(1));
                DeflateClient peer = DeflateClient.open(Wire.PLAIN, server)) {
            server.hub().broadcast("x".repeat(499));
            server.hub().broadcast("x".repeat(500));
            assertThat(peer.raw.readText()).hasSize(499);
            assertThat(peer.raw.read().first()).isEqualTo(0xC1);
            assertThat(server.compressionStats().messages()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageOfAMebibyteArrives(Wire wire) throws Exception {
        String large = LONG.repeat((1 << 20) / LONG.length());
        try (BroadcastServer server = start(wire); DeflateClient peer = DeflateClient.open(wire, server);
                RawClient plain = wire.open(server)) {
            server.hub().broadcast(large);
            assertThat(plain.readText()).isEqualTo(large);
            assertThat(peer.readText()).isEqualTo(large);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageOfAPeerIsInflatedAndCompressedAnew(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire); DeflateClient talks = DeflateClient.open(wire, server);
                DeflateClient hears = DeflateClient.open(wire, server); RawClient plain = wire.open(server)) {
            talks.sendText(LONG);
            talks.sendText("short");
            talks.raw.sendText("plain");
            talks.sendText("");
            for (String text : List.of(LONG, "short", "plain", "")) {
                assertThat(plain.readText()).isEqualTo(text);
                assertThat(hears.readText()).isEqualTo(text);
            }
            plain.sendText(LONG);
            assertThat(hears.raw.read().first()).isEqualTo(0xC1);
        }
    }

    @Test
    void aMessageToSomeIsCompressedToo() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); DeflateClient first = DeflateClient.open(Wire.PLAIN, server)) {
            Peer peer = server.hub().peers().iterator().next();
            try (DeflateClient second = DeflateClient.open(Wire.PLAIN, server)) {
                peer.send(Message.text(LONG + 1));
                server.hub().broadcast(Message.text(LONG + 2), BroadcastOptions.to(each -> each != peer));
                server.hub().broadcast(LONG + 3);
                for (int i : new int[] {1, 3}) {
                    RawClient.Frame frame = first.raw.read();
                    assertThat(frame.first()).isEqualTo(0xC1);
                    assertThat(DeflateClient.text(frame)).isEqualTo(LONG + i);
                }
                assertThat(second.readText()).isEqualTo(LONG + 2);
                assertThat(second.readText()).isEqualTo(LONG + 3);
            }
        }
    }

    @Test
    void aCompressingPeerGoesOnWhereItWas() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN)) {
            String id;
            try (DeflateClient peer = DeflateClient.open(Wire.PLAIN, server, "",
                    "Sec-WebSocket-Protocol: broadcast.v1")) {
                peer.readText();
                server.hub().broadcast(LONG);
                id = peer.readText().replaceAll("(?s)id: (\\S+)\n.*", "$1");
            }
            server.hub().broadcast(LONG + 2);
            try (DeflateClient peer = DeflateClient.open(Wire.PLAIN, server, "?last_event_id=" + id,
                    "Sec-WebSocket-Protocol: broadcast.v1")) {
                assertThat(peer.readText()).contains("recovered");
                assertThat(peer.readText()).endsWith("\n\n" + LONG + 2);
            }
        }
    }

    @Test
    void anyTextsArriveThroughAnyMixOfPeersInTheirOrder() throws Exception {
        Random random = new Random(15);
        try (BroadcastServer server = start(Wire.PLAIN, Compression.deflate().minBytes(20));
                DeflateClient first = DeflateClient.open(Wire.PLAIN, server);
                DeflateClient second = DeflateClient.open(Wire.PLAIN, server);
                RawClient plain = Wire.PLAIN.open(server)) {
            for (int round = 0; round < 300; round++) {
                String text = text(random);
                switch (random.nextInt(3)) {
                    case 0 -> first.sendText(text);
                    case 1 -> plain.sendText(text);
                    default -> server.hub().broadcast(text);
                }
                assertThat(first.readText()).isEqualTo(text);
                assertThat(second.readText()).isEqualTo(text);
                assertThat(plain.readText()).isEqualTo(text);
            }
        }
    }

    /** {@return a text of any characters, which repeats itself more or less} */
    private static String text(Random random) {
        int alphabet = 1 + random.nextInt(random.nextBoolean() ? 20 : 0x10FFFF);
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(random.nextInt(10) == 0 ? 15_000 : 600); length > 0; length--) {
            int next = random.nextInt(alphabet) + (random.nextBoolean() ? 0x20 : 0);
            text.appendCodePoint(next >= 0xD800 && next < 0xE000 || next > 0x10FFFF ? 'x' : next);
        }
        return text.toString();
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Compression.deflate().level(0))
                .withMessage("level must be from 1 to 9: 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Compression.deflate().level(10));
        assertThatIllegalArgumentException().isThrownBy(() -> Compression.deflate().minBytes(-1))
                .withMessage("minBytes must be at least 0: -1");
        assertThatIllegalStateException().isThrownBy(() -> Compression.off().level(1))
                .withMessage("compression is off, and has no settings: begin with Compression.deflate()");
        assertThat(Compression.deflate().level(9).minBytes(10)).hasToString("deflate, level 9, minBytes 10");
    }
}
