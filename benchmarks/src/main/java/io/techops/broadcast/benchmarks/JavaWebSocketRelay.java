package io.techops.broadcast.benchmarks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.DefaultSSLWebSocketServerFactory;
import org.java_websocket.server.WebSocketServer;
import org.jspecify.annotations.Nullable;

/** Java-WebSocket: its own broadcast. */
final class JavaWebSocketRelay implements RelayServer {

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        Relay server = new Relay();
        server.setTcpNoDelay(true);
        if (tls != null) {
            server.setWebSocketFactory(new DefaultSSLWebSocketServerFactory(tls.context()));
        }
        server.start();
        server.started.await();
        return server.getPort();
    }

    private static final class Relay extends WebSocketServer {

        private final CountDownLatch started = new CountDownLatch(1);

        Relay() {
            super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }

        @Override
        public void onStart() {
            started.countDown();
        }

        @Override
        public void onOpen(WebSocket peer, ClientHandshake handshake) {
            // The server itself keeps the list of its peers.
        }

        @Override
        public void onMessage(WebSocket peer, String message) {
            broadcast(message);
        }

        @Override
        public void onClose(WebSocket peer, int code, String reason, boolean remote) {
            // As above.
        }

        @Override
        public void onError(@Nullable WebSocket peer, Exception failure) {
            System.err.println("java-websocket: " + failure);
        }
    }
}
