package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SocketWatchTest {

    @Test
    void deadlinesThatAreCancelledAreForgottenLongBeforeTheirTime() {
        try (SocketWatch watch = new SocketWatch("broadcast-test-watch")) {
            long before = Resources.usedHeap();
            for (int i = 0; i < 500_000; i++) { // as many handshakes, each with a day's time
                watch.after(Duration.ofDays(1), () -> { }).cancel();
            }
            assertThat(Resources.usedHeap() - before).as("bytes").isLessThan(2 << 20);
        }
    }

    @Test
    void thoseThatAreNotCancelledAreMetInOrder() throws Exception {
        try (SocketWatch watch = new SocketWatch("broadcast-test-watch")) {
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
            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(met).hasSize(count).isSorted().doesNotContain(-1);
        }
    }
}
