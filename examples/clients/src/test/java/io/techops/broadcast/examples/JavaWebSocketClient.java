package io.techops.broadcast.examples;

import io.techops.broadcast.Message;
import io.techops.broadcast.testing.TestRun;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.enums.Opcode;
import org.java_websocket.extensions.permessage_deflate.PerMessageDeflateExtension;
import org.java_websocket.handshake.ServerHandshake;

/** The client of Java-WebSocket. */
final class JavaWebSocketClient extends OtherClient {

    private final WebSocketClient client;

    JavaWebSocketClient(URI uri) throws InterruptedException {
        client = new WebSocketClient(uri, new Draft_6455(new PerMessageDeflateExtension())) {

            @Override
            public void onOpen(ServerHandshake handshake) {
                // connectBlocking has waited for it
            }

            @Override
            public void onMessage(String message) {
                heard(Message.text(message));
            }

            @Override
            public void onMessage(ByteBuffer message) {
                heard(Message.binary(message));
            }

            @Override
            public void onClose(int code, String reason, boolean remote) {
                ended(code + " " + reason);
            }

            @Override
            public void onError(Exception e) {
                ended(e);
            }
        };
        if (!client.connectBlocking(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("not connected: " + next());
        }
    }

    @Override
    void send(Message message, int fragments) {
        Opcode opcode = message instanceof Message.Text ? Opcode.TEXT : Opcode.BINARY;
        List<ByteBuffer> parts = split(message, fragments);
        if (fragments > 1) {
            for (int i = 0; i < fragments; i++) {
                ByteBuffer copy = ByteBuffer.allocate(parts.get(i).remaining()).put(parts.get(i)).flip();
                client.sendFragmentedFrame(opcode, copy, i == fragments - 1);
            }
        } else if (message instanceof Message.Text text) {
            client.send(text.text());
        } else {
            client.send(ByteBuffer.allocate(message.size()).put(message.payload()).flip());
        }
    }

    @Override
    public void close() {
        try {
            client.closeBlocking();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
