package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** The selector of all connections to one server, and how they are made. For one thread. */
final class Loop implements AutoCloseable {

    /** A connection. */
    @FunctionalInterface
    interface Connection {
        /** Does what its socket is ready for. */
        void ready();
    }

    private final int port;
    private final @Nullable SSLContext tls;
    private final Selector selector = Selector.open();
    private long deadline;
    private long resumed;
    private int receiveBuffer;

    /**
     * @param tls trusts the server
     */
    Loop(LoadSpec spec, @Nullable SSLContext tls) throws IOException {
        port = spec.port();
        this.tls = spec.tls() ? tls : null;
        extend(spec.limit());
    }

    /** Sets the time that is left. */
    void extend(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    /** Bounds what the kernel takes in for each of the connections to come, in bytes. */
    void receiveBuffer(int bytes) {
        receiveBuffer = bytes;
    }

    /**
     * Connects, and shakes hands for TLS; blocks for as long as that takes on this machine.
     *
     * @param name TLS sessions are resumed by connections of the same name
     * @param connection made of the connected socket, which does not block, and its key
     */
    <C extends Connection> C connect(String name, BiFunction<Wire, SelectionKey, C> connection) throws IOException {
        return connect(name, port, connection);
    }

    /** Connects to a port of another node. */
    <C extends Connection> C connect(String name, int at, BiFunction<Wire, SelectionKey, C> connection)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (receiveBuffer > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        }
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Wire wire;
        if (tls == null) {
            wire = new Wire(channel, null);
        } else {
            SSLEngine engine = tls.createSSLEngine(name, at);
            engine.setUseClientMode(true);
            wire = new Wire(channel, engine);
            long now = System.currentTimeMillis();
            wire.handshake(engine);
            resumed += engine.getSession().getCreationTime() < now ? 1 : 0;
        }
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        C connected = connection.apply(wire, key);
        key.attach(connected);
        return connected;
    }

    /** {@return how many connections so far have gone on with the TLS session of an earlier one} */
    long resumed() {
        return resumed;
    }

    /** Waits for sockets that are ready, and serves them. {@return whether there is time left} */
    boolean turn(long millis) throws IOException {
        if (millis == 0) {
            selector.selectNow(key -> ((Connection) key.attachment()).ready());
        } else {
            selector.select(key -> ((Connection) key.attachment()).ready(), millis);
        }
        return System.nanoTime() - deadline <= 0;
    }

    /** Frees all sockets at once. */
    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
