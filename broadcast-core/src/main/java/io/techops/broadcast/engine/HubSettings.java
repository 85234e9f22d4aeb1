package io.techops.broadcast.engine;

import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.SnapshotSource;
import io.techops.broadcast.spi.SharedLogs;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The settings of a hub, with their defaults. */
final class HubSettings {

    /** Stands for: no listener for peers. */
    static final HubListener NO_LISTENER = new HubListener() { };

    Retention retention = Retention.standard();
    MessagePolicy policy = MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(MessagePolicy.DEFAULT_MAX_BYTES));
    DeliveryPolicy delivery = DeliveryPolicy.everyone();
    OverflowPolicy overflow = OverflowPolicy.disconnect();
    boolean conflate;
    @Nullable SnapshotSource snapshot;
    HubListener listener = NO_LISTENER;
    @Nullable MessageListener messageListener;
    Duration stallTimeout = Duration.ofSeconds(10);
    Duration closeTimeout = Duration.ofSeconds(5);
    Duration floodGrace = Duration.ofSeconds(1);
    Duration heartbeat = Duration.ofSeconds(25);
    Duration pongTimeout = Duration.ofSeconds(10);
    boolean pongTimeoutSet;
    Duration drainSpread = Duration.ofSeconds(2);
    int shards = HubExecutors.SHARDS;
    String name = "broadcast-hub";
    boolean traced = true;
    @Nullable Executor executor;
    @Nullable HubTimer timer;
    @Nullable SharedLogs backplane;
    /** The name of the shared log; that of the hub if null. */
    @Nullable String backplaneLog;
    Duration backplaneTimeout = Duration.ofSeconds(10);
    boolean backplaneTimeoutSet;
    Duration backplaneStartTimeout = Duration.ofSeconds(5);
    boolean backplaneStartTimeoutSet;
    /**
     * These are set by {@link TopicRegistry}: the topic, the threads that hubs share, the task after a peer's last
     * event, and the task after the hub's end, which must not throw.
     */
    @Nullable String topic;
    @Nullable HubExecutors shared;
    Runnable afterGone = () -> { };
    Runnable afterEnd = () -> { };

    /** @throws IllegalStateException if a setting has no effect without another one */
    void check() {
        if (heartbeat.isZero()) {
            check(!pongTimeoutSet, "pongTimeout needs a heartbeat", pongTimeout);
        }
        if (backplane == null) {
            check(backplaneLog == null, "backplaneLog needs a backplane", backplaneLog);
            check(!backplaneTimeoutSet, "backplaneTimeout needs a backplane", backplaneTimeout);
            check(!backplaneStartTimeoutSet, "backplaneStartTimeout needs a backplane", backplaneStartTimeout);
        }
    }

    private static void check(boolean holds, String rule, @Nullable Object value) {
        if (!holds) {
            throw new IllegalStateException(rule + ": " + value);
        }
    }
}
