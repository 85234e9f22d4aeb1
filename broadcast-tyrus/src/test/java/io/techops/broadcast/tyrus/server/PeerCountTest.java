package io.techops.broadcast.tyrus.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeerCountTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void peersAreCountedTwiceASecondAtMostHoweverOftenTheyAreAskedFor() {
        AtomicInteger counts = new AtomicInteger();
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - SECOND / 2); // it may overflow
        try (BroadcastHub hub = BroadcastHub.create()) {
            PeerCount peers = new PeerCount(() -> {
                counts.incrementAndGet();
                return hub.stats();
            }, now::get);
            for (int second = 1; second <= 3; second++) {
                for (int i = 0; i < 5; i++) {
                    assertThat(peers.members()).isEqualTo("\"peers\":0,\"allPeers\":null");
                }
                assertThat(counts).hasValue(2 * second);
                now.addAndGet(SECOND - 1);
                peers.members();
                assertThat(counts).hasValue(2 * second);
                now.addAndGet(1);
            }
        }
    }
}
