package io.techops.broadcast.benchmarks;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;

/** Jetty 12, its own WebSocket API. It compresses for peers that offer it, as it does unless told otherwise. */
final class JettyRelay implements RelayServer {

    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        Server server = new Server();
        ServerConnector connector;
        if (tls == null) {
            connector = new ServerConnector(server);
        } else {
            SslContextFactory.Server ssl = new SslContextFactory.Server();
            ssl.setSslContext(tls.context());
            connector = new ServerConnector(server, ssl);
        }
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(WebSocketUpgradeHandler.from(server, container ->
                container.addMapping("/*", (request, response, callback) -> new Endpoint())));
        server.start();
        return connector.getLocalPort();
    }

    /** One connection. */
    public final class Endpoint implements Session.Listener.AutoDemanding {

        private @Nullable Session session;

        @Override
        public void onWebSocketOpen(Session opened) {
            session = opened;
            sessions.add(opened);
        }

        @Override
        public void onWebSocketText(String message) {
            for (Session each : sessions) {
                each.sendText(message, Callback.NOOP);
            }
        }

        @Override
        public void onWebSocketClose(int statusCode, String reason, Callback callback) {
            if (session != null) {
                sessions.remove(session);
            }
            callback.succeed();
        }
    }
}
