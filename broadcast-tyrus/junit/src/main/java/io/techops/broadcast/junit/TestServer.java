package io.techops.broadcast.junit;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The server of one test, and the clients that were connected through it. Safe for use by any number of threads. */
final class TestServer {

    private final BroadcastServer server;
    private final List<SocketClient> clients = new ArrayList<>(); // guarded by its monitor

    private TestServer(BroadcastServer server) {
        this.server = server;
    }

    /**
     * Starts a server with a hub of its own, or with topics. If a setting throws, the exception is passed on, and
     * neither the server nor the hub is left running.
     */
    static TestServer start(UnaryOperator<BroadcastHub.Builder> hub, @Nullable UnaryOperator<Topics.Builder> topics,
            UnaryOperator<BroadcastServer.Builder> settings) {
        BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0).pagePort(0);
        if (topics != null) {
            Topics made = topics.apply(Topics.builder()).build();
            return start(builder.topics(made), settings, made::close, server -> server.topics() == made);
        }
        BroadcastHub made = hub.apply(BroadcastHub.builder()).build();
        return start(builder.hub(made), settings, made::close, server -> server.hub() == made);
    }

    private interface Check {
        boolean holds(BroadcastServer server);
    }

    private interface Close {
        void within(Duration limit);
    }

    private static TestServer start(BroadcastServer.Builder builder, UnaryOperator<BroadcastServer.Builder> settings,
            Close made, Check serves) {
        boolean started = false;
        try {
            BroadcastServer server = settings.apply(builder).start();
            started = serves.holds(server);
            if (!started) {
                server.close(Duration.ZERO);
                throw new IllegalStateException("the server's settings must not set a hub or topics: "
                        + "set them up with hub(...) or topics(...) of the extension");
            }
            return new TestServer(server);
        } finally {
            if (!started) {
                made.within(Duration.ZERO);
            }
        }
    }

    BroadcastServer server() {
        return server;
    }

    /** {@return a builder of a client, which is closed with the server} */
    SocketClient.Builder client(URI uri) {
        return SocketClient.to(uri).whenConnected(this::keep);
    }

    private void keep(SocketClient client) {
        synchronized (clients) {
            clients.add(client);
        }
    }

    /** Closes the clients, then the server with its hub, and frees the sockets of the clients, whatever fails. */
    void close(Duration limit) {
        List<SocketClient> all;
        synchronized (clients) {
            all = List.copyOf(clients);
        }
        try {
            all.forEach(SocketClient::close);
        } finally {
            try {
                server.close(limit);
            } finally {
                all.forEach(client -> client.disconnectAfter(limit));
            }
        }
    }
}
