package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.TlsClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS records on their way in and out, between a peer and the hub. */
class TlsTest {

    private static final String NEW = "TLSv1.3";
    private static final String OLD = "TLSv1.2";
    private static final int LARGE = 1 << 20;

    private final List<CloseReason> departures = new CopyOnWriteArrayList<>();
    private BroadcastServer server;

    @BeforeEach
    void start() {
        BroadcastHub hub = BroadcastHub.builder().retention(Retention.of(2_000, 64 << 20)).heartbeat(Duration.ZERO)
                .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(LARGE)))
                .listener(new HubListener() {
                    @Override
                    public void unregistered(Peer peer, CloseReason reason) {
                        departures.add(reason);
                    }
                }).build();
        server = Wire.TLS.server().maxMessageBytes(LARGE).hub(hub).start();
    }

    @AfterEach
    void end() {
        server.close();
    }

    private TlsClient connect(String protocol) throws IOException {
        return new TlsClient(server.port(), protocol);
    }

    private static void echoes(TlsClient peer, String text) throws IOException {
        peer.send(peer.text(text));
        assertThat(peer.read().text()).isEqualTo(text);
    }

    private void isGone(int code) {
        await().until(() -> departures.size() == 1);
        assertThat(departures.get(0).code()).isEqualTo(code);
        assertThat(server.hub().peers()).isEmpty();
    }

    // In.

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aRecordMayComeByteByByte(String protocol) throws Exception {
        try (TlsClient peer = connect(protocol)) {
            for (byte one : peer.records(TlsClient.request())) {
                peer.send(new byte[] {one});
            }
            peer.readHead();
            for (byte one : concat(peer.text("one"), peer.text("two"))) {
                peer.send(new byte[] {one});
            }
            assertThat(peer.read().text()).isEqualTo("one");
            assertThat(peer.read().text()).isEqualTo("two");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void framesMayComeInTheRecordOfTheRequest(String protocol) throws Exception {
        try (TlsClient peer = connect(protocol)) {
            peer.send(peer.records(concat(TlsClient.request(), frame(0x81, "one"), frame(0x81, "two"))));
            peer.readHead();
            assertThat(peer.read().text()).isEqualTo("one");
            assertThat(peer.read().text()).isEqualTo("two");
            echoes(peer, "three");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void recordsMayComeTogetherWithTheRequestsAndTheLastInTwoPieces(String protocol) throws Exception {
        for (int cut : new int[] {1, 4, 5, 20}) {
            try (TlsClient peer = connect(protocol)) {
                byte[] request = peer.records(TlsClient.request());
                byte[] one = peer.text("one");
                byte[] two = peer.text("two");
                peer.send(concat(request, one, Arrays.copyOf(two, cut)));
                peer.readHead();
                assertThat(peer.read().text()).isEqualTo("one");
                peer.send(Arrays.copyOfRange(two, cut, two.length));
                assertThat(peer.read().text()).isEqualTo("two");
                echoes(peer, "three");
                peer.send(peer.records(ClientFrames.close(1000, "")));
                assertThat(peer.read().code()).isEqualTo(1000);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aLargeMessageTakesManyRecordsInBothDirections(String protocol) throws Exception {
        String text = "0123456789abcdef".repeat(LARGE / 16);
        try (TlsClient peer = connect(protocol).open(); TlsClient other = connect(protocol).open()) {
            peer.send(peer.text(text));
            assertThat(peer.read().text().equals(text)).isTrue();
            assertThat(other.read().text().equals(text)).isTrue();
            echoes(other, "more");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aRecordThatWasChangedOnItsWayEndsTheConnectionAndTheClientIsToldWhy(String protocol) throws Exception {
        try (TlsClient peer = connect(protocol).open()) {
            byte[] record = peer.text("one");
            record[record.length - 1] ^= 1;
            peer.send(record);
            assertThatThrownBy(peer::read).isInstanceOf(SSLException.class).hasMessageContaining("bad_record_mac");
            isGone(CloseReason.ABNORMAL);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aRecordThatIsAnnouncedTooLongIsNotWaitedFor(String protocol) throws Exception {
        try (TlsClient peer = connect(protocol).open()) {
            peer.send(new byte[] {23, 3, 3, 0x48, 1});
            isGone(CloseReason.ABNORMAL);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD, NEW})
    void aStreamThatEndsWithinARecordIsTheEnd(String protocol) throws Exception {
        try (TlsClient peer = connect(protocol).open()) {
            byte[] record = peer.text("never whole");
            peer.send(Arrays.copyOf(record, record.length - 1));
            peer.socket().shutdownOutput();
            isGone(CloseReason.ABNORMAL);
            assertThat(server.hub().stats().messages()).isZero();
        }
    }

    // What TLS has to say itself.

    @Test
    void aPeerMayChangeItsKeysAndAskForNewOnes() throws Exception {
        try (TlsClient peer = connect(NEW).open(); TlsClient other = connect(NEW).open()) {
            for (int i = 0; i < 100; i++) {
                peer.send(concat(peer.newKeys(), peer.text("text " + i)));
                assertThat(peer.read().text()).isEqualTo("text " + i);
                assertThat(other.read().text()).isEqualTo("text " + i);
            }
        }
    }

    @Test
    void aPeerThatDoesNothingButChangeItsKeysHasToGo() throws Exception {
        try (TlsClient peer = connect(NEW).open(); TlsClient other = connect(NEW).open()) {
            for (int i = 0; i < 16; i++) {
                peer.send(peer.newKeys());
                assertThat(departures).isEmpty();
            }
            echoes(peer, "sixteen are fine");
            assertThat(other.read().text()).isEqualTo("sixteen are fine");
            assertThatThrownBy(() -> {
                while (true) { // until it hears of it
                    peer.send(peer.newKeys());
                }
            }).isInstanceOf(IOException.class);
            await().until(() -> departures.size() == 1);
            echoes(other, "one is left");
        }
    }

    /** New keys cost the server much more than the few bytes with which a peer asks for them. */
    @Test
    void aPeerThatChangesItsKeysWithEachMessageHasToGo() throws Exception {
        try (TlsClient peer = connect(NEW).open()) {
            try {
                for (int i = 0; i < 2_000 && departures.isEmpty(); i++) {
                    peer.send(concat(peer.newKeys(), peer.text("mine " + i)));
                }
            } catch (IOException e) {
                // it has heard of its end
            }
            await().until(() -> departures.size() == 1); // and not because the client has gone
        }
        assertThat(server.hub().stats().messages()).isBetween(200L, 1_000L);
    }

    @Test
    void manyNewKeysInOneRecordCountAsMany() throws Exception {
        try (TlsClient peer = connect(NEW).open()) {
            peer.send(peer.newKeys(300));
            isGone(CloseReason.ABNORMAL);
        }
    }

    @Test
    void afterTheUpgradeNobodyShakesHandsAgain() throws Exception {
        try (TlsClient peer = connect(OLD).open()) {
            peer.engine().beginHandshake();
            peer.send(peer.records(new byte[0]));
            isGone(CloseReason.ABNORMAL);
        }
    }

    @Test
    void beforeTheUpgradeNobodyShakesHandsAgain() throws Exception {
        try (TlsClient peer = connect(OLD)) {
            peer.engine().beginHandshake();
            peer.send(peer.records(new byte[0]));
            assertThatThrownBy(peer::readByte).isInstanceOf(IOException.class).hasMessageNotContaining("timed out");
            assertThat(server.hub().stats().registrations()).isZero();
        }
    }
}
