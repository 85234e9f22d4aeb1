package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.DefaultClientResources;
import io.techops.broadcast.logging.LogRateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which server of a cluster has which log, while that changes. No server is connected to. */
@Timeout(120)
class ServersTest {

    /** How long each race is run, again and again; on a busy machine that is not often. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(1);
    private static final String CHANNEL = "broadcast:{prices}:live";
    private static final int SLOT = SlotHash.getSlot("broadcast:{prices}:meta");
    private static final RedisURI ONE = RedisURI.create("redis://127.0.0.1:1");
    private static final RedisURI TWO = RedisURI.create("redis://127.0.0.1:2");
    private static final RedisURI NO_SEED = RedisURI.create("redis://127.0.0.1:3");

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final DefaultClientResources resources =
            DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    private final RedisClient client = new Client();
    private final Settings settings = new Settings(List.of(ONE, TWO), true, "broadcast", 10, 1_024,
            Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
    private final Servers servers = new Servers(client, settings, timer);
    private final long end = System.nanoTime() + LONG_ENOUGH.toNanos();

    /** Never has a connection. */
    private final class Client extends RedisClient {
        Client() {
            super(resources, ONE);
        }

        @Override
        public <K, V> ConnectionFuture<StatefulRedisPubSubConnection<K, V>> connectPubSubAsync(RedisCodec<K, V> codec,
                RedisURI uri) {
            return ConnectionFuture.from(null, new CompletableFuture<>());
        }
    }

    @AfterEach
    void stop() {
        servers.close().join();
        timer.shutdownNow();
        threads.shutdownNow();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(60_000);
    }

    private RedisLog log() {
        return new RedisLog(servers, settings, "prices", () -> { });
    }

    /** Has the cluster say that a server has the slot of the log. */
    private void moves(RedisURI to) {
        servers.assign(ONE, List.of(List.of((long) SLOT, (long) SLOT,
                List.of(RecordFormat.bytes(to.getHost()), (long) to.getPort()))));
    }

    private int logsAt(ServerLink link) {
        return link.followersOf(CHANNEL).size();
    }

    /** {@return the link of a server, once the log is there} */
    private ServerLink linkOf(RedisURI server) {
        moves(server);
        return servers.of(SLOT);
    }

    private boolean goesOn() {
        return System.nanoTime() - end < 0;
    }

    /** Does both at the same time, within nanoseconds. */
    private void together(Runnable one, Runnable other) throws Exception {
        AtomicInteger ready = new AtomicInteger();
        Future<?> first = threads.submit(() -> once(ready, one));
        Future<?> second = threads.submit(() -> once(ready, other));
        first.get();
        second.get();
    }

    private static void once(AtomicInteger ready, Runnable what) {
        ready.incrementAndGet();
        while (ready.get() < 2) {
            Thread.onSpinWait();
        }
        what.run();
    }

    @Test
    void aLogThatIsOpenedWhileItsSlotMovesIsWhereTheSlotIs() throws Exception {
        ServerLink one = linkOf(ONE);
        ServerLink two = linkOf(TWO);
        for (int i = 0; goesOn(); i++) {
            RedisLog log = log();
            together(() -> servers.add(log), i % 2 == 0 ? () -> moves(ONE) : () -> moves(TWO));
            assertThat(logsAt(one)).as("round " + i).isEqualTo(i % 2 == 0 ? 1 : 0);
            assertThat(logsAt(two)).as("round " + i).isEqualTo(i % 2 == 0 ? 0 : 1);
            log.close();
        }
    }

    @Test
    void aLogThatIsClosedWhileItsSlotMovesIsNowhere() throws Exception {
        ServerLink one = linkOf(ONE);
        ServerLink two = linkOf(TWO);
        for (int i = 0; goesOn(); i++) {
            RedisLog log = log();
            servers.add(log);
            together(log::close, i % 2 == 0 ? () -> moves(ONE) : () -> moves(TWO));
            assertThat(logsAt(one) + logsAt(two)).as("round " + i).isZero();
        }
    }

    @Test
    void aLogWhoseSlotMovesTwiceIsWhereTheSlotIs() throws Exception {
        ServerLink one = linkOf(ONE);
        ServerLink two = linkOf(TWO);
        servers.add(log());
        for (int i = 0; goesOn(); i++) {
            together(() -> moves(ONE), () -> moves(TWO));
            assertThat(logsAt(one)).as("round " + i).isEqualTo(servers.of(SLOT) == one ? 1 : 0);
            assertThat(logsAt(two)).as("round " + i).isEqualTo(servers.of(SLOT) == two ? 1 : 0);
        }
    }

    /** While one thread has its answer, another one is told that the log has moved, and tells the log. */
    @Test
    void whoWasToldLessThanOthersDoesNotHaveTheLastWord() throws Exception {
        ServerLink one = linkOf(ONE);
        ServerLink two = linkOf(TWO);
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        Thread later = new Thread(() -> subscription.get().settle());
        subscription.set(new Subscription(new Subscription.Owners() {
            @Override
            public ServerLink of(int slot) {
                if (Thread.currentThread() == later) {
                    return two;
                }
                later.start();
                while (later.isAlive() && later.getState() != Thread.State.BLOCKED) {
                    Thread.onSpinWait();
                }
                return one;
            }

            @Override
            public long checkNanos() {
                return 1;
            }
        }, SLOT, CHANNEL, () -> { }, new LogRateLimiter()));
        subscription.get().settle();
        later.join();
        assertThat(subscription.get().link()).isSameAs(two);
        assertThat(logsAt(one)).isZero();
        assertThat(logsAt(two)).isEqualTo(1);
    }

    /** Each read renews the expiry, if it is due. */
    @Test
    void aLogThatIsOpenIsReadOftenEnoughNotToExpire() {
        assertThat(settings.pollInterval()).isEqualTo(settings.expiry()).isEqualTo(Duration.ofHours(1));
        assertThat(servers.checkNanos()).isEqualTo(Duration.ofMinutes(15).toNanos());
    }

    @Test
    void aServerWithoutSlotsTakesThemFromNoOther() {
        ServerLink link = linkOf(NO_SEED);
        servers.add(log());
        servers.assign(ONE, List.of());
        assertThat(link.trouble()).isNotEqualTo("closed");
        assertThat(servers.of(SLOT)).isSameAs(link);
        assertThat(logsAt(link)).isEqualTo(1);
    }

    @Test
    void aServerThatHasLostAllItsSlotsIsLeft() {
        ServerLink link = linkOf(NO_SEED);
        servers.add(log());
        moves(TWO);
        assertThat(link.trouble()).isEqualTo("closed");
        assertThat(logsAt(link)).isZero();
        assertThat(logsAt(servers.of(SLOT))).isEqualTo(1);
    }
}
