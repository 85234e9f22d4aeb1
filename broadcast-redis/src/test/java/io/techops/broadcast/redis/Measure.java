package io.techops.broadcast.redis;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Measures a backplane on the Redis of the system: appends of one node as a hub makes them, one at a time, and how
 * long a record takes to the read of another node, with so many nodes in all that it is pushed to. Run by hand:
 * {@code main}.
 */
final class Measure {

    private static final int ROUNDS = 2_000;

    private Measure() {
    }

    /** @param arguments none */
    public static void main(String... arguments) throws Exception {
        try (RedisProcess redis = RedisProcess.start(Binary.SYSTEM);
                RedisBackplane one = RedisBackplane.builder().uri(redis.uri()).connect();
                RedisBackplane two = RedisBackplane.builder().uri(redis.uri()).connect()) {
            List<RedisBackplane> more = new ArrayList<>();
            for (int nodes : new int[] {2, 2, 10, 50}) { // once to warm up
                while (more.size() < nodes - 2) {
                    more.add(RedisBackplane.builder().uri(redis.uri()).connect());
                }
                for (int batch : new int[] {1, 8, 64, 512}) {
                    measure(redis, one, two, more, batch);
                }
            }
            more.forEach(RedisBackplane::close);
        }
    }

    private static void measure(RedisProcess redis, RedisBackplane one, RedisBackplane two,
            List<RedisBackplane> more, int batch) throws Exception {
        BlockingQueue<Boolean> hints = new ArrayBlockingQueue<>(1);
        String name = "measure " + UUID.randomUUID();
        String producer = "node-" + UUID.randomUUID();
        List<SharedRecord> records = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            records.add(SharedRecord.of(Message.text("x".repeat(64)), null, null));
        }
        int rounds = ROUNDS / (batch > 64 ? 4 : 1);
        long[] micros = new long[rounds];
        List<SharedLog> others = more.stream().map(node -> node.open(name, () -> { })).toList();
        try (SharedLog from = one.open(name, () -> { }); SharedLog to = two.open(name, () -> hints.offer(true))) {
            Position last = to.read(null, 1, 1).toCompletableFuture().get(10, TimeUnit.SECONDS).last();
            String epoch = last.epoch();
            double cpu = cpu(redis);
            long begin = System.nanoTime();
            for (int i = 0; i < rounds; i++) {
                long sent = System.nanoTime();
                from.append(epoch, producer, i + 1L, records).toCompletableFuture().get(10, TimeUnit.SECONDS);
                while (last.sequence() < (i + 1L) * batch) {
                    SharedPage page = to.read(last, 4_096, 8 << 20).toCompletableFuture().get(10, TimeUnit.SECONDS);
                    last = page.last();
                    if (page.records().isEmpty()) {
                        hints.poll(1, TimeUnit.SECONDS);
                    }
                }
                micros[i] = (System.nanoTime() - sent) / 1_000;
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Arrays.sort(micros);
            System.out.printf("%d nodes, batches of %d: %.0f appends/s, %.0f messages/s, p50 %d us, p99 %d us,"
                    + " Redis %.2f us CPU a message%n", more.size() + 2, batch,
                    rounds / seconds, rounds * (long) batch / seconds,
                    micros[rounds / 2], micros[rounds * 99 / 100], (cpu(redis) - cpu) * 1e6 / rounds / batch);
        } finally {
            others.forEach(SharedLog::close);
        }
    }

    private static double cpu(RedisProcess redis) {
        return Double.parseDouble(redis.info("cpu", "used_cpu_user"))
                + Double.parseDouble(redis.info("cpu", "used_cpu_sys"));
    }
}
