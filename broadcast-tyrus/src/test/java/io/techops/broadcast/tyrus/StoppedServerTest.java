package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that stood still for longer than its time limits: what clients did in time counts. */
class StoppedServerTest {

    private static final int PEERS = 5;
    private static final Duration LIMITS = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(11);

    @ParameterizedTest
    @EnumSource
    void cutsNoPeerThatHasAnsweredAndNoHandshakeThatHasCome(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "processes are stopped with signals, on Linux");
        List<RawClient> peers = new ArrayList<>();
        List<RawClient> guests = new ArrayList<>();
        try (ServerChild server = new ServerChild(wire, List.of(), LIMITS)) {
            for (int i = 0; i < PEERS; i++) {
                peers.add(server.connect().shakeHands("/"));
            }
            for (RawClient peer : peers) {
                assertThat(peer.read().first()).as("a ping").isEqualTo(0x89);
            }
            if (wire == Wire.PLAIN) { // the handshake of TLS needs the server
                for (int i = 0; i < PEERS; i++) {
                    guests.add(server.connect());
                }
            }
            server.signal("STOP");
            for (RawClient peer : peers) {
                peer.send(RawClient.frame(0x8A, new byte[0]));
            }
            for (RawClient guest : guests) {
                guest.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
            }
            server.standStill(STOP);
            server.signal("CONT");
            for (RawClient guest : guests) {
                assertThat(guest.readHead()).startsWith("HTTP/1.1 101 ");
            }
            for (RawClient peer : peers) {
                peer.send(RawClient.frame(0x89, "still here?".getBytes(StandardCharsets.US_ASCII)));
                RawClient.Frame next = peer.read();
                while (next.first() == 0x89) {
                    peer.send(RawClient.frame(0x8A, new byte[0]));
                    next = peer.read();
                }
                assertThat(next.text()).isEqualTo("still here?");
            }
        } finally {
            for (RawClient peer : peers) {
                peer.close();
            }
            for (RawClient guest : guests) {
                guest.close();
            }
        }
    }
}
