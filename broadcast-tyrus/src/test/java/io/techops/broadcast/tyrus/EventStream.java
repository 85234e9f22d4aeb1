package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client of Server-Sent Events that keeps what comes as it comes. For one thread. */
final class EventStream implements AutoCloseable {

    /** What every answer begins with, but for the date. */
    static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
            + "X-Accel-Buffering: no\r\nConnection: close\r\nVary: Origin\r\n\r\n";

    private final RawClient client;
    private final String head;
    private final String open;

    private EventStream(RawClient client, String request) throws IOException {
        this.client = client;
        head = client.ask(request).replaceFirst("Date: [^\r]*GMT\r\n", "");
        open = head.startsWith("HTTP/1.1 200 ") ? event() : "";
    }

    /** {@return the settings of a server that has streams} */
    static BroadcastServer.Builder server(Wire wire) {
        return wire.server().sse(true).handshakeTimeout(Duration.ofMinutes(5));
    }

    static BroadcastServer start(Wire wire, BroadcastHub.Builder hub) {
        return server(wire).hub(hub.build()).start();
    }

    static BroadcastServer start(Wire wire) {
        return start(wire, BroadcastHub.builder());
    }

    /** {@return the one peer that there is} */
    static Peer onlyPeer(BroadcastServer server) {
        return server.hub().peers().iterator().next();
    }

    /** {@return a stream that has begun, or why it has not} */
    static EventStream open(RawClient client, String path, String... headers) throws IOException {
        return new EventStream(client, request(path, headers));
    }

    static String request(String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "\r\n";
    }

    /** {@return a stream that has begun} */
    static EventStream open(Wire wire, BroadcastServer server) throws IOException {
        return open(wire, server, 0);
    }

    /** {@return a stream that has begun, with a receive buffer of the given size} */
    static EventStream open(Wire wire, BroadcastServer server, int receiveBuffer) throws IOException {
        EventStream stream = open(wire.connect(server, receiveBuffer), server.uri().getPath());
        if (!stream.head.equals(HEAD)) {
            throw new IOException("there is no stream: " + stream.head);
        }
        return stream;
    }

    /** {@return the head of the answer, without its date} */
    String head() {
        return head;
    }

    /** {@return the first event} */
    String opening() {
        return open;
    }

    /** {@return the position that the first event names} */
    String position() {
        return open.replaceAll("(?s).*\nid: ([^\n]*)\n.*", "$1");
    }

    RawClient client() {
        return client;
    }

    /** {@return the next line, with its end} */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            byte next = client.readBytes(1)[0];
            line.write(next);
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
        }
    }

    /** {@return the lines of the next event, its empty line included; comments before it are dropped} */
    String event() throws IOException {
        StringBuilder event = new StringBuilder();
        while (true) {
            String line = line();
            if (!line.startsWith(":")) {
                event.append(line);
                if (line.equals("\n")) {
                    return event.toString();
                }
            }
        }
    }

    /** {@return the data of the next event, as a browser has it} */
    String data() throws IOException {
        StringBuilder data = new StringBuilder();
        event().lines().filter(line -> line.startsWith("data: "))
                .forEach(line -> data.append(line.substring(6)).append('\n'));
        return data.substring(0, data.length() - 1);
    }

    /** {@return what comes before the end of the stream} */
    String rest() throws IOException {
        return new String(client.readAll(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
