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
 * The resources that this process uses.
 *
 * @param threads how many are alive
 * @param descriptors how many are open; 0 on other systems than Linux
 * @param heap bytes in use after a collection
 */
public record Resources(long threads, long descriptors, long heap) {

    private static final int COLLECTIONS = 4;

    /** {@return the resources that it uses now, after garbage collections} */
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
     * {@return the bytes in use after a collection, the least of {@value #COLLECTIONS}} Several collections, because
     * the serial collector leaves dead objects, up to a twentieth of the heap, in three of four collections.
     */
    public static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /**
     * Waits until the process uses no more threads and descriptors than these, and no more heap than this plus a margin
     * in bytes.
     */
    public void areReachedAgain(long heapMargin) {
        await().pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            Resources now = now();
            assertThat(now.threads()).as("threads").isLessThanOrEqualTo(threads);
            assertThat(now.descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors);
            assertThat(now.heap()).as("heap").isLessThanOrEqualTo(heap + heapMargin);
        });
    }
}
