package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.LogCatch;
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
                watch.in(Duration.ofMillis(100 + i), () -> { // a late one has no grace, which would change the order
                    met.add(number);
                    all.countDown();
                });
            }
            all.await();
            assertThat(met).hasSize(count).isSorted().doesNotContain(-1);
        }
    }

    @Test
    void whatIsDoneAgainAndAgainIsNotEndedByWhatItThrows() throws Exception {
        try (LogCatch log = new LogCatch(); WriteReadiness watch = new WriteReadiness("broadcast-test-watch")) {
            CountDownLatch times = new CountDownLatch(3);
            Deadline repeated = watch.every(Duration.ofMillis(1), () -> {
                times.countDown();
                throw new OutOfMemoryError("on purpose");
            });
            times.await();
            CountDownLatch later = new CountDownLatch(1);
            watch.in(Duration.ofMillis(1), later::countDown);
            later.await();
            repeated.cancel();
            assertThat(log.warnings()).isNotEmpty().allSatisfy(line -> assertThat(line).contains("on purpose"));
        }
    }

    @Test
    void whatIsDoneAgainAndAgainNeedsNoMemoryToGoOn() {
        Deadlines deadlines = new Deadlines();
        int[] done = {0};
        Deadline repeated = new Deadline(Duration.ZERO, false, Duration.ofNanos(1), () -> done[0]++);
        deadlines.add(repeated);
        for (int i = 0; i < 100; i++) {
            Runnable due = deadlines.takeDue();
            while (due == null) {
                due = deadlines.takeDue();
            }
            due.run();
            assertThat(deadlines.waitMillis()).as("it is waited for again before it runs").isPositive();
        }
        assertThat(done[0]).isEqualTo(100);
        repeated.cancel();
        while (deadlines.waitMillis() > 0) {
            assertThat(deadlines.takeDue()).isNull();
        }
    }

    /** {@return the names of the threads that there are} */
    private static List<String> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(Thread::isAlive).map(Thread::getName)
                .filter(one -> one.startsWith(name)).sorted().toList();
    }

    @Test
    void aThreadIsStartedWhenASocketIsGivenToItAndEndsWithTheWatch() {
        String name = "watch of three threads";
        WriteReadiness watch = new WriteReadiness(name, 3);
        assertThat(threads(name)).containsExactly(name);
        ReadinessThread first = watch.next();
        assertThat(threads(name)).containsExactly(name);
        ReadinessThread second = watch.next();
        assertThat(threads(name)).containsExactly(name, name + "-2");
        ReadinessThread third = watch.next();
        assertThat(threads(name)).containsExactly(name, name + "-2", name + "-3");
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        assertThat(List.of(watch.next(), watch.next(), watch.next())).containsExactly(first, second, third);
        watch.close();
        assertThat(threads(name)).isEmpty();
    }

    @Test
    void noThreadIsStartedAfterTheEnd() {
        String name = "watch that has ended";
        WriteReadiness watch = new WriteReadiness(name, 2);
        watch.close();
        assertThat(watch.next()).isSameAs(watch.next());
        assertThat(threads(name)).isEmpty();
    }

    @Test
    void anErrorOnAThreadIsLoggedAndItsSocketsAreServed() throws Exception {
        try (WriteReadiness watch = new WriteReadiness("broadcast-test-watch", 2); LogCatch log = new LogCatch()) {
            for (ReadinessThread one : List.of(watch.next(), watch.next())) {
                CountDownLatch called = new CountDownLatch(2);
                try (SocketChannel bad = channel(); SocketChannel good = channel()) {
                    one.awaitWritable(bad, () -> {
                        called.countDown();
                        throw new StackOverflowError("in a callback");
                    });
                    one.awaitWritable(good, called::countDown);
                    called.await();
                }
            }
            await().untilAsserted(() -> assertThat(log.warnings()).hasSize(2)
                    .allMatch(line -> line.contains("A callback of the socket watch threw")));
        }
    }

    /** {@return a channel that is writable at once, because it is not connected} */
    private static SocketChannel channel() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        return channel;
    }

    /** {@return open channels that the thread knows, and does not wait for any more} */
    private static List<SocketChannel> known(ReadinessThread watch, int count) throws Exception {
        List<SocketChannel> channels = new ArrayList<>();
        CountDownLatch called = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = channel();
            watch.awaitWritable(channel, called::countDown);
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
     * Who closes a channel marks its keys as cancelled before it queues them for their selectors, and wakes no thread.
     * A selector that is busy with many closed channels keeps it waiting between the two.
     */
    @Test
    void aChannelThatIsBeingClosedWhenTheWatchLetsGoOfItIsGoneToo() throws Exception {
        try (WriteReadiness threads = new WriteReadiness("broadcast-test-watch", 1)) {
            ReadinessThread watch = threads.next();
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
