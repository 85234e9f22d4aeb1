package io.techops.broadcast.testing;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket client of the JDK, which keeps what it receives. Methods that wait fail after {@link TestRun#LIMIT}.
 */
public final class JdkClient implements WebSocket.Listener, AutoCloseable {

    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> binaries = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
    private final WebSocket socket;

    /** The code and the phrase of the close frame that was received. */
    public record Closed(int code, String phrase) {
    }

    /** The HTTP clients for {@code ws:} and {@code wss:}; the key for the latter is made only if needed. */
    private static final class Http {

        static final HttpClient PLAIN = HttpClient.newHttpClient();

        private static final class Secure {
            static final HttpClient CLIENT = HttpClient.newBuilder().sslContext(Tls.context()).build();
        }

        static HttpClient of(URI uri) {
            return uri.getScheme().equals("wss") ? Secure.CLIENT : PLAIN;
        }
    }

    private JdkClient(WebSocket.Builder builder, URI uri) {
        socket = inTime(builder.buildAsync(uri, this));
    }

    /** {@return a client that is connected; over TLS it trusts the key of {@link Tls#context()}} */
    public static JdkClient open(URI uri) {
        return open(Http.of(uri), uri);
    }

    /** {@return a client that offers subprotocols, as {@code new WebSocket(uri, [...])} does in a browser} */
    public static JdkClient open(URI uri, String first, String... others) {
        return new JdkClient(Http.of(uri).newWebSocketBuilder().subprotocols(first, others), uri);
    }

    /** {@return a client that connects by {@code http}} */
    public static JdkClient open(HttpClient http, URI uri) {
        return new JdkClient(http.newWebSocketBuilder(), uri);
    }

    /** {@return a client whose handshake has one more header} */
    public static JdkClient openWith(String header, String value, URI uri) {
        return new JdkClient(Http.of(uri).newWebSocketBuilder().header(header, value), uri);
    }

    private static <T> T inTime(CompletableFuture<T> future) {
        return future.orTimeout(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static <T> T inTime(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no message came in time");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the subprotocol that the server selected, empty if none} */
    public String subprotocol() {
        return socket.getSubprotocol();
    }

    /** Sends a text. */
    public JdkClient send(String message) {
        inTime(socket.sendText(message, true));
        return this;
    }

    /** Sends a binary message. */
    public JdkClient send(byte[] message) {
        inTime(socket.sendBinary(ByteBuffer.wrap(message), true));
        return this;
    }

    /** Begins the close handshake. */
    public void sendClose(int code, String phrase) {
        inTime(socket.sendClose(code, phrase));
    }

    /** {@return the next text; waits for it} */
    public String next() {
        return inTime(texts);
    }

    /** {@return the next binary message; waits for it} */
    public byte[] nextBinary() {
        return inTime(binaries);
    }

    /** {@return how the connection was closed; waits for it, and throws if it ends without a close frame} */
    public Closed closed() {
        return inTime(closed);
    }

    /** {@return whether the connection has ended} */
    public boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            texts.add(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        binary.writeBytes(part);
        if (last) {
            binaries.add(binary.toByteArray());
            binary.reset();
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String phrase) {
        closed.complete(new Closed(code, phrase));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable thrown) {
        closed.completeExceptionally(thrown);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
