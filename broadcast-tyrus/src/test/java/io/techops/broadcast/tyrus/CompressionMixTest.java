package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Any text, through any mix of peers, to all, to all but some or to one, and to one that comes back, in its order. */
class CompressionMixTest {

    private static final int ROUNDS = 300;

    private final Random random = new Random(7692);
    private final List<Client> clients = new ArrayList<>();
    private BroadcastServer server;

    /** A peer of a kind, and what it has not read yet. */
    private static final class Client {
        final boolean numbered;
        final boolean compressing;
        final Deque<String> expected = new ArrayDeque<>();
        RawClient raw;
        Peer peer;
        String last = "";

        Client(boolean numbered, boolean compressing) {
            this.numbered = numbered;
            this.compressing = compressing;
        }

        void open(Wire wire, BroadcastServer server, String query) throws Exception {
            raw = wire.connect(server);
            String target = "/" + query;
            if (compressing) {
                DeflateClient.over(raw, target, numbered ? new String[] {Numbered.OFFER} : new String[0]);
            } else if (numbered) {
                Numbered.open(raw, target);
            } else {
                raw.shakeHands(target);
            }
            if (numbered) {
                assertThat(readText()).startsWith("event: open\n").contains("recovered: " + !query.isEmpty());
            }
            peer = server.hub().peers().stream().max(Comparator.comparing(Peer::id)).orElseThrow();
        }

        private String readText() throws Exception {
            return compressing ? DeflateClient.text(raw.read()) : raw.readText();
        }

        void send(String text) throws IOException {
            if (compressing) {
                raw.send(RawClient.frame(0xC1, DeflateClient.deflate(text.getBytes(StandardCharsets.UTF_8))));
            } else {
                raw.sendText(text);
            }
        }

        void readExpected() throws Exception {
            while (!expected.isEmpty()) {
                String text = readText();
                if (numbered) {
                    int end = text.indexOf("\n\n");
                    if (text.startsWith("id: ")) {
                        last = text.substring(4, end);
                    } else {
                        assertThat(text).startsWith("event: direct\n\n");
                    }
                    text = text.substring(end + 2);
                }
                assertThat(text).isEqualTo(expected.remove());
            }
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Client client : clients) {
            client.raw.close();
        }
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatEachIsToHearArrives(Wire wire) throws Exception {
        server = wire.server().compression(Compression.deflate().minBytes(20))
                .hub(BroadcastHub.builder().shards(2).delivery(DeliveryPolicy.everyoneButSender())
                        .retention(Retention.of(1_000, 64 << 20)).heartbeat(Duration.ZERO).build())
                .start();
        for (int i = 0; i < 8; i++) {
            Client client = new Client((i & 1) != 0, (i & 2) != 0);
            client.open(wire, server, "");
            clients.add(client);
        }
        for (int round = 0; round < ROUNDS; round++) {
            switch (random.nextInt(4)) {
                case 0 -> oneTalks();
                case 1 -> oneComesBack(wire);
                default -> theHostTalks(1 + random.nextInt(20));
            }
            for (Client client : clients) {
                client.readExpected();
            }
        }
        assertThat(server.compressionStats().messages()).isPositive();
    }

    private Client any() {
        return clients.get(random.nextInt(clients.size()));
    }

    private void expect(String text, Client except) {
        clients.stream().filter(each -> each != except).forEach(each -> each.expected.add(text));
    }

    private void oneTalks() throws IOException {
        Client talks = any();
        String text = text();
        talks.send(text);
        expect(text, talks);
    }

    private void theHostTalks(int messages) {
        for (int i = 0; i < messages; i++) {
            Client one = any();
            String text = text();
            switch (random.nextInt(4)) {
                case 0 -> {
                    server.hub().broadcast(Message.text(text), BroadcastOptions.except(one.peer));
                    expect(text, one);
                }
                case 1 -> {
                    one.peer.send(Message.text(text));
                    one.expected.add(text);
                }
                default -> {
                    server.hub().broadcast(text);
                    expect(text, null);
                }
            }
        }
    }

    /** A numbered one hears a message, is away for some, and goes on after the one it has heard. */
    private void oneComesBack(Wire wire) throws Exception {
        Client away = any();
        while (!away.numbered) {
            away = any();
        }
        String before = text();
        server.hub().broadcast(before);
        expect(before, null);
        away.readExpected();
        away.raw.close();
        for (int i = random.nextInt(5); i > 0; i--) {
            String text = text();
            server.hub().broadcast(text);
            expect(text, null);
        }
        away.open(wire, server, "?last_event_id=" + away.last);
    }

    /** {@return a text of any characters, which repeats itself more or less} */
    private String text() {
        int alphabet = 1 + random.nextInt(random.nextBoolean() ? 20 : 0x10FFFF);
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(random.nextInt(10) == 0 ? 8_000 : 400); length > 0; length--) {
            int next = random.nextInt(alphabet) + (random.nextBoolean() ? 0x20 : 0);
            text.appendCodePoint(next >= 0xD800 && next < 0xE000 || next > 0x10FFFF ? 'x' : next);
        }
        return text.toString();
    }
}
