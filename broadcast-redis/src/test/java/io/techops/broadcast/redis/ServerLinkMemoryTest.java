package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Wherever memory is missing in a link to a server, the link is up again when it is back. */
@Timeout(120)
class ServerLinkMemoryTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CHANNEL = "memory";

    private final AtomicInteger connecting = new AtomicInteger();
    private final AtomicInteger tried = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final DefaultClientResources resources =
            DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    private final Client client = new Client();
    private RedisProcess redis;
    private ServerLink link;

    /** There is no memory as often as a counter says. */
    private static void needs(AtomicInteger times) {
        if (times.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("on purpose");
        }
    }

    private final class Client extends RedisClient {
        Client() {
            super(resources, RedisURI.create("redis://127.0.0.1"));
            setOptions(ClientOptions.builder().autoReconnect(false).protocolVersion(ProtocolVersion.RESP3).build());
        }

        @Override
        public <K, V> ConnectionFuture<StatefulRedisPubSubConnection<K, V>> connectPubSubAsync(RedisCodec<K, V> codec,
                RedisURI uri) {
            needs(connecting);
            return super.connectPubSubAsync(codec, uri);
        }
    }

    /** Follows the channel, and has no memory as often as is said. */
    private static final class Following implements Session.Follower {
        private final AtomicInteger subscribing = new AtomicInteger();
        private final AtomicInteger pushing = new AtomicInteger();
        private final AtomicInteger losing = new AtomicInteger();
        private final AtomicInteger subscriptions = new AtomicInteger();
        private final AtomicInteger losses = new AtomicInteger();
        private final List<String> pushes = new CopyOnWriteArrayList<>();

        @Override
        public String channel() {
            return CHANNEL;
        }

        @Override
        public void subscribed(Session over) {
            needs(subscribing);
            subscriptions.incrementAndGet();
        }

        @Override
        public void pushed(Session over, byte[] push) {
            needs(pushing);
            pushes.add(RecordFormat.text(push));
        }

        @Override
        public void disconnected() {
            losses.incrementAndGet();
            needs(losing);
        }
    }

    @BeforeEach
    void start() {
        redis = RedisProcess.start(Binary.JAR);
        link = new ServerLink(client, RedisURI.create(redis.uri()), Duration.ofSeconds(2), timer,
                each -> needs(tried));
        timer.scheduleWithFixedDelay(link::look, 0, 100, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void stop() {
        link.close().orTimeout(60, TimeUnit.SECONDS).join();
        timer.shutdownNow();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(60_000);
        redis.close();
    }

    private void goesOn(Following... followers) {
        for (Following each : followers) {
            each.pushes.clear();
        }
        await().atMost(LIMIT).until(() -> {
            redis.command("PUBLISH", CHANNEL, "late");
            return List.of(followers).stream().allMatch(each -> each.pushes.contains("late"));
        });
        List<Object> answer = link.run(Script.CENSUS, new byte[][] {RecordFormat.bytes("nodes")},
                RecordFormat.bytes("me"), RecordFormat.bytes(1), RecordFormat.bytes(1_000))
                .orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(RecordFormat.text(answer.get(0))).isEqualTo("0");
    }

    private void comesBackAfter(AtomicInteger failures) {
        Following follower = new Following();
        link.follow(follower);
        goesOn(follower);
        failures.set(3);
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        await().atMost(LIMIT).until(() -> follower.losses.get() > 0);
        goesOn(follower);
        assertThat(failures).hasValue(0);
    }

    @Test
    void whenItConnects() {
        comesBackAfter(connecting);
    }

    @Test
    void whenItTellsThatItWasTried() {
        comesBackAfter(tried);
    }

    @Test
    void whenItIsSubscribed() {
        Following one = new Following();
        Following two = new Following();
        one.subscribing.set(1);
        link.follow(one);
        link.follow(two);
        goesOn(one, two);
        assertThat(one.subscriptions.get()).isPositive();
        assertThat(two.subscriptions.get()).isPositive();
    }

    @Test
    void whenSomethingIsPushed() {
        Following one = new Following();
        Following two = new Following();
        link.follow(one);
        link.follow(two);
        goesOn(one, two);
        one.pushing.set(1);
        redis.command("PUBLISH", CHANNEL, "lost");
        await().atMost(LIMIT).until(() -> one.losses.get() > 0 && two.losses.get() > 0); // so that they read it
        goesOn(one, two);
    }

    @Test
    void whenItTellsThatTheConnectionIsLost() {
        Following one = new Following();
        Following two = new Following();
        link.follow(one);
        link.follow(two);
        goesOn(one, two);
        one.losing.set(1);
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        await().atMost(LIMIT).until(() -> two.losses.get() > 0 && one.losing.get() == 0); // in whatever order
        goesOn(one, two);
    }
}
