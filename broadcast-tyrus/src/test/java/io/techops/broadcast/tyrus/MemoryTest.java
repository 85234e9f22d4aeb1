package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static io.techops.broadcast.testing.ClientFrames.frameOf;
import static io.techops.broadcast.testing.ClientFrames.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What peers can make the server keep for an incomplete message: what has come and half as much again, but no more than
 * {@code maxMessageBytes}. What is promised costs nothing.
 */
class MemoryTest {

    private static final int PEERS = 100;
    private static final int LIMIT = 256 << 10;
    private static final int IDLE = 1000;
    /** Two KiB, and the heap's own uncertainty divided by the peers. */
    private static final long IDLE_BYTES = 2048 + 100;
    /** What a connection costs beside its message, and the heap's own uncertainty divided by the peers. */
    private static final long MARGIN = 12 << 10;

    /** {@return by how much the heap grows, a peer, when many peers send a frame that is not complete} */
    private static long growth(byte[] incompleteFrame) throws Exception {
        return growth(incompleteFrame, new byte[0], 0);
    }

    /** {@return by how much the heap grows, a peer, when many peers send some bytes and then fragments, many times} */
    private static long growth(byte[] first, byte[] fragments, int times) throws Exception {
        List<RawClient> peers = new ArrayList<>();
        try (BroadcastServer server = Wire.PLAIN.server().maxMessageBytes(LIMIT)
                .hub(BroadcastHub.builder().heartbeat(Duration.ZERO).build()).start()) {
            for (int i = 0; i < PEERS; i++) {
                peers.add(Wire.PLAIN.open(server));
            }
            long before = Resources.usedHeap();
            for (RawClient peer : peers) {
                peer.send(first);
                for (int i = 0; i < times; i++) {
                    peer.send(fragments);
                }
            }
            for (RawClient peer : peers) {
                if (times > 0) { // all was looked at once a ping that came behind it is answered
                    peer.send(frame(0x89, "seen"));
                    assertThat(peer.read().text()).isEqualTo("seen");
                }
            }
            if (Kernel.isThere()) {
                await().until(() -> Kernel.unread(server.port()) == 0);
            }
            // What was read has been looked at when another message on another connection came through after it.
            try (RawClient probe = Wire.PLAIN.open(server)) {
                probe.sendText("probe");
                assertThat(probe.readText()).isEqualTo("probe");
            }
            long after = Resources.usedHeap();
            assertThat(server.hub().peers()).as("no peer was closed").hasSizeGreaterThanOrEqualTo(PEERS);
            for (RawClient peer : peers) {
                peer.close();
            }
            return (after - before) / PEERS;
        }
    }

    @Test
    void aPausedPeerCostsNoMoreThanTwoMessagesAndAFewKiB() throws Exception {
        int limit = 1 << 10;
        BroadcastHub hub = BroadcastHub.builder().executor(task -> { }) // never runs a shard: the hub stays saturated
                .retention(Retention.of(4, 1 << 20)).build();
        byte[] flood = frame(0x81, new int[limit - 8]);
        for (int i = 0; i < 6; i++) {
            flood = concat(flood, flood);
        }
        List<RawClient> peers = new ArrayList<>();
        BroadcastServer server = Wire.PLAIN.server().maxMessageBytes(limit).hub(hub).start();
        try {
            for (int i = 0; i < PEERS; i++) {
                peers.add(Wire.PLAIN.open(server));
            }
            for (int i = 0; i < 8; i++) {
                peers.get(0).sendText("fills the log");
            }
            long before = Resources.usedHeap();
            for (RawClient peer : peers.subList(1, PEERS)) {
                peer.send(flood); // 64 KiB: the first message is parked, and the rest must stay in the kernel
            }
            await().until(() -> hub.stats().waits() >= PEERS);
            assertThat((Resources.usedHeap() - before) / PEERS).as("bytes a peer").isLessThan(2 * limit + MARGIN);
        } finally {
            try (LogCatch expected = new LogCatch()) {
                hub.close(Duration.ZERO);
                server.close(Duration.ZERO);
                assertThat(expected.warnings()).allMatch(line -> line.contains("did not end the hub"));
            }
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Offers: nothing", DeflateClient.OFFER})
    void anIdlePeerCostsTwoKiBWithCompressionToo(String offer) throws Exception {
        List<RawClient> peers = new ArrayList<>();
        try (ServerChild server = new ServerChild(Wire.PLAIN, List.of(), Duration.ofMinutes(5))) {
            for (int i = 0; i < IDLE; i++) { // so that all classes are loaded, and every table has grown
                peers.add(open(server, offer));
            }
            for (RawClient peer : peers) {
                peer.close();
            }
            await().until(() -> Kernel.connectionsOf(server.port()).isEmpty());
            long before = server.usedHeap();
            peers.clear();
            for (int i = 0; i < IDLE; i++) {
                peers.add(open(server, offer));
            }
            assertThat((server.usedHeap() - before) / IDLE).as("bytes of live heap a peer").isLessThan(IDLE_BYTES);
        } finally {
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    private static RawClient open(ServerChild server, String offer) throws Exception {
        RawClient peer = server.connect();
        assertThat(peer.ask(RawClient.handshake("/", offer)).contains("permessage-deflate"))
                .isEqualTo(offer.equals(DeflateClient.OFFER));
        return peer;
    }

    @Test
    void aHeaderThatPromisesMuchCostsNothing() throws Exception {
        assertThat(growth(header(0x81, 8, LIMIT))).as("bytes a peer").isLessThan(MARGIN);
    }

    @Test
    void anIncompleteFrameCostsWhatHasComeAndHalfAsMuchAgain() throws Exception {
        byte[] whole = frameOf(0x81, LIMIT);
        assertThat(growth(Arrays.copyOf(whole, LIMIT / 2))).as("bytes a peer").isLessThan(LIMIT * 3L / 4 + MARGIN);
    }

    @Test
    void anIncompleteFrameCostsNoMoreThanTheLimit() throws Exception {
        byte[] whole = frame(0x81, "\u20AC" + "x".repeat(LIMIT - 3)); // decoded, it would be twice as long
        assertThat(growth(Arrays.copyOf(whole, whole.length - 1))).as("bytes a peer").isLessThan(LIMIT + MARGIN);
    }

    @Test
    void fragmentsOfOneByteCostAByteEach() throws Exception {
        int each = 1_000;
        byte[] fragments = FragmentationTest.fragments(2, new byte[each], 1);
        fragments[0] = 0x00; // all of them go on with a message, none ends it
        fragments[fragments.length - 7] = 0x00;
        assertThat(growth(frame(0x02), fragments, 1)).as("bytes a peer").isLessThan(2 * each + MARGIN);
    }

    @Test
    void anIncompleteMessageOfManyFragmentsCostsNoMoreThanTheLimit() throws Exception {
        assertThat(growth(frame(0x01), frameOf(0x00, LIMIT / 200), 200)).as("bytes a peer").isLessThan(LIMIT + MARGIN);
    }

    @Test
    void endlessFragmentsOfNoBytesCostNothing() throws Exception {
        byte[] empty = frame(0x00);
        for (int i = 0; i < 10; i++) {
            empty = concat(empty, empty);
        }
        assertThat(growth(frame(0x02), empty, 20)).as("bytes a peer, for 20,480 fragments").isLessThan(MARGIN);
    }
}
