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

/**
 * The WebSocket client of the JDK, which keeps what it is told.
 */
public final class JdkClient implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder().sslContext(Tls.context()).build();

    final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> binaries = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
    private WebSocket socket;

    /** How the connection ended. */
    public record Closed(int code, String phrase) {
    }

    private JdkClient() {
    }

    public static JdkClient open(URI uri) {
        return open(HTTP, uri);
    }

    /** {@return a client that offers subprotocols, as {@code new WebSocket(uri, [...])} does} */
    public static JdkClient open(URI uri, String first, String... others) {
        JdkClient client = new JdkClient();
        client.socket = HTTP.newWebSocketBuilder().subprotocols(first, others).buildAsync(uri, client).join();
        return client;
    }

    public static JdkClient open(HttpClient http, URI uri) {
        JdkClient client = new JdkClient();
        client.socket = http.newWebSocketBuilder().buildAsync(uri, client).join();
        return client;
    }

    /** {@return the subprotocol that the server selected, empty if none} */
    public String subprotocol() {
        return socket.getSubprotocol();
    }

    public JdkClient send(String message) {
        socket.sendText(message, true).join();
        return this;
    }

    public JdkClient send(byte[] message) {
        socket.sendBinary(ByteBuffer.wrap(message), true).join();
        return this;
    }

    public void sendClose(int code, String phrase) {
        socket.sendClose(code, phrase).join();
    }

    /** {@return the next text; null if none comes in time} */
    public String next() throws InterruptedException {
        return texts.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** {@return the next binary message; null if none comes in time} */
    public byte[] nextBinary() throws InterruptedException {
        return binaries.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    public Closed closed() throws Exception {
        return closed.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            texts.add(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
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
    public CompletionStage<?> onClose(WebSocket from, int code, String phrase) {
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
