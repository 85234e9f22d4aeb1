package io.techops.broadcast.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * One connection at a time, for commands and pushes alike (RESP3): what the server sends of a log has one order.
 * Lettuce does not reconnect by itself, because it would send again what was not answered; here a connection that is
 * lost is given up with all that was in flight, and a new one is made, 100 ms later, then after twice as long, up to a
 * second. A command that is not answered in time is a lost connection, too: a cut network says nothing.
 *
 *     waiting --connect--> connecting --greeted, is a master--> up --lost--> waiting
 */
/** The way to one server, which it is connected to again and again. Safe for use by any number of threads. */
final class ServerLink {

    private static final SafeLog LOG = SafeLog.of(ServerLink.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(1);
    private static final int CHANNELS_AT_ONCE = 256;

    /** Who follows a channel. Its methods are called one after the other, and return at once. */
    interface Follower {

        /** {@return the channel, which does not change} */
        String channel();

        /** All that is published from now on is pushed, until the connection is lost. */
        void subscribed();

        void pushed(byte[] push);

        /** The connection is lost. */
        void disconnected();
    }

    private final RedisClient client;
    private final RedisURI uri;
    private final String name;
    private final Duration timeout;
    private final ScheduledExecutorService timer;
    private final Consumer<ServerLink> tried;
    private final LogRateLimiter refusals = new LogRateLimiter();
    private final LogRateLimiter outages = new LogRateLimiter();

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final Map<String, List<Follower>> followers = new HashMap<>();
    private Duration pause = FIRST_PAUSE;
    private @Nullable Object attempt;
    private boolean closed;
    private @Nullable String told;
    private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);

    /** Written under the lock. */
    private volatile @Nullable Session session;

    private volatile String trouble = "not connected yet";

    /** @param tried told of every connection once it can be used, and whenever there is none */
    ServerLink(RedisClient client, RedisURI uri, Duration timeout, ScheduledExecutorService timer,
            Consumer<ServerLink> tried) {
        this.client = client;
        this.uri = uri;
        this.name = uri.getSentinelMasterId() != null
                ? "Sentinel's master " + uri.getSentinelMasterId() : uri.getHost() + ":" + uri.getPort();
        this.timeout = timeout;
        this.timer = timer;
        this.tried = tried;
    }

    String name() {
        return name;
    }

    boolean isUp() {
        return session != null;
    }

    /** {@return why it is not up, for people} */
    String trouble() {
        return trouble;
    }

    String away() {
        return "Redis at " + name + ": " + trouble;
    }

    /** Makes a connection, and another one whenever it is lost, until it is closed. */
    void start() {
        Object mine = new Object();
        synchronized (lock) {
            if (closed || session != null) {
                return;
            }
            attempt = mine;
        }
        after(timeout.multipliedBy(3), () -> failed(mine, new IllegalStateException("no connection in time")));
        try {
            client.connectPubSubAsync(ByteArrayCodec.INSTANCE, uri).whenComplete((connection, thrown) -> {
                if (thrown != null) {
                    failed(mine, thrown);
                } else {
                    greet(mine, new Session(connection));
                }
            });
        } catch (RuntimeException thrown) {
            failed(mine, thrown);
        }
    }

    private void greet(Object mine, Session candidate) {
        candidate.connection.addListener((RedisConnectionStateListener) candidate);
        candidate.<List<Object>>eval(Script.GREETING, new byte[0][]).whenComplete((answer, thrown) -> {
            try {
                if (thrown != null) {
                    throw thrown;
                }
                Greeting.checked(answer).warnings().forEach(warning -> LOG.warn("Redis at {}: {}", name, warning));
                candidate.clock = Clock.of(Greeting.time(answer));
                up(mine, candidate);
            } catch (Throwable refused) {
                candidate.end();
                failed(mine, refused);
            }
        });
    }

    private void up(Object mine, Session next) {
        boolean again;
        List<String> channels;
        synchronized (lock) {
            if (closed || attempt != mine || next.isLost) {
                channels = List.of();
                again = false;
            } else {
                attempt = null;
                pause = FIRST_PAUSE;
                again = told != null;
                told = null;
                session = next;
                channels = new ArrayList<>(followers.keySet());
            }
        }
        if (session != next) {
            next.end();
            failed(mine, new IllegalStateException("the connection was lost at once"));
            return;
        }
        next.connection.addListener((RedisPubSubListener<byte[], byte[]>) next);
        if (again) {
            LOG.info("Redis at {} is back", name);
        } else {
            LOG.debug("Connected to Redis at {}", name);
        }
        for (int i = 0; i < channels.size(); i += CHANNELS_AT_ONCE) {
            next.subscribe(channels.subList(i, Math.min(i + CHANNELS_AT_ONCE, channels.size())));
        }
        tried.accept(this);
    }

    private void failed(Object mine, Throwable thrown) {
        synchronized (lock) {
            if (attempt != mine) {
                return;
            }
        }
        retry(thrown);
    }

    /** The connection of a session is of no use any more; all that was sent over it and not answered fails. */
    private void lost(Session gone, Throwable thrown) {
        List<Follower> those;
        synchronized (lock) {
            gone.isLost = true;
            if (session != gone) {
                return;
            }
            session = null;
            those = followers.values().stream().flatMap(List::stream).toList();
        }
        gone.end();
        retry(thrown);
        those.forEach(Follower::disconnected);
    }

    private void retry(Throwable thrown) {
        String reason = Failures.explained(thrown);
        Duration next;
        boolean isNew;
        synchronized (lock) {
            if (closed) {
                return;
            }
            attempt = null;
            next = pause;
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LAST_PAUSE) < 0 ? twice : LAST_PAUSE;
            isNew = told == null || !told.equals(reason) && outages.first();
            if (isNew) {
                told = reason;
            }
        }
        trouble = reason;
        if (isNew) {
            LOG.warn("Redis at {} is away, and is tried again until it is back: {}", name, reason);
        }
        after(next, this::start);
        tried.accept(this);
    }

    private void after(Duration delay, Runnable task) {
        try {
            timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            // Nothing is left to be done.
        }
    }

    void follow(Follower follower) {
        Session now;
        synchronized (lock) {
            followers.computeIfAbsent(follower.channel(), channel -> new ArrayList<>()).add(follower);
            now = session;
        }
        if (now != null) {
            now.subscribe(List.of(follower.channel())); // also if it is already: the answer tells this follower
        }
    }

    void unfollow(Follower follower) {
        Session last = null;
        synchronized (lock) {
            List<Follower> those = followers.get(follower.channel());
            if (those != null && those.remove(follower) && those.isEmpty()) {
                followers.remove(follower.channel());
                last = session;
            }
        }
        if (last != null) {
            last.connection.async().unsubscribe(bytes(follower.channel()));
        }
    }

    private List<Follower> followersOf(byte[] channel) {
        synchronized (lock) {
            return List.copyOf(followers.getOrDefault(new String(channel, StandardCharsets.UTF_8), List.of()));
        }
    }

    /**
     * Runs a script, whose answer is a list with the server's time in milliseconds as its third element. The stage
     * fails with a {@link BackplaneException}.
     */
    CompletableFuture<List<Object>> run(Script script, byte[][] keys, byte[]... arguments) {
        Session now = session;
        if (now == null) {
            return CompletableFuture.failedFuture(
                    new BackplaneException(Outcome.REFUSED, away(), null));
        }
        CompletableFuture<List<Object>> answered = new CompletableFuture<>();
        now.<List<Object>>evalsha(script, keys, arguments).whenComplete((answer, thrown) -> {
            if (thrown != null && "NOSCRIPT".equals(Failures.code(thrown))) {
                now.<List<Object>>eval(script, keys, arguments)
                        .whenComplete((second, again) -> complete(now, answered, second, again));
            } else {
                complete(now, answered, answer, thrown);
            }
        });
        return answered;
    }

    private void complete(Session by, CompletableFuture<List<Object>> answered, List<Object> answer,
            @Nullable Throwable thrown) {
        if (thrown == null) {
            by.clock = Clock.of(Long.parseLong(RecordFormat.text(answer.get(2))));
            answered.complete(answer);
            return;
        }
        Throwable cause = Failures.unwrapped(thrown);
        if (Failures.endsConnection(cause)) {
            lost(by, cause);
        } else {
            LOG.warn(refusals, "Redis refuses: {}", name + ": " + Failures.explained(cause));
        }
        answered.completeExceptionally(Failures.of(cause, name));
    }

    /** {@return which slots of the cluster are where, as CLUSTER SLOTS says} */
    CompletableFuture<List<Object>> clusterSlots() {
        Session now = session;
        return now == null ? CompletableFuture.failedFuture(new IllegalStateException(trouble))
                : now.connection.async().clusterSlots().toCompletableFuture();
    }

    /** {@return a time that the server's clock has reached, in milliseconds; 0 if it is not connected} */
    long time() {
        Session now = session;
        return now == null ? 0 : now.clock.atLeast();
    }

    RedisURI uri() {
        return uri;
    }

    /** {@return completed once all connections are closed; never exceptionally} */
    CompletableFuture<Void> close() {
        Session last;
        synchronized (lock) {
            closed = true;
            attempt = null;
            last = session;
            session = null;
            followers.clear();
        }
        trouble = "closed";
        if (last != null) {
            last.end();
        }
        synchronized (lock) {
            return ended;
        }
    }

    private static byte[] bytes(String channel) {
        return channel.getBytes(StandardCharsets.UTF_8);
    }

    /** A time of the server, and when its answer had come. */
    private record Clock(long millis, long nanos) {

        static Clock of(long millis) {
            return new Clock(millis, System.nanoTime());
        }

        long atLeast() {
            return millis + (System.nanoTime() - nanos) / 1_000_000;
        }
    }

    private final class Session extends RedisPubSubAdapter<byte[], byte[]> implements RedisConnectionStateListener {

        final StatefulRedisPubSubConnection<byte[], byte[]> connection;
        volatile Clock clock = Clock.of(0);
        /** Guarded by the lock of the link. */
        boolean isLost;
        /** Guarded by the lock of the link. */
        boolean isEnded;

        Session(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
            this.connection = connection;
        }

        <T> CompletableFuture<T> eval(Script script, byte[][] keys, byte[]... arguments) {
            return connection.async().<T>eval(script.text(), ScriptOutputType.MULTI, keys, arguments)
                    .toCompletableFuture();
        }

        <T> CompletableFuture<T> evalsha(Script script, byte[][] keys, byte[]... arguments) {
            return connection.async().<T>evalsha(script.digest(), ScriptOutputType.MULTI, keys, arguments)
                    .toCompletableFuture();
        }

        void subscribe(List<String> channels) {
            connection.async().subscribe(channels.stream().map(ServerLink::bytes).toArray(byte[][]::new))
                    .whenComplete((done, thrown) -> {
                        if (thrown != null && session == this) {
                            if (Failures.endsConnection(thrown)) {
                                lost(this, thrown);
                            } else {
                                LOG.warn(refusals, "Redis refuses: {}", name + ": " + Failures.explained(thrown));
                            }
                        }
                    });
        }

        @Override
        public void subscribed(byte[] channel, long count) {
            if (session == this) {
                followersOf(channel).forEach(Follower::subscribed);
            }
        }

        @Override
        public void message(byte[] channel, byte[] message) {
            if (session == this) {
                followersOf(channel).forEach(follower -> follower.pushed(message));
            }
        }

        @Override
        public void unsubscribed(byte[] channel, long count) {
            if (session == this && !followersOf(channel).isEmpty()) { // that began to follow in the meantime
                subscribe(List.of(new String(channel, StandardCharsets.UTF_8)));
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
            lost(this, new IllegalStateException("the connection was lost"));
        }

        void end() {
            synchronized (lock) {
                if (isEnded) {
                    return;
                }
                isEnded = true;
            }
            CompletableFuture<Void> mine = connection.closeAsync().exceptionally(failed -> null);
            synchronized (lock) {
                ended = ended.isDone() ? mine : CompletableFuture.allOf(ended, mine);
            }
        }
    }
}
