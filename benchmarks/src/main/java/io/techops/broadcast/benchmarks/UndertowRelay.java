package io.techops.broadcast.benchmarks;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.extensions.PerMessageDeflateHandshake;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;

/** Undertow, as in its own chat example. */
final class UndertowRelay implements RelayServer {

    private final boolean deflate;

    UndertowRelay(boolean deflate) {
        this.deflate = deflate;
    }

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        Undertow.Builder builder = Undertow.builder().setSocketOption(Options.TCP_NODELAY, true);
        if (tls == null) {
            builder.addHttpListener(0, "127.0.0.1");
        } else {
            builder.addHttpsListener(0, "127.0.0.1", tls.context());
        }
        WebSocketProtocolHandshakeHandler relay = Handlers.websocket((exchange, channel) -> {
            channel.getReceiveSetter().set(new Relay());
            channel.resumeReceives();
        });
        if (deflate) {
            relay.addExtension(new PerMessageDeflateHandshake());
        }
        Undertow server = builder.setHandler(relay).build();
        server.start();
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    private static final class Relay extends AbstractReceiveListener {

        @Override
        protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
            String text = message.getData();
            for (WebSocketChannel peer : from.getPeerConnections()) {
                WebSockets.sendText(text, peer, null);
            }
        }
    }
}
