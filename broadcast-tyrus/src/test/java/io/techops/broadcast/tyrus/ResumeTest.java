package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Numbered.gap;
import static io.techops.broadcast.tyrus.Numbered.message;
import static io.techops.broadcast.tyrus.Numbered.opened;
import static io.techops.broadcast.tyrus.Numbered.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the stream of a peer begins, and what it is told of what is missing. */
class ResumeTest {

    private static BroadcastServer server(BroadcastServer.Builder builder, int retained) {
        return builder.hub(BroadcastHub.builder().retention(Retention.of(retained, 8 << 20)).build()).start();
    }

    private static BroadcastServer server(int retained) {
        return server(Wire.PLAIN.server(), retained);
    }

    private static BroadcastServer server(ReplayLimits limits) {
        return server(Wire.PLAIN.server().replayLimits(limits), 100);
    }

    /** {@return the position of the last of so many messages: m1, m2, and so on} */
    private static Position fill(BroadcastServer server, int messages) throws Exception {
        Position last = null;
        for (int i = 1; i <= messages; i++) {
            last = publish(server.hub(), "m" + i);
        }
        return last;
    }

    /** Reads the messages from one to another, and one that is broadcast now. */
    private static void goesOn(RawClient peer, BroadcastServer server, Position first, long last) throws Exception {
        for (long i = first.sequence(); i <= last; i++) {
            assertThat(peer.readText()).isEqualTo(message(first.at(i), "m" + i));
        }
        Position next = publish(server.hub(), "live");
        assertThat(peer.readText()).isEqualTo(message(next, "live"));
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void itGoesOnAfterItsPosition(Wire wire) throws Exception {
        try (BroadcastServer server = server(wire.server(), 100)) {
            Position last = fill(server, 5);
            try (RawClient peer = Numbered.open(wire, server, "?a=b&last_event_id=" + last.at(2))) {
                assertThat(peer.readText()).isEqualTo(opened(last.at(2), true));
                goesOn(peer, server, last.at(3), 5);
            }
        }
    }

    @Test
    void itGoesOnAfterTheNewestAndAfterZero() throws Exception {
        try (BroadcastServer server = server(100)) {
            Position last = fill(server, 3);
            try (RawClient peer = Numbered.after(server, last)) {
                assertThat(peer.readText()).isEqualTo(opened(last, true));
                goesOn(peer, server, last.at(4), 3);
            }
            try (RawClient peer = Numbered.after(server, last.at(0))) {
                assertThat(peer.readText()).isEqualTo(opened(last.at(0), true));
                for (int i = 1; i <= 3; i++) {
                    assertThat(peer.readText()).isEqualTo(message(last.at(i), "m" + i));
                }
            }
        }
    }

    @Test
    void whatIsNoLongerKeptIsAGapBeforeTheOldestThatIs() throws Exception {
        try (BroadcastServer server = server(4)) {
            Position last = fill(server, 10);
            try (RawClient peer = Numbered.after(server, last.at(3))) {
                assertThat(peer.readText()).isEqualTo(opened(last.at(6), false));
                assertThat(peer.readText()).isEqualTo(gap(last.at(6), "evicted", "missed: 3\n"));
                goesOn(peer, server, last.at(7), 10);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'', 11", "&replay=2, 9", "&replay=100, 8"})
    void anotherEpochIsAGapBeforeWhatReplayAsksFor(String replay, int first) throws Exception {
        try (BroadcastServer server = server(ReplayLimits.standard().replay(3))) {
            Position last = fill(server, 10);
            try (RawClient peer = Numbered.after(server, "k3f9x2m7-4" + replay)) {
                assertThat(peer.readText()).isEqualTo(opened(last.at(first - 1), false));
                assertThat(peer.readText()).isEqualTo(gap(last.at(first - 1), "epoch", ""));
                goesOn(peer, server, last.at(first), 10);
            }
        }
    }

    @Test
    void aPositionOfTheFutureIsAGap() throws Exception {
        try (BroadcastServer server = server(100)) {
            Position last = fill(server, 3);
            try (RawClient peer = Numbered.after(server, last.at(4))) {
                assertThat(peer.readText()).isEqualTo(opened(last, false));
                assertThat(peer.readText()).isEqualTo(gap(last, "future", ""));
                goesOn(peer, server, last.at(4), 3);
            }
        }
    }

    @Test
    void howFarBackItMayGoIsASetting() throws Exception {
        try (BroadcastServer server = server(ReplayLimits.standard().resumeMessages(2))) {
            Position last = fill(server, 10);
            try (RawClient peer = Numbered.after(server, last.at(8))) {
                assertThat(peer.readText()).isEqualTo(opened(last.at(8), true));
                goesOn(peer, server, last.at(9), 10);
            }
            try (RawClient peer = Numbered.after(server, last.at(3))) {
                assertThat(peer.readText()).isEqualTo(opened(last.at(9), false));
                assertThat(peer.readText()).isEqualTo(gap(last.at(9), "evicted", "missed: 6\n"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whoFallsOffTheTailUnderSkipIsToldWhatItMissed(Wire wire) throws Exception {
        int large = 1 << 20;
        BroadcastHub.Builder hub = BroadcastHub.builder().overflow(OverflowPolicy.skip())
                .retention(Retention.of(4, 64 << 20)).stallTimeout(TestRun.LIMIT).heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub);
                RawClient peer = Numbered.open(wire.connect(server, 8 << 10), "/")) {
            Position last = null;
            for (int i = 0; i < 40; i++) {
                last = publish(server.hub(), "x".repeat(large));
            }
            assertThat(peer.readText()).isEqualTo(opened(last.at(0), false));
            long at = 0;
            int gaps = 0;
            while (at < last.sequence()) {
                String text = peer.readText();
                if (text.startsWith("event: gap\n")) {
                    long to = Long.parseLong(text.replaceAll("(?s).*id: \\w+-(\\d+)\n.*", "$1"));
                    assertThat(text).isEqualTo(gap(last.at(to), "overflow", "missed: " + (to - at) + "\n"));
                    at = to;
                    gaps++;
                } else {
                    at++;
                    assertThat(text).startsWith("id: " + last.at(at) + "\n\nxxx");
                }
            }
            assertThat(gaps).isPositive();
            assertThat(server.hub().stats().overflows()).isEqualTo(gaps);
        }
    }

    /** {@return a client without a subprotocol that has seen its 101} */
    private static RawClient plain(BroadcastServer server, String query) throws IOException {
        return Wire.PLAIN.connect(server).shakeHands("/" + query);
    }

    @Test
    void aPlainPeerBeginsWithTheLastMessagesIfTheServerAllowsIt() throws Exception {
        try (BroadcastServer server = server(ReplayLimits.standard().replay(3))) {
            fill(server, 10);
            try (RawClient two = plain(server, "?replay=2"); RawClient many = plain(server, "?replay=50");
                    RawClient none = plain(server, "?replay=0"); RawClient latest = plain(server, "?replay=latest")) {
                assertThat(two.readText()).isEqualTo("m9");
                assertThat(two.readText()).isEqualTo("m10");
                for (int i = 8; i <= 10; i++) {
                    assertThat(many.readText()).isEqualTo("m" + i);
                }
                server.hub().broadcast("live");
                assertThat(two.readText()).isEqualTo("live");
                assertThat(many.readText()).isEqualTo("live");
                assertThat(none.readText()).isEqualTo("live");
                assertThat(latest.readText()).isEqualTo("live");
            }
        }
    }

    @Test
    void byDefaultNothingIsReplayed() throws Exception {
        try (BroadcastServer server = server(100)) {
            Position last = fill(server, 3);
            try (RawClient plain = plain(server, "?replay=2");
                    RawClient numbered = Numbered.open(Wire.PLAIN, server, "?replay=2")) {
                assertThat(numbered.readText()).isEqualTo(opened(last, false));
                goesOn(numbered, server, last.at(4), 3);
                assertThat(plain.readText()).isEqualTo("live");
            }
        }
    }

    @Test
    void theNewestMessageOfEveryKeyIsWhereAPeerMayBegin() throws Exception {
        try (BroadcastServer server = server(ReplayLimits.standard().replayLatest(true))) {
            BroadcastOptions everyone = BroadcastOptions.everyone();
            for (String text : new String[] {"a1", "b1", "a2"}) {
                server.hub().broadcast(Message.text(text), everyone.key(text.substring(0, 1)));
            }
            Position last = publish(server.hub(), "no key");
            try (RawClient plain = plain(server, "?replay=latest");
                    RawClient numbered = Numbered.open(Wire.PLAIN, server, "?replay=latest")) {
                assertThat(plain.readText()).isEqualTo("b1");
                assertThat(plain.readText()).isEqualTo("a2");
                assertThat(numbered.readText()).startsWith("event: open\nid: ").endsWith("\nrecovered: false\n\n");
                assertThat(numbered.readText()).isEqualTo("id: " + last.at(2) + "\nkey: b\n\nb1");
                assertThat(numbered.readText()).isEqualTo("id: " + last.at(3) + "\nkey: a\n\na2");
                goesOn(numbered, server, last.at(5), 4);
                assertThat(plain.readText()).isEqualTo("live");
            }
        }
    }
}
