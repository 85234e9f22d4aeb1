package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Position;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Clients that speak {@code broadcast.v1}, byte by byte. */
final class Numbered {

    static final String OFFER = "Sec-WebSocket-Protocol: broadcast.v1";

    private Numbered() {
    }

    /** {@return a client that has seen its 101, which names the subprotocol} */
    static RawClient open(Wire wire, BroadcastServer server, String query) throws IOException {
        return open(wire.connect(server), "/" + query);
    }

    /** {@return the client, which has seen its 101} */
    static RawClient open(RawClient client, String target) throws IOException {
        assertThat(client.ask(RawClient.handshake(target, OFFER)))
                .startsWith("HTTP/1.1 101 ").contains("\r\n" + OFFER + "\r\n");
        return client;
    }

    /** {@return a client in the clear that goes on after a position, and has seen its 101} */
    static RawClient after(BroadcastServer server, Object position) throws IOException {
        return open(Wire.PLAIN, server, "?last_event_id=" + position);
    }

    /** {@return the position of a message that is broadcast} */
    static Position publish(BroadcastHub hub, String text) throws Exception {
        return hub.publish(text).toCompletableFuture().get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    static String opened(Position after, boolean recovered) {
        return "event: open\nid: " + after + "\nrecovered: " + recovered + "\n\n";
    }

    static String gap(Position after, String reason, String more) {
        return "event: gap\nid: " + after + "\nreason: " + reason + "\n" + more + "\n";
    }

    static String message(Position at, String text) {
        return "id: " + at + "\n\n" + text;
    }
}
