package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.SocketFactory;

/**
 * How a test's connections travel: in the clear, where batches go to the socket as they are, or through TLS. The
 * promises are the same.
 */
enum Wire {
    PLAIN, TLS;

    /** What is tried over each of them. */
    interface Trial {

        /** Tries it over one of them. */
        void over(Wire wire) throws Exception;
    }

    /** Tries something over all of them at the same time: for what does little but wait for seconds to pass. */
    static void atOnce(Trial trial) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (Wire wire : values()) {
                all.add(threads.submit(() -> {
                    trial.over(wire);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** {@return a server on the loopback interface, on any free port, which waits long for a handshake} */
    BroadcastServer.Builder server() {
        BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0)
                .handshakeTimeout(Duration.ofMinutes(5));
        return this == TLS ? builder.tls(Tls.context()) : builder;
    }

    /** {@return a running server with the given hub} */
    BroadcastServer start(BroadcastHub.Builder hub) {
        return server().hub(hub.build()).start();
    }

    /** {@return a client that has not sent its handshake} */
    RawClient connect(BroadcastServer server) throws IOException {
        return connect(server, 0);
    }

    /** {@return a client that has sent nothing yet} */
    RawClient connectTo(int port) throws IOException {
        return RawClient.connect(this == TLS ? Tls.context().getSocketFactory() : SocketFactory.getDefault(), port, 0);
    }

    /** {@return a client that has not sent its handshake, with a receive buffer of the given size} */
    RawClient connect(BroadcastServer server, int receiveBuffer) throws IOException {
        SocketFactory factory = this == TLS ? Tls.context().getSocketFactory() : SocketFactory.getDefault();
        return RawClient.connect(factory, server.port(), receiveBuffer);
    }

    /** {@return a client that has seen its 101} */
    RawClient open(BroadcastServer server) throws IOException {
        return open(server, 0);
    }

    /** {@return a client that has seen its 101, with a receive buffer of the given size} */
    RawClient open(BroadcastServer server, int receiveBuffer) throws IOException {
        return connect(server, receiveBuffer).shakeHands(server.uri().getPath());
    }

    /** {@return a client of the JDK} */
    JdkClient jdk(BroadcastServer server) {
        URI uri = server.uri();
        return JdkClient.open(uri);
    }
}
