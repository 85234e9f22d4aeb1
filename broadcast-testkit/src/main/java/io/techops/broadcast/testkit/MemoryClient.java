package io.techops.broadcast.testkit;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A client in memory, for end-to-end tests without sockets: it joins a hub, or a topic, as a WebSocket peer does. It
 * answers pings and close frames, the hub does not read from it while the hub is saturated, and a {@linkplain
 * Builder#numbered numbered} client is told positions and gaps.
 *
 * <pre>{@code
 * try (BroadcastHub hub = BroadcastHub.create();
 *         MemoryClient alice = MemoryClient.connect(hub);
 *         MemoryClient bob = MemoryClient.connect(hub)) {
 *     alice.send("hello");
 *     assertThat(bob.nextText()).isEqualTo("hello");
 * }
 * }</pre>
 *
 * <p>With a hub that has its own threads, the client waits in real time. With the virtual time of a {@link HubRig}, see
 * {@link HubRig#connect}, a client that waits runs the hub, and if nothing arrives, lets virtual time pass, up to its
 * limit:
 *
 * <pre>{@code
 * HubRig rig = new HubRig(hub -> hub.policy(MessagePolicy.maxRate(1, Duration.ofSeconds(1))));
 * MemoryClient alice = rig.connect();
 * alice.send("one");
 * alice.send("two");
 * assertThat(alice.nextText()).isEqualTo("one");
 * assertThat(alice.closed().code()).isEqualTo(CloseReason.POLICY_VIOLATION);
 * }</pre>
 *
 * <p>To make a client stop reading, call {@code client.transport().stallAfter(1)}; {@code becomeWritable()} makes it
 * read again. Safe for use by any number of threads, of which only one drives virtual time.
 */
public final class MemoryClient extends TestClient {

    private final Line line;
    private final Outgoing<Object> outgoing; // Message, CloseReason

    private MemoryClient(Builder settings) {
        super(settings.limit, settings.waiting);
        AdapterHub hub = AdapterHub.of(settings.hub);
        outgoing = new Outgoing<>(settings.executor != null ? settings.executor
                : task -> hub.blockingTasks().runAfter(Duration.ZERO, BlockingTasks.Kind.CALLBACK, task), this::report);
        line = new Line(settings.attributes);
        line.replaying(settings.replay);
        if (settings.numbered) {
            line.knowingPositions();
        }
    }

    private boolean report(Object next) {
        if (next instanceof Message message) {
            return line.send(message);
        }
        CloseReason reason = (CloseReason) next;
        if (line.end(reason, true)) {
            ended(reason);
        }
        return true;
    }

    /**
     * {@return a client, connected to a hub that has its own threads, and not numbered}
     *
     * @param hub the hub, or a topic
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public static MemoryClient connect(BroadcastHub hub) {
        return to(hub).connect();
    }

    /**
     * {@return a builder of a client}
     *
     * @param hub the hub, or the topic, to which the client connects
     */
    public static Builder to(BroadcastHub hub) {
        return new Builder(hub);
    }

    /** {@return the client's peer, as the host application sees it} */
    public Peer peer() {
        return line.peer();
    }

    /** {@return the transport that the hub writes to, for assertions, and to make it stall or throw} */
    public FakeTransport transport() {
        return line;
    }

    @Override
    public void send(Message message) {
        Objects.requireNonNull(message, "message");
        checkOpen();
        outgoing.add(message);
    }

    @Override
    public void close(CloseReason reason) {
        Objects.requireNonNull(reason, "reason");
        if (!isClosed()) {
            outgoing.add(reason);
        }
    }

    @Override
    public void disconnect() {
        CloseReason vanished = CloseReason.of(CloseReason.ABNORMAL);
        ended(vanished);
        line.leave(vanished);
    }

    @Override
    protected String name() {
        return "client of " + line.peer();
    }

    /** The transport of the client. The hub may write to it before {@link #register} has returned. */
    private final class Line extends FakeTransport {
        private final CompletableFuture<Registration> registered = new CompletableFuture<>();

        Line(Attributes attributes) {
            super(attributes);
        }

        @Override
        public FakeTransport register(BroadcastHub hub) {
            super.register(hub);
            registered.complete(registration());
            return this;
        }

        @Override
        public boolean write(Batch batch) {
            boolean more = super.write(batch);
            boolean numbered = knowsPositions();
            for (int i = 0; i < batch.size(); i++) {
                received(batch.message(i), numbered ? batch.position(i) : null, numbered ? batch.key(i) : null);
            }
            return more;
        }

        @Override
        public boolean tell(StreamEvent event) {
            boolean more = super.tell(event);
            told(event);
            return more;
        }

        @Override
        public void ping() {
            super.ping();
            registered.thenAccept(Registration::pong);
        }

        @Override
        public void close(CloseReason reason) {
            super.close(reason);
            ended(reason);
            registered.thenAccept(registration -> registration.unregister(reason));
        }

        @Override
        public void abort() {
            super.abort();
            ended(CloseReason.of(CloseReason.ABNORMAL));
        }

        @Override
        public void resume() {
            super.resume();
            outgoing.resume();
        }
    }

    /** Sets up a client. Not safe for use by many threads. */
    public static final class Builder {
        private final BroadcastHub hub;
        private Attributes attributes = new Attributes();
        private Replay replay = Replay.none();
        private boolean numbered;
        private Duration limit = DEFAULT_LIMIT;
        private @Nullable Executor executor;
        private Inbox.Waiting waiting = Inbox.Waiting.REAL;

        private Builder(BroadcastHub hub) {
            this.hub = Objects.requireNonNull(hub, "hub");
        }

        /**
         * Sets the attributes of the peer, as a handshake policy does.
         *
         * @param attributes none by default; copied
         * @return this builder
         */
        public Builder attributes(Attributes attributes) {
            this.attributes = attributes.copy();
            return this;
        }

        /**
         * Makes the client numbered: it is told positions and gaps, as a client with {@code broadcast.v1} is. By
         * default it is not.
         *
         * @return this builder
         */
        public Builder numbered() {
            numbered = true;
            return this;
        }

        /**
         * Sets where the client's stream begins, such as {@code Replay.after(other.position())}.
         *
         * @param replay {@link Replay#none()} by default
         * @return this builder
         */
        public Builder replay(Replay replay) {
            this.replay = Objects.requireNonNull(replay, "replay");
            return this;
        }

        /**
         * Sets how long the client waits for anything.
         *
         * @param limit {@link TestClient#DEFAULT_LIMIT} by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder limit(Duration limit) {
            this.limit = checkedLimit(limit);
            return this;
        }

        /**
         * Makes the client run tasks and let virtual time pass while it waits, for a hub, or topics, with this executor
         * and this timer. {@link HubRig#connect} does this for the hub of a rig.
         *
         * @param executor the executor of the hub
         * @param timer the timer of the hub
         * @return this builder
         */
        public Builder driving(ManualExecutor executor, VirtualTimer timer) {
            Objects.requireNonNull(executor, "executor");
            return driving(executor, timer, executor::runAll);
        }

        Builder driving(ManualExecutor executor, VirtualTimer timer, Runnable run) {
            this.executor = executor;
            waiting = new VirtualTime(run, Objects.requireNonNull(timer, "timer"));
            return this;
        }

        /**
         * Connects the client.
         *
         * @return the client
         * @throws io.techops.broadcast.RefusedException if the hub takes no peers
         */
        public MemoryClient connect() {
            MemoryClient client = new MemoryClient(this);
            client.line.register(hub);
            return client;
        }
    }
}
