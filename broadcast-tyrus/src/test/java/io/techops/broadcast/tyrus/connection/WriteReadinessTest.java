package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Resources;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WriteReadinessTest {

    @Test
    void deadlinesThatAreCancelledAreForgottenLongBeforeTheirTime() {
        try (WriteReadiness watch = new WriteReadiness("broadcast-test-watch")) {
            long before = Resources.usedHeap();
            for (int i = 0; i < 500_000; i++) { // as many handshakes, each with a day's time
                watch.after(Duration.ofDays(1), () -> { }).cancel();
            }
            assertThat(Resources.usedHeap() - before).as("bytes").isLessThan(2 << 20);
        }
    }

    @Test
    void thoseThatAreNotCancelledAreMetInOrder() throws Exception {
        try (WriteReadiness watch = new WriteReadiness("broadcast-test-watch")) {
            List<Integer> met = new ArrayList<>(); // by the one thread of the watch
            int count = 300;
            CountDownLatch all = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                int number = i;
                watch.after(Duration.ofHours(1), () -> met.add(-1)).cancel();
                watch.after(Duration.ofMillis(100 + i), () -> {
                    met.add(number);
                    all.countDown();
                });
            }
            all.await();
            assertThat(met).hasSize(count).isSorted().doesNotContain(-1);
        }
    }

    /** {@return open channels that the watch knows, and does not wait for any more} */
    private static List<SocketChannel> known(WriteReadiness watch, int count) throws Exception {
        List<SocketChannel> channels = new ArrayList<>();
        CountDownLatch called = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            watch.awaitWritable(channel, called::countDown); // at once, because it is not connected
            channels.add(channel);
        }
        called.await();
        return channels;
    }

    private static void close(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    /**
     * Who closes a channel marks its keys as cancelled before it queues them for their selectors, and wakes nobody. A
     * selector that is busy with many closed channels keeps it waiting between the two.
     */
    @Test
    void aChannelThatIsBeingClosedWhenTheWatchLetsGoOfItIsGoneToo() throws Exception {
        try (WriteReadiness watch = new WriteReadiness("broadcast-test-watch")) {
            for (int round = 0; round < 200; round++) {
                SocketChannel last = known(watch, 1).get(0);
                List<SocketChannel> many = known(watch, 200);
                close(many);
                watch.letGo(many.get(0)); // it wakes, and frees the first,
                while (many.get(0).isRegistered() && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
                watch.letGo(last); // and while it frees the others
                last.close();
                await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                        .untilAsserted(() -> assertThat(last.isRegistered()).as("known to the watch").isFalse());
            }
        }
    }
}
