package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What peers can make the server keep for them. */
class MemoryTest {

    private static final int PEERS = 100;
    private static final int LIMIT = 256 << 10;

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** {@return by how much the heap has grown, a peer, after many peers have sent {@code bytes}} */
    private static long growth(byte[][] bytes) throws Exception {
        List<RawClient> peers = new ArrayList<>();
        try (BroadcastServer server = Wire.PLAIN.server().maxMessageBytes(LIMIT).start()) {
            for (int i = 0; i < PEERS; i++) {
                peers.add(Wire.PLAIN.open(server));
            }
            long before = usedHeap();
            for (RawClient peer : peers) {
                for (byte[] part : bytes) {
                    peer.send(part);
                }
            }
            if (Kernel.isThere()) {
                await().atMost(Duration.ofSeconds(30)).until(() -> Kernel.unread(server.port()) == 0);
            }
            // What was read is with Tyrus once another message on another connection came through after it.
            try (RawClient probe = Wire.PLAIN.open(server)) {
                probe.sendText("probe");
                assertThat(probe.readText()).isEqualTo("probe");
            }
            long after = usedHeap();
            assertThat(server.hub().peers()).as("nobody was closed").hasSizeGreaterThanOrEqualTo(PEERS);
            for (RawClient peer : peers) {
                peer.close();
            }
            return (after - before) / PEERS;
        }
    }

    @Test
    void aHeaderThatPromisesMuchCostsNothingYet() throws Exception {
        byte[] header = ByteBuffer.allocate(14).put((byte) 0x81).put((byte) 0xFF).putLong(LIMIT).putInt(0).array();
        assertThat(growth(new byte[][] {header})).as("bytes a peer").isLessThan(32 << 10);
    }

    @Test
    void anIncompleteFrameCostsAboutWhatHasCome() throws Exception {
        byte[] whole = RawClient.frame(0x81, "x".repeat(LIMIT).getBytes(StandardCharsets.UTF_8));
        assertThat(growth(new byte[][] {Arrays.copyOf(whole, LIMIT / 2)})).as("bytes a peer").isLessThan(LIMIT);
    }

    @Test
    void anIncompleteMessageOfManyFragmentsStaysWithinTheLimit() throws Exception {
        byte[][] fragments = new byte[200][];
        for (int i = 0; i < fragments.length; i++) {
            int length = LIMIT / fragments.length;
            fragments[i] = RawClient.frame(i == 0 ? 0x01 : 0x00, "x".repeat(length).getBytes(StandardCharsets.UTF_8));
        }
        assertThat(growth(fragments)).as("bytes a peer").isLessThan(3L * LIMIT);
    }
}
