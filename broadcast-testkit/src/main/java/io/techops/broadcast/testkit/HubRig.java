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
 * A hub that a test drives by hand: tasks run when {@link #run} is called, time passes when {@link #pass} is called,
 * both on the thread of the test and both at once. No thread, no sleep, no luck: what a test does happens in the same
 * order every time.
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
 * <p>The hub has the library's defaults, but one shard, so that there is one order of things, and a
 * {@link RecordingListener} as its listener. Every transport that joined is watched: {@link #run} and {@link #pass}
 * fail if the hub broke the contract of {@link io.techops.broadcast.spi.Transport}.
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
     * Makes a hub with settings of one's own.
     *
     * @param settings is given a builder with the rig's executor, timer and listener, and one shard; a {@link
     *     HubListener} or {@link MessageListener} that is set here replaces the recording one as such
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
     * {@return a hub with room for so many messages} The smaller the log, the sooner a stalled peer falls off it.
     *
     * @param messages how many, at least 1
     */
    public static HubRig keeping(int messages) {
        return keeping(messages, builder -> builder);
    }

    /**
     * {@return a hub with room for so many messages, and settings of one's own}
     *
     * @param messages how many, at least 1
     * @param settings as for the constructor
     */
    public static HubRig keeping(int messages, UnaryOperator<BroadcastHub.Builder> settings) {
        Objects.requireNonNull(settings, "settings");
        return new HubRig(builder -> settings.apply(builder.retention(Retention.of(messages, 8 << 20))));
    }

    /** {@return the hub} Its {@code close} would wait for this very thread: use {@code shutdown}, then {@link #run}. */
    public BroadcastHub hub() {
        return hub;
    }

    /** {@return what runs the hub's tasks, for a test that wants to run them one by one} */
    public ManualExecutor executor() {
        return executor;
    }

    /** {@return the hub's clock, for a test that lets time pass without running the hub} */
    public VirtualTimer timer() {
        return timer;
    }

    /** {@return what the hub's listener was told} */
    public RecordingListener listener() {
        return recorded;
    }

    /** {@return the transport of a new peer, registered and watched} */
    public FakeTransport join() {
        return join(new FakeTransport());
    }

    /**
     * {@return the transport of a new peer of which something is known, registered and watched}
     *
     * <pre>{@code
     * FakeTransport alice = rig.join(new Attributes().set(USER, "alice"));
     * }</pre>
     *
     * @param attributes what {@link Peer#attributes} is to begin with; copied
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public FakeTransport join(Attributes attributes) {
        return join(new FakeTransport(attributes));
    }

    /**
     * Registers a transport and watches it.
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

    /** {@return a client of a new peer, which lets the hub run and time pass while it waits; registered and watched} */
    public MemoryClient connect() {
        return connect(client -> client);
    }

    /**
     * {@return a client of a new peer, as {@link #connect()} does, with settings of its own}
     *
     * <pre>{@code
     * MemoryClient late = rig.connect(client -> client.numbered().replay(Replay.last(50)));
     * }</pre>
     *
     * @param settings is given a builder
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public MemoryClient connect(UnaryOperator<MemoryClient.Builder> settings) {
        Objects.requireNonNull(settings, "settings");
        MemoryClient client = settings.apply(MemoryClient.to(hub).driving(executor, timer, this::run)).connect();
        transports.add(client.transport());
        return client;
    }

    /**
     * {@return what a policy is told about a peer, to ask a policy without a message that is sent}
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
     * Broadcasts texts, and lets the hub do nothing about it yet.
     *
     * @param texts what to broadcast, in this order
     */
    public void broadcast(String... texts) {
        Objects.requireNonNull(texts, "texts");
        for (String text : texts) {
            hub.broadcast(text);
        }
    }

    /**
     * Broadcasts numbers, as text, and lets the hub run after each, so that each leaves in a batch of its own.
     *
     * @param from the first number
     * @param to the number behind the last one
     */
    public void broadcastEach(int from, int to) {
        for (int i = from; i < to; i++) {
            hub.broadcast(Integer.toString(i));
            run();
        }
    }

    /**
     * Lets the hub do all that it has to do now.
     *
     * @throws AssertionError if the hub broke the contract of a transport that joined, or never comes to an end
     */
    public void run() {
        executor.runAll();
        for (FakeTransport transport : transports) {
            BroadcastAssertions.assertThat(transport).hasNoViolations();
        }
    }

    /**
     * Lets the hub do what it has to do now, then lets time pass, and the hub do what it has to do then.
     *
     * @param duration how much; not negative, and at most 36,500 days
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
     * @param to the number behind the last one
     */
    public static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
