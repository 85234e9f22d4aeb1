package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process that stood still for longer than its time limits: what clients did in time counts. */
class StoppedServerTest {

    private static final int PEERS = 5;
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final Duration LIMITS = Duration.ofSeconds(30);
    private static final Duration STOP = LIMITS.plusSeconds(2);

    /** A server with peers, and with guests, which have connected and sent nothing. */
    private static final class Stopped implements AutoCloseable {

        private final List<RawClient> peers = new ArrayList<>();
        private final List<RawClient> guests = new ArrayList<>();
        private final ServerChild server;

        Stopped(Wire wire) throws IOException {
            server = new ServerChild(wire, List.of(), HEARTBEAT, LIMITS);
        }

        void connect(List<RawClient> to, int count) throws Exception {
            for (int i = 0; i < count; i++) {
                to.add(server.connect());
            }
        }

        void stop() throws Exception {
            server.signal("STOP");
            for (RawClient peer : peers) {
                peer.send(RawClient.frame(0x8A, new byte[0]));
            }
            for (RawClient guest : guests) {
                guest.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
            }
        }

        void goOn() throws Exception {
            server.signal("CONT");
            for (RawClient guest : guests) {
                assertThat(guest.readHead()).startsWith("HTTP/1.1 101 ");
            }
            for (RawClient peer : peers) {
                peer.send(RawClient.frame(0x89, "still here?".getBytes(StandardCharsets.US_ASCII)));
                RawClient.Frame next = peer.read();
                while (next.opcode() == RawClient.PING) {
                    peer.send(RawClient.frame(0x8A, new byte[0]));
                    next = peer.read();
                }
                assertThat(next.text()).isEqualTo("still here?");
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (RawClient peer : peers) {
                peer.close();
            }
            for (RawClient guest : guests) {
                guest.close();
            }
        }
    }

    /** Has the servers hear all their peers now: the limit of a ping that was sent before does not matter any more. */
    private static void areHeard(List<Stopped> servers) throws IOException {
        for (Stopped each : servers) {
            for (RawClient peer : each.peers) {
                peer.send(RawClient.frame(0x89, new byte[0]));
                RawClient.Frame next = peer.read();
                while (next.opcode() == RawClient.PING) {
                    next = peer.read();
                }
            }
        }
    }

    /** Both wires stand still at the same time, as the test does nothing but wait. */
    @Test
    void cutsNoPeerThatHasAnsweredAndNoHandshakeThatHasCome() throws Exception {
        assumeTrue(Kernel.isThere(), "processes are stopped with signals, on Linux");
        try (Stopped plain = new Stopped(Wire.PLAIN); Stopped tls = new Stopped(Wire.TLS)) {
            List<Stopped> both = List.of(plain, tls);
            for (Stopped each : both) {
                for (int i = 0; i < PEERS; i++) {
                    each.connect(each.peers, 1);
                    each.peers.get(i).shakeHands("/");
                    areHeard(both); // however long it takes to connect the others
                }
            }
            for (Stopped each : both) {
                for (RawClient peer : each.peers) {
                    assertThat(peer.read().opcode()).isEqualTo(RawClient.PING);
                }
            }
            plain.connect(plain.guests, PEERS); // not with TLS, whose handshake needs the server
            plain.stop();
            tls.stop();
            plain.server.standStill(STOP);
            plain.goOn();
            tls.goOn();
        }
    }
}
