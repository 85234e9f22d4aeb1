package io.techops.broadcast.testkit;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PolicyContext;
import io.techops.broadcast.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A hub that a test drives by hand: tasks run when {@link #run} is called, and time passes when {@link #pass} is
 * called, both immediately and on the thread of the test. There are no threads and no sleeps, so everything happens in
 * the same order every time.
 *
 * <pre>{@code
 * HubRig rig = new HubRig(builder -> builder.policy(new NoSwearing()));
 * FakeTransport alice = rig.join();
 * FakeTransport bob = rig.join();
 * alice.send("hello");
 * rig.run();
 * assertThat(bob).hasReceived("hello");
 * rig.passSeconds(25);                               // the heartbeat
 * assertThat(bob).hasBeenPinged(1);
 * }</pre>
 *
 * <p>The hub has the library's defaults, except for one shard, so that the order of tasks is fixed, and a {@link
 * RecordingListener} as its listener. {@link #run} and {@link #pass} fail if the hub has violated the contract of
 * {@link io.techops.broadcast.spi.Transport} for a transport that has joined.
 *
 * <p>For use by one thread; the hub and the transports themselves may be called by any.
 */
public final class HubRig {

    private final ManualExecutor executor = new ManualExecutor();
    private final VirtualTimer timer = new VirtualTimer();
    private final RecordingListener recorded = new RecordingListener();
    private final BroadcastHub hub;
    private final List<FakeTransport> transports = new ArrayList<>();

    /**
     * Makes a hub with other settings.
     *
     * @param settings changes a builder that has the rig's executor, timer and listener, and one shard; a {@link
     *     HubListener} or {@link MessageListener} that is set here replaces the recording one in that role
     */
    public HubRig(UnaryOperator<BroadcastHub.Builder> settings) {
        Objects.requireNonNull(settings, "settings");
        hub = settings.apply(BroadcastHub.builder()
                .executor(executor)
                .timer(timer)
                .listener(recorded)
                .messageListener(recorded)
                .shards(1)).build();
    }

    /** Makes a hub with the defaults and one shard. */
    public HubRig() {
        this(builder -> builder);
    }

    /**
     * {@return a hub whose log keeps at most so many messages} The smaller the log, the sooner a stalled peer falls off
     * its tail.
     *
     * @param messages how many, at least 1
     */
    public static HubRig keeping(int messages) {
        return keeping(messages, builder -> builder);
    }

    /**
     * {@return a hub whose log keeps at most so many messages, with other settings}
     *
     * @param messages how many, at least 1
     * @param settings as for the constructor
     */
    public static HubRig keeping(int messages, UnaryOperator<BroadcastHub.Builder> settings) {
        Objects.requireNonNull(settings, "settings");
        return new HubRig(builder -> settings.apply(builder.retention(Retention.of(messages, 8 << 20))));
    }

    /**
     * {@return the hub} Do not call its {@code close}, which would wait for the thread of the test: call {@code
     * shutdown}, and then {@link #run}.
     */
    public BroadcastHub hub() {
        return hub;
    }

    /** {@return the hub's executor, for a test that runs its tasks one by one} */
    public ManualExecutor executor() {
        return executor;
    }

    /** {@return the hub's timer, for a test that lets time pass without running the hub} */
    public VirtualTimer timer() {
        return timer;
    }

    /** {@return the hub's listener, which has recorded all events} */
    public RecordingListener listener() {
        return recorded;
    }

    /** {@return the transport of a new peer, registered and checked by {@link #run}} */
    public FakeTransport join() {
        return join(new FakeTransport());
    }

    /**
     * {@return the transport of a new peer with attributes, registered and checked by {@link #run}}
     *
     * <pre>{@code
     * FakeTransport alice = rig.join(new Attributes().set(USER, "alice"));
     * }</pre>
     *
     * @param attributes the initial {@link Peer#attributes}; copied
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public FakeTransport join(Attributes attributes) {
        return join(new FakeTransport(attributes));
    }

    /**
     * Registers a transport, which {@link #run} checks from now on.
     *
     * @param transport the transport, not yet registered
     * @return the same transport
     * @throws IllegalStateException if the transport was registered before
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public FakeTransport join(FakeTransport transport) {
        Objects.requireNonNull(transport, "transport");
        transports.add(transport);
        return transport.register(hub);
    }

    /**
     * {@return the client of a new peer, which lets the hub run and time pass while it waits; registered and checked by
     * {@link #run}}
     */
    public MemoryClient connect() {
        return connect(client -> client);
    }

    /**
     * {@return the client of a new peer, as {@link #connect()} makes it, with other settings}
     *
     * <pre>{@code
     * MemoryClient late = rig.connect(client -> client.numbered().replay(Replay.last(50)));
     * }</pre>
     *
     * @param settings changes the builder of the client
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public MemoryClient connect(UnaryOperator<MemoryClient.Builder> settings) {
        Objects.requireNonNull(settings, "settings");
        MemoryClient client = settings.apply(MemoryClient.to(hub).driving(executor, timer, this::run)).connect();
        transports.add(client.transport());
        return client;
    }

    /**
     * {@return the context of a peer, to call a policy without sending a message}
     *
     * @param transport the transport of the peer
     */
    public PolicyContext context(FakeTransport transport) {
        Objects.requireNonNull(transport, "transport");
        Peer peer = transport.peer();
        return new PolicyContext() {
            @Override
            public Peer peer() {
                return peer;
            }

            @Override
            public long nanoTime() {
                return timer.nanoTime();
            }

            @Override
            public @Nullable String topic() {
                return null;
            }
        };
    }

    /**
     * Broadcasts texts, without running the hub.
     *
     * @param texts the texts, in this order
     */
    public void broadcast(String... texts) {
        Objects.requireNonNull(texts, "texts");
        for (String text : texts) {
            hub.broadcast(text);
        }
    }

    /**
     * Broadcasts numbers as texts, and runs the hub after each, so that each is written in a batch of its own.
     *
     * @param from the first number
     * @param to the number after the last one
     */
    public void broadcastEach(int from, int to) {
        for (int i = from; i < to; i++) {
            hub.broadcast(Integer.toString(i));
            run();
        }
    }

    /**
     * Runs all tasks of the hub that are due now.
     *
     * @throws AssertionError if the hub has violated the contract of a transport that has joined, or its tasks never
     *     end
     */
    public void run() {
        executor.runAll();
        for (FakeTransport transport : transports) {
            BroadcastAssertions.assertThat(transport).hasNoViolations();
        }
    }

    /**
     * Runs the hub, lets time pass, and runs the hub again.
     *
     * @param duration how much time; not negative, and at most 36,500 days
     * @throws IllegalArgumentException if it is not
     * @throws AssertionError as {@link #run} does
     */
    public void pass(Duration duration) {
        Objects.requireNonNull(duration, "duration");
        run();
        timer.pass(duration);
        run();
    }

    /**
     * Lets seconds pass, as {@link #pass} does.
     *
     * @param seconds how many; not negative, and at most 36,500 days
     * @throws IllegalArgumentException if it is not
     * @throws AssertionError as {@link #run} does
     */
    public void passSeconds(long seconds) {
        pass(Duration.ofSeconds(seconds));
    }

    /**
     * {@return numbers as texts, as {@link #broadcastEach} broadcasts them}
     *
     * @param from the first number
     * @param to the number after the last one
     */
    public static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
