package io.techops.broadcast.junit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client with a socket, for tests of a server from end to end: the WebSocket client of the JDK, which keeps what
 * comes until the test takes it.
 *
 * <pre>{@code
 * try (SocketClient alice = SocketClient.to(server.uri()).header("Authorization", "Bearer " + token).connect()) {
 *     alice.send("hello");
 *     assertThat(alice.nextText()).isEqualTo("hello");
 * }
 * }</pre>
 *
 * <p>It reads at once whatever comes, and answers pings and close frames. Safe for use by any number of threads.
 */
public final class SocketClient extends TestClient {

    /** What speaks {@code broadcast.v1} is told of positions and gaps. */
    private static final String NUMBERED = "broadcast.v1";

    /** What connects unless another one is set. */
    private static final class Http {
        static final HttpClient CLIENT = HttpClient.newHttpClient();
    }

    private final URI uri;
    private final WebSocket socket;

    /** What is being sent, one after another: guarded by this client's monitor. */
    private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);

    private SocketClient(Builder settings) {
        super(settings.limit);
        uri = settings.target();
        socket = settings.open(uri, new IncomingFrames(this::message, this::ended));
    }

    /**
     * {@return a client that is connected}
     *
     * @param uri such as that of {@link io.techops.broadcast.tyrus.BroadcastServer#uri}
     * @throws HandshakeRefusedException if the server answers with another status than 101
     * @throws UncheckedIOException if there is no server, or no answer
     */
    public static SocketClient connect(URI uri) {
        return to(uri).connect();
    }

    /**
     * {@return what sets up a client}
     *
     * @param uri where to connect to, {@code ws:} or {@code wss:}
     */
    public static Builder to(URI uri) {
        return new Builder(uri);
    }

    /** {@return the subprotocol that the server has selected; empty if none} */
    public String subprotocol() {
        return socket.getSubprotocol();
    }

    @Override
    public void send(Message message) {
        Objects.requireNonNull(message, "message");
        checkOpen();
        enqueue(to -> message instanceof Message.Text text ? to.sendText(text.text(), true)
                : to.sendBinary(message.payload(), true));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the code is not 1000, 1001, 1008, 1011 or from 3000 on: the client of the JDK
     *     sends no other
     */
    @Override
    public void close(CloseReason reason) {
        int code = reason.code();
        if (code < 3_000 && code != CloseReason.NORMAL && code != CloseReason.GOING_AWAY
                && code != CloseReason.POLICY_VIOLATION && code != CloseReason.INTERNAL_ERROR) {
            throw new IllegalArgumentException("code must be 1000, 1001, 1008, 1011 or from 3000 on: " + code);
        }
        if (!isClosed()) {
            enqueue(to -> to.sendClose(code, reason.phrase()));
        }
    }

    private synchronized void enqueue(Function<WebSocket, CompletableFuture<?>> next) {
        // What cannot be sent any more is dropped: the end of the connection is told by the socket.
        sending = sending.handle((done, failure) -> null).thenCompose(nothing -> next.apply(socket));
    }

    @Override
    public void disconnect() {
        socket.abort();
        ended(CloseReason.of(CloseReason.ABNORMAL));
    }

    /** Reads what the server said last, which may take a moment, and then frees the socket. */
    void disconnectAfter(Duration most) {
        endsWithin(most);
        disconnect();
    }

    @Override
    protected String name() {
        return "client of " + uri;
    }

    private void message(Message message, String spoken) {
        if (!spoken.equals(NUMBERED)) {
            received(message, null, null);
            return;
        }
        NumberedFrame frame = new NumberedFrame(message);
        StreamEvent event = frame.event();
        if (event == null) {
            received(frame.payload(), frame.position(), frame.key());
        } else {
            told(event);
        }
    }

    /** Sets up a client. Not safe for many threads. */
    public static final class Builder {
        private final URI uri;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final List<String> subprotocols = new ArrayList<>();
        private final List<String> query = new ArrayList<>();
        private Duration limit = DEFAULT_LIMIT;
        private @Nullable HttpClient http;
        private Consumer<SocketClient> whenConnected = client -> { };

        private Builder(URI uri) {
            this.uri = Objects.requireNonNull(uri, "uri");
        }

        /**
         * Adds a header to the handshake.
         *
         * @param name such as {@code Authorization} or {@code Origin}
         * @param value its value
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Offers subprotocols, as {@code new WebSocket(url, [...])} does in a browser, behind those offered before.
         *
         * @param names such as {@code "bearer", token}
         * @return this builder
         */
        public Builder subprotocols(String... names) {
            subprotocols.addAll(List.of(names));
            return this;
        }

        /**
         * Adds to the query of the URI.
         *
         * @param parameter such as {@code replay=50}, encoded
         * @return this builder
         */
        public Builder query(String parameter) {
            query.add(Objects.requireNonNull(parameter, "parameter"));
            return this;
        }

        /**
         * Speaks {@code broadcast.v1}: the client is told of positions and gaps.
         *
         * @return this builder
         */
        public Builder numbered() {
            return subprotocols.contains(NUMBERED) ? this : subprotocols(NUMBERED);
        }

        /**
         * Speaks {@code broadcast.v1}, and goes on after a position.
         *
         * @param position that of the last message that was received
         * @return this builder
         */
        public Builder after(Position position) {
            return numbered().query("last_event_id=" + Objects.requireNonNull(position, "position"));
        }

        /**
         * Sets how long the client waits for anything, the answer to the handshake included.
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
         * Sets what connects, such as one that trusts the key of a test.
         *
         * @param http one with the defaults of the JDK by default
         * @return this builder
         */
        public Builder http(HttpClient http) {
            this.http = Objects.requireNonNull(http, "http");
            return this;
        }

        /**
         * Connects the client.
         *
         * @return the client
         * @throws HandshakeRefusedException if the server answers with another status than 101
         * @throws UncheckedIOException if there is no server, or no answer
         */
        public SocketClient connect() {
            SocketClient client = new SocketClient(this);
            whenConnected.accept(client);
            return client;
        }

        Builder whenConnected(Consumer<SocketClient> action) {
            whenConnected = action;
            return this;
        }

        private URI target() {
            String separator = uri.getQuery() == null ? "?" : "&";
            return query.isEmpty() ? uri : URI.create(uri + separator + String.join("&", query));
        }

        private WebSocket open(URI target, WebSocket.Listener listener) {
            WebSocket.Builder builder = (http == null ? Http.CLIENT : http).newWebSocketBuilder();
            headers.forEach(builder::header);
            if (!subprotocols.isEmpty()) {
                builder.subprotocols(subprotocols.get(0),
                        subprotocols.subList(1, subprotocols.size()).toArray(String[]::new));
            }
            try {
                return builder.buildAsync(target, listener).orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof WebSocketHandshakeException refused) {
                    throw new HandshakeRefusedException(target, refused.getResponse().statusCode(), refused);
                }
                throw new UncheckedIOException(new IOException("no connection to " + target, e.getCause()));
            }
        }
    }
}
