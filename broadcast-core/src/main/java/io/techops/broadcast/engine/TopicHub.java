package io.techops.broadcast.engine;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A topic by its name, as a hub: every call goes to the hub that the topic has at that moment, and begins a new life of
 * the topic if it has no hub.
 */
final class TopicHub extends AdapterHub {

    private final TopicRegistry registry;
    private final String name;

    TopicHub(TopicRegistry registry, String name) {
        this.registry = registry;
        this.name = name;
    }

    @Override
    public Registration register(Transport transport, Attributes attributes, Replay replay) {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(attributes, "attributes");
        Objects.requireNonNull(replay, "replay");
        while (true) {
            TopicInstance topic = registry.enter(name);
            boolean registered = false;
            try {
                Registration registration = topic.hub().register(transport, attributes, replay);
                registered = true; // the topic is left when the listener has been told that the peer has gone
                return registration;
            } catch (IllegalStateException e) {
                if (!topic.isGone()) {
                    throw e;
                }
            } finally {
                if (!registered) {
                    topic.leave();
                }
            }
        }
    }

    @Override
    public void refused(RefusalCause cause) {
        Objects.requireNonNull(cause, "cause");
        registry.refused(cause);
    }

    @Override
    public void broadcast(Message message) {
        broadcast(message, BroadcastOptions.everyone());
    }

    @Override
    public void broadcast(Message message, BroadcastOptions options) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        inLife(hub -> {
            hub.broadcast(message, options);
            return hub;
        });
    }

    @Override
    public CompletionStage<Position> publish(Message message, BroadcastOptions options) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        return LogHub.stage(() -> inLife(hub -> hub.append(message, options)));
    }

    /** {@return the result of a call that throws if the hub is closed} */
    private <T> T inLife(Function<LogHub, T> call) {
        while (true) {
            TopicInstance topic = registry.enter(name);
            try {
                return call.apply(topic.hub());
            } catch (IllegalStateException e) {
                if (!topic.isGone()) {
                    throw e;
                }
            } finally {
                topic.leave();
            }
        }
    }

    @Override
    public boolean tryBroadcast(Message message, BroadcastOptions options) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        try {
            return tryInLife(hub -> hub.tryBroadcast(message, options) ? true : null) != null;
        } catch (InterruptedException e) {
            throw new AssertionError(e); // does not wait, so it cannot be interrupted
        }
    }

    @Override
    public boolean tryBroadcast(Message message, BroadcastOptions options, Duration limit)
            throws InterruptedException {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        DurationRules.notNegative("limit", limit);
        return tryInLife(hub -> hub.tryBroadcast(message, options, limit) ? true : null) != null;
    }

    @Override
    public @Nullable CompletionStage<Position> tryPublish(Message message, BroadcastOptions options, Duration limit)
            throws InterruptedException {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        DurationRules.notNegative("limit", limit);
        return tryInLife(hub -> hub.tryPublish(message, options, limit));
    }

    /** A call that returns null if the hub is closed. */
    private interface Attempt<T> {
        @Nullable T on(LogHub hub) throws InterruptedException;
    }

    private <T> @Nullable T tryInLife(Attempt<T> attempt) throws InterruptedException {
        while (true) {
            TopicInstance topic = registry.enterIfPossible(name);
            if (topic == null) {
                return null;
            }
            try {
                T result = attempt.on(topic.hub());
                if (result != null || !topic.isGone()) {
                    return result;
                }
            } finally {
                topic.leave();
            }
        }
    }

    private <T> T now(T ifNone, Function<AdapterHub, T> question) {
        TopicInstance topic = registry.present(name);
        AdapterHub hub = topic == null ? null : topic.hubIfMade();
        return hub == null ? ifNone : question.apply(hub);
    }

    @Override
    public Collection<Peer> peers() {
        return now(List.of(), BroadcastHub::peers);
    }

    @Override
    public @Nullable Peer peer(long id) {
        TopicInstance topic = registry.present(name);
        AdapterHub hub = topic == null ? null : topic.hubIfMade();
        return hub == null ? null : hub.peer(id);
    }

    @Override
    public HubStats stats() {
        return now(HubFigures.NONE, BroadcastHub::stats);
    }

    @Override
    public boolean mayBlockReading() {
        return now(true, AdapterHub::mayBlockReading);
    }

    @Override
    public BlockingTasks blockingTasks() {
        return registry.blockingTasks();
    }

    @Override
    public boolean isClosed() {
        return registry.isClosed();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        BroadcastHub ended = end(limit);
        return ended == null ? CompletableFuture.<Void>completedFuture(null).minimalCompletionStage()
                : ended.shutdown(limit);
    }

    @Override
    public void close(Duration limit) {
        BroadcastHub ended = end(limit);
        if (ended != null) {
            ended.close(limit);
        }
    }

    private @Nullable BroadcastHub end(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + limit);
        }
        return registry.end(name, limit);
    }

    @Override
    public String toString() {
        return "topic " + name;
    }
}
