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
 * A client with a socket, for end-to-end tests of a server: the JDK's WebSocket client, with a queue of the messages
 * that the test has not taken yet.
 *
 * <pre>{@code
 * try (SocketClient alice = SocketClient.to(server.uri()).header("Authorization", "Bearer " + token).connect()) {
 *     alice.send("hello");
 *     assertThat(alice.nextText()).isEqualTo("hello");
 * }
 * }</pre>
 *
 * <p>It reads every message at once, and answers pings and close frames. Safe for use by any number of threads.
 */
public final class SocketClient extends TestClient {

    /** The subprotocol under which a client is told positions and gaps. */
    private static final String NUMBERED = "broadcast.v1";

    /** The default HTTP client, made at its first use. */
    private static final class Http {
        static final HttpClient CLIENT = HttpClient.newHttpClient();
    }

    private final URI uri;
    private final WebSocket socket;

    /**
     * Completes when the last message was sent: messages are sent one after the other. Guarded by this client's
     * monitor.
     */
    private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);

    private SocketClient(Builder settings) {
        super(settings.limit);
        uri = settings.target();
        socket = settings.open(uri, new IncomingFrames(this::message, this::ended));
    }

    /**
     * {@return a connected client}
     *
     * @param uri the URI, such as that of {@link io.techops.broadcast.tyrus.BroadcastServer#uri}
     * @throws HandshakeRefusedException if the server answers with a status other than 101
     * @throws UncheckedIOException if the server cannot be reached, or does not answer
     */
    public static SocketClient connect(URI uri) {
        return to(uri).connect();
    }

    /**
     * {@return a builder of a client}
     *
     * @param uri the URI to connect to, with the scheme {@code ws} or {@code wss}
     */
    public static Builder to(URI uri) {
        return new Builder(uri);
    }

    /** {@return the subprotocol that the server has selected; the empty string if none} */
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
     * @throws IllegalArgumentException if the code is not 1000, 1001, 1008, 1011, or 3000 or higher: the JDK's client
     *     sends no others
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
        // A message that cannot be sent is dropped: the listener of the socket reports the end of the connection.
        sending = sending.handle((done, failure) -> null).thenCompose(nothing -> next.apply(socket));
    }

    @Override
    public void disconnect() {
        socket.abort();
        ended(CloseReason.of(CloseReason.ABNORMAL));
    }

    /** Waits for the end of the connection, so that the server's close frame is read, and then frees the socket. */
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

    /** Sets up a client. Not safe for use by many threads. */
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
         * @param name the name, such as {@code Authorization} or {@code Origin}
         * @param value its value
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Offers subprotocols, as {@code new WebSocket(url, [...])} does in a browser, after those offered before.
         *
         * @param names the subprotocols, such as {@code "bearer", token}
         * @return this builder
         */
        public Builder subprotocols(String... names) {
            subprotocols.addAll(List.of(names));
            return this;
        }

        /**
         * Adds a parameter to the query of the URI.
         *
         * @param parameter the parameter, percent-encoded, such as {@code replay=50}
         * @return this builder
         */
        public Builder query(String parameter) {
            query.add(Objects.requireNonNull(parameter, "parameter"));
            return this;
        }

        /**
         * Offers {@code broadcast.v1}, so that the client is told positions and gaps.
         *
         * @return this builder
         */
        public Builder numbered() {
            return subprotocols.contains(NUMBERED) ? this : subprotocols(NUMBERED);
        }

        /**
         * Offers {@code broadcast.v1}, and resumes after a position.
         *
         * @param position the position of the last message that was received
         * @return this builder
         */
        public Builder after(Position position) {
            return numbered().query("last_event_id=" + Objects.requireNonNull(position, "position"));
        }

        /**
         * Sets how long the client waits for anything, including the answer to the handshake.
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
         * Sets the HTTP client that connects, such as one that trusts the certificate of a test.
         *
         * @param http by default a client with the defaults of the JDK
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
         * @throws HandshakeRefusedException if the server answers with a status other than 101
         * @throws UncheckedIOException if the server cannot be reached, or does not answer
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
