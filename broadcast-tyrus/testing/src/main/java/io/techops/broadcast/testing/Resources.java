package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What this process occupies.
 *
 * @param threads how many are alive
 * @param descriptors how many are open; 0 where Linux does not say
 * @param heap bytes in use after a collection
 */
public record Resources(long threads, long descriptors, long heap) {

    private static final int COLLECTIONS = 4;

    /** {@return what it occupies now, after collections} */
    public static Resources now() {
        return new Resources(liveThreads(), openDescriptors(), usedHeap());
    }

    private static long liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("awaitility")).count();
    }

    private static long openDescriptors() {
        if (!Kernel.isThere()) {
            return 0;
        }
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * {@return the bytes in use after a collection, the least of {@value #COLLECTIONS}} So many, because the serial
     * collector leaves dead objects where they are, up to a twentieth of the heap, in all but every fourth collection.
     */
    public static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** Waits until threads and descriptors are no more than these, and the heap but for so many bytes. */
    public void areReachedAgain(long heapMargin) {
        await().pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            Resources now = now();
            assertThat(now.threads()).as("threads").isLessThanOrEqualTo(threads);
            assertThat(now.descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors);
            assertThat(now.heap()).as("heap").isLessThanOrEqualTo(heap + heapMargin);
        });
    }
}
