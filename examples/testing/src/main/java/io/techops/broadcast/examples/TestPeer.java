package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

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

/** A connection to the service, by the JDK's client. */
final class TestPeer implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private volatile String closePhrase = "";
    private final WebSocket socket;

    private TestPeer(HttpClient client, URI uri, @Nullable String origin) {
        WebSocket.Builder builder = client.newWebSocketBuilder();
        if (origin != null) {
            builder.header("Origin", origin);
        }
        socket = inTime(builder.buildAsync(uri, new Receiver()));
    }

    private TestPeer(WebSocket.Builder builder, URI uri) {
        socket = inTime(builder.buildAsync(uri, new Receiver()));
    }

    static TestPeer connect(URI uri) {
        return new TestPeer(CLIENT, uri, null);
    }

    static TestPeer connect(URI uri, HttpClient client) {
        return new TestPeer(client, uri, null);
    }

    /** {@return a peer that offers subprotocols, as {@code new WebSocket(uri, [...])} does in a browser} */
    static TestPeer offering(URI uri, String first, String... others) {
        return new TestPeer(CLIENT.newWebSocketBuilder().subprotocols(first, others), uri);
    }

    /** {@return a peer that sends a header} */
    static TestPeer sending(URI uri, String header, String value) {
        return new TestPeer(CLIENT.newWebSocketBuilder().header(header, value), uri);
    }

    static TestPeer connectFrom(String origin, URI uri) {
        return new TestPeer(CLIENT, uri, origin);
    }

    private static <T> T inTime(CompletableFuture<T> future) {
        return future.orTimeout(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    void send(String text) {
        inTime(socket.sendText(text, true));
    }

    void send(byte... bytes) {
        inTime(socket.sendBinary(ByteBuffer.wrap(bytes), true));
    }

    /** Begins the close handshake. */
    void leave(String phrase) {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, phrase);
    }

    /** {@return the subprotocol that the server has selected, empty if none} */
    String subprotocol() {
        return socket.getSubprotocol();
    }

    /** {@return the next message: a string, or a list of bytes} */
    Object next() {
        try {
            Object message = received.poll(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(message).as("a message").isNotNull();
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the code the connection was closed with, or -1 if it ended without one} */
    int closeCode() {
        return inTime(closed);
    }

    /** {@return what the close frame said beside the code; empty before it has come} */
    String closePhrase() {
        return closePhrase;
    }

    boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                received.add(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            received.add(bytes);
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String phrase) {
            closePhrase = phrase;
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(-1);
        }
    }
}
