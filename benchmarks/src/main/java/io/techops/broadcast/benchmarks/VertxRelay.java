package io.techops.broadcast.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PfxOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Vert.x. */
final class VertxRelay implements RelayServer {

    private final Set<ServerWebSocket> peers = ConcurrentHashMap.newKeySet();

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(0)
                .setPerMessageWebSocketCompressionSupported(false).setPerFrameWebSocketCompressionSupported(false);
        if (tls != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PfxOptions().setPath(tls.store().toString()).setPassword(Tls.PASSWORD));
        }
        return Vertx.vertx().createHttpServer(options)
                .webSocketHandler(this::opened)
                .listen()
                .toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS)
                .actualPort();
    }

    private void opened(ServerWebSocket peer) {
        peers.add(peer);
        peer.closeHandler(closed -> peers.remove(peer));
        peer.textMessageHandler(message -> {
            for (ServerWebSocket each : peers) {
                each.writeTextMessage(message);
            }
        });
    }
}
