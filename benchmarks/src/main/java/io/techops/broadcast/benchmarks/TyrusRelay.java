package io.techops.broadcast.benchmarks;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import org.glassfish.tyrus.core.TyrusSession;
import org.glassfish.tyrus.server.Server;
import org.jspecify.annotations.Nullable;

/** Stock Tyrus on Grizzly: a loop over the open sessions, or Tyrus's own broadcast. It has no setting for TLS. */
final class TyrusRelay implements RelayServer {

    /** Any free port: 0 would mean the default one. */
    private static final int ANY_PORT = -1;

    private final Class<?> endpoint;

    TyrusRelay(Class<?> endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        if (tls != null) {
            throw new UnsupportedOperationException("stock Tyrus has no setting for TLS");
        }
        Server server = new Server("127.0.0.1", ANY_PORT, "/", null, endpoint);
        server.start();
        return server.getPort();
    }

    /** What every tutorial has. */
    @ServerEndpoint("/")
    public static final class Loop {

        /** Relays a message. */
        @OnMessage
        public void onMessage(Session from, String message) throws IOException {
            for (Session session : from.getOpenSessions()) {
                session.getBasicRemote().sendText(message);
            }
        }
    }

    /** What Tyrus's own guide recommends. */
    @ServerEndpoint("/")
    public static final class Broadcast {

        /** Relays a message. */
        @OnMessage
        public void onMessage(Session from, String message) {
            ((TyrusSession) from).broadcast(message);
        }
    }
}
