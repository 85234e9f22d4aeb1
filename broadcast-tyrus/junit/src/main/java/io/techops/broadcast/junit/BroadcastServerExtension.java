package io.techops.broadcast.junit;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.jspecify.annotations.Nullable;

/**
 * Starts a server on a free port of 127.0.0.1, with a hub of its own, for each test of JUnit Jupiter. After the test,
 * even if it fails, the clients are closed, and then the server and the hub.
 *
 * <pre>{@code
 * @RegisterExtension
 * final BroadcastServerExtension live = BroadcastServerExtension.builder()
 *         .server(server -> server.path("/live").handshakePolicy(new MembersOnly()))
 *         .build();
 *
 * @Test
 * void membersOnly() {
 *     SocketClient alice = live.client().header("Authorization", "Bearer " + ALICE).connect();
 *     live.hub().broadcast("hello");
 *     assertThat(alice.nextText()).isEqualTo("hello");
 *     assertThatThrownBy(live::connect).isInstanceOf(HandshakeRefusedException.class).hasMessageContaining("401");
 * }
 * }</pre>
 *
 * <p>If the defaults are enough, use {@code @ExtendWith(BroadcastServerExtension.class)}. A test, and its {@code
 * @BeforeEach} and {@code @AfterEach} methods, may have parameters: {@link BroadcastServer}, {@link BroadcastHub} or
 * {@link Topics}, and {@link SocketClient} for a new client that is connected to the hub.
 *
 * <p>Tests may run in parallel, each with its own server. If parallel tests share the extension, because it is in a
 * static field or the test instance is shared, its methods cannot know which test calls them, and throw: use parameters
 * instead.
 */
public final class BroadcastServerExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

    private static final List<Class<?>> PARAMETERS =
            List.of(BroadcastServer.class, BroadcastHub.class, Topics.class, SocketClient.class);

    private final UnaryOperator<BroadcastHub.Builder> hub;
    private final @Nullable UnaryOperator<Topics.Builder> topics;
    private final UnaryOperator<BroadcastServer.Builder> server;
    private final Duration closeLimit;
    /** The servers by the unique id of their tests. */
    private final Map<String, TestServer> running = new ConcurrentHashMap<>();

    /** Makes an extension with the defaults, for {@code @ExtendWith}. */
    public BroadcastServerExtension() {
        this(builder());
    }

    private BroadcastServerExtension(Builder settings) {
        hub = settings.hub == null ? UnaryOperator.identity() : settings.hub;
        topics = settings.topics;
        server = settings.server;
        closeLimit = settings.closeLimit;
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return the server of the running test}
     *
     * @throws IllegalStateException if no test is running, or several tests that share this object
     */
    public BroadcastServer server() {
        return current().server();
    }

    /**
     * {@return the hub of the running test}
     *
     * @throws IllegalStateException as {@link #server} does, or if there are topics
     */
    public BroadcastHub hub() {
        return server().hub();
    }

    /**
     * {@return the topics of the running test}
     *
     * @throws IllegalStateException as {@link #server} does, or if there are none
     */
    public Topics topics() {
        return server().topics();
    }

    /**
     * {@return the URI of the hub}
     *
     * @throws IllegalStateException as {@link #server} does
     */
    public URI uri() {
        return server().uri();
    }

    /**
     * {@return a builder of a client of the hub; the client is closed after the test}
     *
     * @throws IllegalStateException as {@link #hub} does
     */
    public SocketClient.Builder client() {
        TestServer at = current();
        at.server().hub(); // throws if there are topics
        return at.client(at.server().uri());
    }

    /**
     * {@return a builder of a client of a topic; the client is closed after the test}
     *
     * @param topic the topic's name
     * @throws IllegalStateException as {@link #topics} does
     */
    public SocketClient.Builder client(String topic) {
        TestServer at = current();
        return at.client(at.server().uri(topic));
    }

    /**
     * {@return a client that is connected to the hub; it is closed after the test}
     *
     * @throws IllegalStateException as {@link #hub} does
     * @throws HandshakeRefusedException if the server refuses it
     */
    public SocketClient connect() {
        return client().connect();
    }

    /**
     * {@return a client that is connected to a topic; it is closed after the test}
     *
     * @param topic the topic's name
     * @throws IllegalStateException as {@link #topics} does
     * @throws HandshakeRefusedException if the server refuses it
     */
    public SocketClient connect(String topic) {
        return client(topic).connect();
    }

    private TestServer current() {
        List<TestServer> all = List.copyOf(running.values());
        if (all.isEmpty()) {
            throw new IllegalStateException("no test runs: a server is there from @BeforeEach to @AfterEach, and the "
                    + "object must be registered with @RegisterExtension");
        }
        if (all.size() > 1) {
            throw new IllegalStateException(all.size() + " tests run at once and share this object: "
                    + "let them have parameters, such as BroadcastServer or SocketClient");
        }
        return all.get(0);
    }

    /** Called by JUnit: starts the server of a test. */
    @Override
    public void beforeEach(ExtensionContext test) {
        running.put(test.getUniqueId(), TestServer.start(hub, topics, server));
    }

    /** Called by JUnit: ends the server of a test. */
    @Override
    public void afterEach(ExtensionContext test) {
        TestServer ended = running.remove(test.getUniqueId());
        if (ended != null) {
            ended.close(closeLimit);
        }
    }

    /** Called by JUnit. */
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return PARAMETERS.contains(parameter.getParameter().getType());
    }

    /** Called by JUnit. */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Class<?> type = parameter.getParameter().getType();
        TestServer at = running.get(test.getUniqueId());
        if (at == null) {
            throw new ParameterResolutionException("each test has a server of its own: " + type.getSimpleName()
                    + " can be a parameter of @Test, @BeforeEach and @AfterEach methods only, not of "
                    + parameter.getDeclaringExecutable());
        }
        try {
            if (type == SocketClient.class) {
                at.server().hub(); // throws if there are topics
                return at.client(at.server().uri()).connect();
            }
            return type == BroadcastHub.class ? at.server().hub()
                    : type == Topics.class ? at.server().topics() : at.server();
        } catch (IllegalStateException e) {
            throw new ParameterResolutionException(e.getMessage(), e);
        }
    }

    /** Sets up an extension. Not safe for use by many threads. */
    public static final class Builder {
        private @Nullable UnaryOperator<BroadcastHub.Builder> hub;
        private @Nullable UnaryOperator<Topics.Builder> topics;
        private UnaryOperator<BroadcastServer.Builder> server = UnaryOperator.identity();
        private Duration closeLimit = BroadcastHub.DEFAULT_CLOSE_LIMIT;

        private Builder() {
        }

        /**
         * Sets up the hub of each test.
         *
         * @param settings changes the builder of the hub; called before each test. By default nothing is changed
         * @return this builder
         */
        public Builder hub(UnaryOperator<BroadcastHub.Builder> settings) {
            hub = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Uses topics in place of a hub, and sets up those of each test.
         *
         * @param settings changes the builder of the topics; called before each test
         * @return this builder
         */
        public Builder topics(UnaryOperator<Topics.Builder> settings) {
            topics = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Sets up the server of each test.
         *
         * @param settings changes the builder of the server; called before each test. The builder is set to a free port
         *     of 127.0.0.1, and to the hub or the topics, which must not be changed
         * @return this builder
         */
        public Builder server(UnaryOperator<BroadcastServer.Builder> settings) {
            server = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Sets how long the peers of a server may take when it is closed. Clients of the extension are closed before.
         *
         * @param limit {@link BroadcastHub#DEFAULT_CLOSE_LIMIT} by default; zero aborts at once
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder closeLimit(Duration limit) {
            if (limit.isNegative()) {
                throw new IllegalArgumentException("limit must not be negative: " + limit);
            }
            closeLimit = limit;
            return this;
        }

        /**
         * {@return the extension, for a field with {@code @RegisterExtension}}
         *
         * @throws IllegalStateException if both a hub and topics were set up
         */
        public BroadcastServerExtension build() {
            if (hub != null && topics != null) {
                throw new IllegalStateException("hub and topics exclude each other: set up one of them");
            }
            return new BroadcastServerExtension(this);
        }
    }
}
