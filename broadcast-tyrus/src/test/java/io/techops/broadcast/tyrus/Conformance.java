package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server for tests of what RFC 6455 says, one for all cases of a class, as an extension that closes it. It relays
 * what it gets, binary messages too.
 */
final class Conformance implements AfterAllCallback, AutoCloseable {

    /** The longest message. */
    static final int LIMIT = 70_000;

    private final Recorder recorder = new Recorder();
    private final BroadcastServer server;

    Conformance() {
        this(Wire.PLAIN);
    }

    Conformance(Wire wire) {
        server = wire.server().maxMessageBytes(LIMIT).hub(BroadcastHub.builder().listener(recorder)
                .heartbeat(Duration.ZERO).closeTimeout(Duration.ofMinutes(5)) // a client may take its time
                .policy((context, message) -> MessagePolicy.Verdict.relay(message)).build()).start();
    }

    BroadcastServer server() {
        return server;
    }

    RawClient open() throws IOException {
        return RawClient.open(server.uri());
    }

    /** {@return the peer that connected last} */
    Peer newest() {
        return server.hub().peers().stream().max(Comparator.comparingLong(Peer::id)).orElseThrow();
    }

    /** {@return why a peer went, once it has gone} */
    CloseReason departure(Peer peer) {
        await().until(() -> !departures(peer).isEmpty());
        assertThat(departures(peer)).hasSize(1);
        assertThat(recorder.failures).isEmpty();
        return departures(peer).get(0).reason();
    }

    private List<Recorder.Departure> departures(Peer peer) {
        return recorder.departures.stream().filter(one -> one.peer() == peer.id()).toList();
    }

    /** Sends a text and sees it come back as the next frame: the connection is as good as new. */
    static void isUsable(RawClient peer) throws IOException {
        peer.sendText("still here");
        assertThat(peer.readText()).isEqualTo("still here");
    }

    /**
     * Sends what breaks a rule, and sees the server fail the connection as section 7.1.7 says: a close frame with the
     * code, then the end of the stream; the listener hears the code; another peer notices nothing. The phrase for a
     * message over the limit names the setting and the limit.
     */
    void failsWith(int code, byte[] bytes) throws IOException {
        try (RawClient other = open(); RawClient peer = open()) {
            Peer registered = newest();
            isUsable(peer);
            assertThat(other.readText()).isEqualTo("still here");
            peer.send(bytes);
            RawClient.Frame close = peer.readClose();
            assertThat(close.code()).isEqualTo(code);
            if (code == CloseReason.MESSAGE_TOO_BIG) {
                assertThat(close.phrase()).contains("maxMessageBytes").contains("" + LIMIT);
            }
            assertThat(peer.readsEnd()).isTrue();
            assertThat(departure(registered).code()).isEqualTo(code);
            other.sendText("undisturbed");
            RawClient.Frame next = other.read();
            while (!next.text().equals("undisturbed")) { // what came before the violation was broadcast
                next = other.read();
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        server.close(Duration.ofSeconds(5));
    }
}
