package io.techops.broadcast.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection to a server. Safe for use by any number of threads. */
final class Session extends RedisPubSubAdapter<byte[], byte[]> implements RedisConnectionStateListener {

    private static final int CHANNELS_AT_ONCE = 256;

    /**
     * A follower of a channel. Its methods return at once. For one connection they are called one after the other; the
     * last calls for a connection that was lost may come late, when there is a new one already.
     */
    interface Follower {

        /** {@return the channel, which does not change} */
        String channel();

        /** Called when everything that is published from now on is pushed over this connection, until it is lost. */
        void subscribed(Session over);

        void pushed(Session over, byte[] push);

        /** Called when a connection was lost, which need not be the current one. */
        void disconnected();
    }

    /** The owner of the connection. */
    interface Owner {

        /** {@return whether this is the current connection} */
        boolean isCurrent(Session one);

        List<Follower> followersOf(String channel);

        /** Called when the connection is useless. */
        void lost(Session gone, Throwable thrown);

        /** Called when the server has refused a command. */
        void refused(Throwable thrown);
    }

    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final Owner owner;
    private volatile Clock clock = Clock.of(0);
    private volatile boolean isLost;
    /** Guarded by this object's monitor. */
    private @Nullable CompletableFuture<Void> end;

    /** A time of the server, and when the answer that contained it arrived. */
    private record Clock(long millis, long nanos) {

        static Clock of(long millis) {
            return new Clock(millis, System.nanoTime());
        }

        long atLeast() {
            return millis + (System.nanoTime() - nanos) / 1_000_000;
        }
    }

    Session(StatefulRedisPubSubConnection<byte[], byte[]> connection, Owner owner) {
        this.connection = connection;
        this.owner = owner;
        connection.addListener((RedisConnectionStateListener) this);
    }

    /** {@return whether the connection is known to be lost} */
    boolean isLost() {
        return isLost;
    }

    /** Runs the first script, {@link Script#GREETING}. */
    CompletableFuture<List<Object>> greet() {
        return eval(Script.GREETING, new byte[0][]);
    }

    /** Sets the time of the server. */
    void isAt(long millis) {
        clock = Clock.of(millis);
    }

    /** {@return a lower bound of the server's time, in milliseconds} */
    long time() {
        return clock.atLeast();
    }

    /** Runs a script by its digest, or by its text if the server has not cached it. */
    CompletableFuture<List<Object>> run(Script script, byte[][] keys, byte[]... arguments) {
        return connection.async().<List<Object>>evalsha(script.digest(), ScriptOutputType.MULTI, keys, arguments)
                .toCompletableFuture().handle((answer, thrown) -> thrown == null
                        ? CompletableFuture.completedFuture(answer)
                        : "NOSCRIPT".equals(Failures.code(thrown)) ? eval(script, keys, arguments)
                        : CompletableFuture.<List<Object>>failedFuture(thrown))
                .thenCompose(answered -> answered);
    }

    private CompletableFuture<List<Object>> eval(Script script, byte[][] keys, byte[]... arguments) {
        return connection.async().<List<Object>>eval(script.text(), ScriptOutputType.MULTI, keys, arguments)
                .toCompletableFuture();
    }

    CompletableFuture<List<Object>> clusterSlots() {
        return connection.async().clusterSlots().toCompletableFuture();
    }

    /** Starts to pass pushes to the followers. */
    void listen() {
        connection.addListener((RedisPubSubListener<byte[], byte[]>) this);
    }

    /** Subscribes to channels. If there is no memory for that, the connection counts as lost, and a new one is made. */
    void subscribe(List<String> channels) {
        try {
            for (int i = 0; i < channels.size(); i += CHANNELS_AT_ONCE) {
                byte[][] some = channels.subList(i, Math.min(i + CHANNELS_AT_ONCE, channels.size())).stream()
                        .map(Session::bytes).toArray(byte[][]::new);
                connection.async().subscribe(some).whenComplete((done, thrown) -> {
                    if (thrown != null) {
                        failed(thrown);
                    }
                });
            }
        } catch (Throwable noMemory) {
            owner.lost(this, noMemory);
        }
    }

    private void failed(Throwable thrown) {
        if (!owner.isCurrent(this)) {
            return;
        }
        if (Failures.endsConnection(thrown)) {
            owner.lost(this, thrown);
        } else {
            owner.refused(thrown);
        }
    }

    void unsubscribe(String channel) {
        connection.async().unsubscribe(bytes(channel));
    }

    @Override
    public void subscribed(byte[] channel, long count) {
        each(channel, follower -> follower.subscribed(this));
    }

    @Override
    public void message(byte[] channel, byte[] message) {
        each(channel, follower -> follower.pushed(this, message));
    }

    private void each(byte[] channel, Consumer<Follower> told) {
        if (owner.isCurrent(this)) {
            try {
                owner.followersOf(text(channel)).forEach(told);
            } catch (Throwable noMemory) { // a follower that missed a push must not rely on this connection
                owner.lost(this, noMemory);
            }
        }
    }

    @Override
    public void unsubscribed(byte[] channel, long count) {
        if (owner.isCurrent(this) && !owner.followersOf(text(channel)).isEmpty()) { // followed again meanwhile
            subscribe(List.of(text(channel)));
        }
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
        isLost = true;
        owner.lost(this, new IllegalStateException("the connection was lost"));
    }

    /** Closes the connection. {@return a future that completes when it is closed; never exceptionally} */
    synchronized CompletableFuture<Void> end() {
        CompletableFuture<Void> ends = end;
        if (ends == null) {
            ends = connection.closeAsync().exceptionally(failed -> null);
            end = ends;
        }
        return ends;
    }

    private static byte[] bytes(String channel) {
        return channel.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] channel) {
        return new String(channel, StandardCharsets.UTF_8);
    }
}
