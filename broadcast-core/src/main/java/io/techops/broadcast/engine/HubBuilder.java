package io.techops.broadcast.engine;

import io.techops.broadcast.Backplane;
import io.techops.broadcast.BroadcastHub;
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
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** The settings of a hub, checked as they are given. */
public final class HubBuilder extends BroadcastHub.Builder {

    private final HubSettings settings = new HubSettings();

    /** Makes a builder with the defaults, for the service loader. */
    public HubBuilder() {
    }

    @Override
    public HubBuilder retention(Retention retention) {
        settings.retention = Objects.requireNonNull(retention, "retention");
        return this;
    }

    @Override
    public HubBuilder policy(MessagePolicy policy) {
        settings.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    @Override
    public HubBuilder delivery(DeliveryPolicy delivery) {
        settings.delivery = Objects.requireNonNull(delivery, "delivery");
        return this;
    }

    @Override
    public HubBuilder overflow(OverflowPolicy overflow) {
        settings.overflow = Objects.requireNonNull(overflow, "overflow");
        return this;
    }

    @Override
    public HubBuilder conflate(boolean conflate) {
        settings.conflate = conflate;
        return this;
    }

    @Override
    public HubBuilder snapshot(SnapshotSource snapshot) {
        settings.snapshot = Objects.requireNonNull(snapshot, "snapshot");
        return this;
    }

    @Override
    public HubBuilder listener(HubListener listener) {
        settings.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    @Override
    public HubBuilder messageListener(MessageListener messageListener) {
        settings.messageListener = Objects.requireNonNull(messageListener, "messageListener");
        return this;
    }

    @Override
    public HubBuilder stallTimeout(Duration stallTimeout) {
        settings.stallTimeout = DurationRules.positive("stallTimeout", stallTimeout);
        return this;
    }

    @Override
    public HubBuilder closeTimeout(Duration closeTimeout) {
        settings.closeTimeout = DurationRules.positive("closeTimeout", closeTimeout);
        return this;
    }

    @Override
    public HubBuilder floodGrace(Duration floodGrace) {
        settings.floodGrace = DurationRules.notNegative("floodGrace", floodGrace);
        return this;
    }

    @Override
    public HubBuilder heartbeat(Duration heartbeat) {
        settings.heartbeat = DurationRules.notNegative("heartbeat", heartbeat);
        return this;
    }

    @Override
    public HubBuilder pongTimeout(Duration pongTimeout) {
        settings.pongTimeout = DurationRules.positive("pongTimeout", pongTimeout);
        settings.pongTimeoutSet = true;
        return this;
    }

    @Override
    public HubBuilder drainSpread(Duration drainSpread) {
        settings.drainSpread = DurationRules.notNegative("drainSpread", drainSpread);
        return this;
    }

    @Override
    public HubBuilder shards(int shards) {
        if (shards < 1 || shards > 1024) {
            throw new IllegalArgumentException("shards must be from 1 to 1024: " + shards);
        }
        settings.shards = shards;
        return this;
    }

    @Override
    public HubBuilder name(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty");
        }
        settings.name = name;
        return this;
    }

    @Override
    public HubBuilder traced(boolean traced) {
        settings.traced = traced;
        return this;
    }

    @Override
    public HubBuilder executor(Executor executor) {
        settings.executor = Objects.requireNonNull(executor, "executor");
        return this;
    }

    @Override
    public HubBuilder timer(HubTimer timer) {
        settings.timer = Objects.requireNonNull(timer, "timer");
        return this;
    }

    @Override
    public HubBuilder backplane(Backplane backplane) {
        Objects.requireNonNull(backplane, "backplane");
        if (!(backplane instanceof SharedLogs known)) {
            throw new IllegalArgumentException(
                    "backplane must implement io.techops.broadcast.spi.SharedLogs: " + backplane.getClass().getName());
        }
        settings.backplane = known;
        return this;
    }

    @Override
    public HubBuilder backplaneLog(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || name.length() > 256) {
            throw new IllegalArgumentException("name must have from 1 to 256 characters: " + name);
        }
        settings.backplaneLog = name;
        return this;
    }

    @Override
    public HubBuilder backplaneTimeout(Duration backplaneTimeout) {
        settings.backplaneTimeout = DurationRules.notNegative("backplaneTimeout", backplaneTimeout);
        settings.backplaneTimeoutSet = true;
        return this;
    }

    @Override
    public HubBuilder backplaneStartTimeout(Duration backplaneStartTimeout) {
        settings.backplaneStartTimeout = DurationRules.notNegative("backplaneStartTimeout", backplaneStartTimeout);
        settings.backplaneStartTimeoutSet = true;
        return this;
    }

    /** Makes the hub one of a topic, which shares the topics' threads. */
    HubBuilder topic(String topic, HubExecutors threads, Runnable afterGone, Runnable afterEnd) {
        settings.topic = topic;
        settings.shared = threads;
        settings.afterGone = afterGone;
        settings.afterEnd = afterEnd;
        return this;
    }

    @Override
    public BroadcastHub build() {
        return new LogHub(settings);
    }

    @Override
    protected BroadcastHub build(Function<BroadcastHub, Runnable> everySecond) {
        if (settings.backplane == null) {
            throw new IllegalStateException("SharedPresence needs a backplane: hub " + settings.name);
        }
        LogHub hub = new LogHub(settings);
        hub.everySecond(everySecond.apply(hub));
        return hub;
    }

    /** {@return what was set so far} */
    HubSettings settings() {
        return settings;
    }
}
