package io.techops.broadcast.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread serves non-blocking sockets, so that no client can block it. A connection is for one request, and has a
 * few seconds for it and its answer. When there are too many connections, the oldest is closed. So slow clients,
 * malicious or not, do not keep others from being answered, and hold only a bounded number of descriptors.
 */

/** Reads short requests without a body, and sends the answers (RFC 9112). Any thread may close it. */
final class HealthConnections implements AutoCloseable {

    /** The most connections at a time. */
    static final int MOST = 64;

    private static final Logger LOG = LoggerFactory.getLogger(HealthConnections.class);
    private static final int LONGEST_HEAD = 8 << 10;
    private static final long LIFE = Duration.ofSeconds(5).toNanos();
    private static final long TICK_MILLIS = 200;
    /** The pause after a failure, so that a lasting failure does not take a whole processor. */
    private static final long PAUSE = Duration.ofMillis(10).toNanos();

    /**
     * An answer.
     *
     * @param status the status, with its phrase
     * @param headers whole lines
     */
    record Answer(String status, String headers, byte[] body) {
    }

    private final ServerSocketChannel listening;
    private final Selector selector;
    private final Function<HealthHead.Request, Answer> answers;
    private final Thread thread = new Thread(this::run, "broadcast-health");
    private volatile boolean closed;
    /** The connections, the oldest first. This and all fields below are owned by the thread. */
    private final Deque<Connection> connections = new ArrayDeque<>();
    private boolean failing;

    private final class Connection {

        private final SocketChannel channel;
        private final SelectionKey key;
        private final long endsAt = System.nanoTime() + LIFE;
        private final ByteBuffer in = ByteBuffer.allocate(LONGEST_HEAD);
        private @Nullable ByteBuffer out;

        Connection(SocketChannel channel) throws IOException {
            this.channel = channel;
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void goOn() throws IOException {
            if (out == null || !out.hasRemaining()) {
                read();
            }
            if (out != null && out.hasRemaining()) {
                write();
            }
        }

        private void read() throws IOException {
            if (channel.read(in) < 0) {
                end();
            } else if (out != null) {
                in.clear(); // input behind the request is ignored
            } else if (HealthHead.isWhole(in) || !in.hasRemaining()) {
                out = ByteBuffer.wrap(bytes(HealthHead.parsed(in)));
                in.clear();
            }
        }

        private void write() throws IOException {
            channel.write(out);
            if (out.hasRemaining()) {
                key.interestOps(SelectionKey.OP_WRITE);
                return;
            }
            key.interestOps(SelectionKey.OP_READ); // reads until the client closes: a reset could destroy the answer
            channel.shutdownOutput();
        }

        void end() {
            connections.remove(this);
            close(channel);
        }
    }

    /**
     * Starts to listen.
     *
     * @param answers called by the one thread
     * @throws IOException if the address cannot be listened on
     */
    HealthConnections(InetSocketAddress address, Function<HealthHead.Request, Answer> answers) throws IOException {
        this.answers = answers;
        listening = ServerSocketChannel.open();
        try {
            listening.bind(address);
            listening.configureBlocking(false);
            selector = Selector.open();
            listening.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            close(listening);
            throw e;
        }
        thread.setDaemon(true);
        thread.start();
    }

    /** {@return the port} */
    int port() {
        return listening.socket().getLocalPort();
    }

    private void run() {
        while (!closed) {
            try {
                selector.select(this::ready, TICK_MILLIS);
                listening.keyFor(selector).interestOps(SelectionKey.OP_ACCEPT);
                while (!connections.isEmpty() && connections.peek().endsAt - System.nanoTime() < 0) {
                    connections.peek().end();
                }
            } catch (Throwable thrown) { // the thread must go on
                tell(thrown);
                LockSupport.parkNanos(PAUSE);
            }
        }
        while (!connections.isEmpty()) {
            connections.peek().end();
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (connection == null) {
                accept();
            } else {
                connection.goOn();
            }
        } catch (IOException e) {
            LOG.debug("A connection to the health port broke: {}", e.toString());
            end(key, connection);
        } catch (Throwable thrown) {
            end(key, connection);
            tell(thrown);
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = listening.accept();
        if (channel == null) {
            return;
        }
        try {
            connections.add(new Connection(channel));
        } catch (Throwable thrown) {
            close(channel);
            throw thrown;
        }
        if (connections.size() > MOST) {
            connections.peek().end();
        }
    }

    /** Ends a connection that failed; if accepting failed, it is tried again at the next tick. */
    private static void end(SelectionKey key, @Nullable Connection connection) {
        if (connection != null) {
            connection.end();
        } else if (key.isValid()) {
            key.interestOps(0);
        }
    }

    /** Logs a warning for the first of several failures in a row. */
    private void tell(Throwable thrown) {
        boolean first = !failing && !closed;
        failing = true;
        try {
            if (first) {
                LOG.warn("The health port goes on after a failure", thrown);
            }
        } catch (Throwable noMemory) {
            // It cannot be logged.
        }
    }

    private Answer answer(HealthHead.@Nullable Request request) {
        if (request == null) {
            return new Answer("400 Bad Request", "", new byte[0]);
        }
        try {
            Answer answer = answers.apply(request);
            failing = false;
            return answer;
        } catch (RuntimeException | Error e) {
            tell(e);
            return new Answer("500 Internal Server Error", "", new byte[0]);
        }
    }

    private byte[] bytes(HealthHead.@Nullable Request request) {
        Answer answer = answer(request);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("HTTP/1.1 " + answer.status() + "\r\n" + HealthHead.date() + "Connection: close\r\n"
                + "Cache-Control: no-store\r\nContent-Length: " + answer.body().length + "\r\n" + answer.headers()
                + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        if (request == null || !request.method().equals("HEAD")) {
            bytes.writeBytes(answer.body());
        }
        return bytes.toByteArray();
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception e) {
            LOG.debug("Closing failed: {}", e.toString());
        }
    }

    /** Ends all connections, and the thread. */
    @Override
    public void close() {
        closed = true;
        close(listening);
        selector.wakeup();
        try {
            thread.join(LIFE / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the thread ends nevertheless
        }
        close(selector);
    }
}
