package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.pages.StaticFileHandler;
import io.techops.broadcast.tyrus.server.GrizzlyListeners;
import io.techops.broadcast.tyrus.server.HttpPort;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;

/** A page server on a port of its own, with the clients to ask it. Reads have the limit of {@link TestRun#LIMIT}. */
final class PageServer implements AutoCloseable {

    static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private final WriteReadiness watch = new WriteReadiness("pages-test-watch");
    private final TCPNIOTransport server;
    private final int port;

    /** A response as it came over a plain socket until its end; header names are in lower case. */
    record Answer(int status, Map<String, String> headers, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The whole response, to look for what must not be in it. */
        String all() {
            return headers + "\n" + text();
        }
    }

    private PageServer(Pages pages, Duration stallTimeout) {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", 0);
        server = GrizzlyListeners.transport("pages-test", null, new HttpPort(watch, null, Duration.ofMinutes(5),
                Duration.ofMinutes(5), stallTimeout, () -> false, cause -> { }, null, null,
                        new StaticFileHandler(pages.source())));
        port = GrizzlyListeners.start(server, "pagePort", address);
    }

    static PageServer of(Pages pages) {
        return of(pages, HttpPort.STALL_TIMEOUT);
    }

    static PageServer of(Pages pages, Duration stallTimeout) {
        return new PageServer(pages, stallTimeout);
    }

    int port() {
        return port;
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(TestRun.LIMIT);
        return headers.length == 0 ? request : request.headers(headers);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return CLIENT.send(request(path, headers).GET().build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    HttpResponse<String> ask(String method, String path, String... headers) throws IOException, InterruptedException {
        return CLIENT.send(request(path, headers).method(method, HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** Sends GET with {@code target} spelled exactly so, one byte a character. */
    Answer raw(String target) throws IOException {
        return rawly("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    }

    /** Sends {@code request}, which has to ask for the end of the connection, and reads until then. */
    Answer rawly(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) TestRun.LIMIT.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return answer(socket.getInputStream());
        }
    }

    private static Answer answer(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException e) {
            // The server did not wait for the rest of the request: what came before the reset is what counts.
        }
        String text = all.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new EOFException("the response ended in its head: " + text);
        }
        String[] lines = text.substring(0, end).split("\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
        }
        return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers,
                text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() {
        GrizzlyListeners.stop(server);
        watch.close();
    }
}
