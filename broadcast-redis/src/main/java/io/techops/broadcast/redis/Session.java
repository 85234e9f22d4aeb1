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

/** One connection to a server, from when it is there to its end. Safe for use by any number of threads. */
final class Session extends RedisPubSubAdapter<byte[], byte[]> implements RedisConnectionStateListener {

    private static final int CHANNELS_AT_ONCE = 256;

    /**
     * Who follows a channel. Its methods return at once. For one connection they are called one after the other; the
     * last words of a connection that is lost may come late, when the next one is there already.
     */
    interface Follower {

        /** {@return the channel, which does not change} */
        String channel();

        /** All that is published from now on is pushed over this connection, until it is lost. */
        void subscribed(Session over);

        void pushed(Session over, byte[] push);

        /** A connection is lost: perhaps not the one of now. */
        void disconnected();
    }

    /** Who made the connection. */
    interface Owner {

        /** {@return whether this is the connection of now} */
        boolean isCurrent(Session one);

        List<Follower> followersOf(String channel);

        /** The connection is of no use any more. */
        void lost(Session gone, Throwable thrown);

        /** The server does not do what it was asked for. */
        void refused(Throwable thrown);
    }

    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final Owner owner;
    private volatile Clock clock = Clock.of(0);
    private volatile boolean isLost;
    /** Guarded by this object's monitor. */
    private @Nullable CompletableFuture<Void> end;

    /** A time of the server, and when its answer had come. */
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

    /** {@return whether the connection is known not to be there any more} */
    boolean isLost() {
        return isLost;
    }

    /** Asks who the server is. */
    CompletableFuture<List<Object>> greet() {
        return eval(Script.GREETING, new byte[0][]);
    }

    /** Says what time it is at the server. */
    void isAt(long millis) {
        clock = Clock.of(millis);
    }

    /** {@return a time that the server's clock has reached, in milliseconds} */
    long time() {
        return clock.atLeast();
    }

    /** Runs a script, which the server may not know yet. */
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

    /** Tells the followers of what is pushed from now on. */
    void listen() {
        connection.addListener((RedisPubSubListener<byte[], byte[]>) this);
    }

    /** Subscribes to channels; if that fails for want of memory the connection is lost, and made anew. */
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
            } catch (Throwable noMemory) { // who was not told must not take it that nothing was said
                owner.lost(this, noMemory);
            }
        }
    }

    @Override
    public void unsubscribed(byte[] channel, long count) {
        if (owner.isCurrent(this) && !owner.followersOf(text(channel)).isEmpty()) { // that began in the meantime
            subscribe(List.of(text(channel)));
        }
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
        isLost = true;
        owner.lost(this, new IllegalStateException("the connection was lost"));
    }

    /** Closes the connection. {@return completed once it is; never exceptionally} */
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
