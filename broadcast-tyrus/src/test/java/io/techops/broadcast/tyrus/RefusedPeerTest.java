package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A handshake that all have let pass but the hub itself: what the client is told, and what it is counted as. */
class RefusedPeerTest {

    private static BroadcastServer.Builder server() {
        return Wire.PLAIN.server();
    }

    private static void isRefused(BroadcastServer server, String path, String retryAfter) throws Exception {
        try (RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask(RawClient.handshake(path))).startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: " + retryAfter + "\r\n");
        }
    }

    private static void isCountedAs(RefusalCause cause, HubStats stats) {
        assertThat(stats.refusalsByCause()).isEqualTo(Map.of(cause, 1L));
    }

    /** Ends the hub or the topics after everything else was looked at. */
    private static HandshakePolicy lastMoment(Runnable end) {
        return request -> {
            end.run();
            return Decision.accept();
        };
    }

    @Test
    void becauseTheHubHasJustClosed() throws Exception {
        BroadcastHub hub = BroadcastHub.create();
        try (BroadcastServer server = server().hub(hub).handshakePolicy(lastMoment(hub::close)).start()) {
            isRefused(server, "/", "1");
            isCountedAs(RefusalCause.CLOSED, hub.stats());
        }
    }

    @Test
    void becauseTheTopicsHaveJustClosed() throws Exception {
        Topics topics = Topics.create();
        try (BroadcastServer server = server().topics(topics).handshakePolicy(lastMoment(topics::close)).start()) {
            isRefused(server, "/topics/news", "1");
            isCountedAs(RefusalCause.CLOSED, topics.stats().total());
        }
    }

    @Test
    void becauseThereAreAsManyTopicsAsThereMayBe() throws Exception {
        Topics topics = Topics.builder().maxTopics(1).build();
        try (BroadcastServer server = server().topics(topics).start();
                JdkClient first = JdkClient.open(server.uri("news"))) {
            isRefused(server, "/topics/sport", "10");
            isCountedAs(RefusalCause.TOPICS, topics.stats().total());
            assertThat(first.send("still here").next()).isEqualTo("still here");
        }
    }

    @Test
    void becauseTheRecipeOfItsTopicFails() throws Exception {
        for (RuntimeException thrown : new RuntimeException[] {
            new IllegalStateException("on purpose"), new UnsupportedOperationException("on purpose")}) {
            Topics topics = Topics.builder().recipe((topic, hub) -> {
                throw thrown;
            }).build();
            try (LogCatch log = new LogCatch(); BroadcastServer server = server().topics(topics).start()) {
                isRefused(server, "/topics/news", "1");
                isCountedAs(RefusalCause.FAILED, topics.stats().total());
                assertThat(log.warnings()).anySatisfy(warning ->
                        assertThat(warning).contains("Topic news could not begin"));
            }
        }
    }

    /** A listener that is told of nothing until the test says so, and ten thousand peers that have gone. */
    private static final class Behind implements HubListener {

        private final CountDownLatch mayReturn = new CountDownLatch(1);

        @Override
        public void registered(Peer peer) {
            try {
                mayReturn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void fallBehind(BroadcastHub hub) {
            for (int i = 0; i < 10_000; i++) {
                new FakeTransport().register(hub).registration().unregister(CloseReason.of(CloseReason.NORMAL));
            }
            await().until(() -> hub.peers().isEmpty());
        }
    }

    private static void isRefusedUntilTheListenerHasCaughtUp(Behind listener, BroadcastServer server, BroadcastHub hub,
            String path) throws Exception {
        try {
            listener.fallBehind(hub);
            isRefused(server, path, "1");
        } finally {
            listener.mayReturn.countDown();
        }
        await().untilAsserted(() -> {
            try (RawClient client = Wire.PLAIN.connect(server)) {
                assertThat(client.ask(RawClient.handshake(path))).startsWith("HTTP/1.1 101 ");
            }
        });
    }

    private static void isSaid(LogCatch log) {
        assertThat(log.warnings()).isNotEmpty().allSatisfy(line ->
                assertThat(line).contains("listener has not been told of 10000 departures"));
    }

    @Test
    void becauseTheListenerIsFarBehind() throws Exception {
        Behind listener = new Behind();
        BroadcastHub hub = BroadcastHub.builder().listener(listener).build();
        try (LogCatch log = new LogCatch(); BroadcastServer server = server().hub(hub).start()) {
            isRefusedUntilTheListenerHasCaughtUp(listener, server, hub, "/");
            assertThat(hub.stats().refusalsByCause()).containsOnlyKeys(RefusalCause.LISTENER);
            isSaid(log);
        }
    }

    @Test
    void becauseTheListenerOfItsTopicIsFarBehind() throws Exception {
        Behind listener = new Behind();
        Topics topics = Topics.builder().recipe((topic, hub) -> hub.listener(listener)).build();
        try (LogCatch log = new LogCatch(); BroadcastServer server = server().topics(topics).start()) {
            isRefusedUntilTheListenerHasCaughtUp(listener, server, topics.hub("news"), "/topics/news");
            assertThat(topics.stats().total().refusalsByCause()).containsOnlyKeys(RefusalCause.LISTENER);
            isSaid(log);
        }
    }

    /** What one thread has noted for one handshake must not be told to the next one that it looks at. */
    @Test
    void theCauseIsThatOfEachHandshake() throws Exception {
        int times = 20;
        Topics topics = Topics.builder().maxTopics(1).recipe((topic, hub) -> {
            if (topic.equals("broken")) {
                throw new IllegalStateException("on purpose");
            }
        }).idleTimeout(Duration.ofDays(1)).build();
        try (LogCatch log = new LogCatch(); BroadcastServer server = server().topics(topics).start()) {
            for (int i = 0; i < times; i++) {
                isRefused(server, "/topics/broken", "1");
                try (JdkClient first = JdkClient.open(server.uri("news"))) {
                    isRefused(server, "/topics/sport", "10");
                    assertThat(first.send("still here").next()).isEqualTo("still here");
                }
                await().until(() -> topics.hub("news").peers().isEmpty());
                topics.hub("news").shutdown(Duration.ZERO).toCompletableFuture().join();
            }
            assertThat(topics.stats().total().refusalsByCause()).isEqualTo(Map.of(
                    RefusalCause.FAILED, (long) times, RefusalCause.TOPICS, (long) times));
            assertThat(log.warnings()).isNotEmpty();
        }
    }
}
