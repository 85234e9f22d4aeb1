package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.extensions.permessage_deflate.PerMessageDeflateExtension;
import org.java_websocket.handshake.ServerHandshake;
import org.junit.jupiter.api.Test;

/** Clients of others, with a {@code permessage-deflate} of their own, exchange compressed messages with the server. */
class OtherClientsTest {

    private static final String TEXT = "{\"symbol\":\"EURUSD\",\"bid\":1.0812,\"euro\":\"\u20AC\"}".repeat(1_000);
    private static final int MESSAGES = 20;
    /** Far less than the messages have, far more than their compressed form and the handshake. */
    private static final long FEW = (long) MESSAGES * TEXT.length() / 10;

    private interface Client {

        void send(String text) throws Exception;
    }

    private interface Connecting {

        /** Opens a client, uses it as the test says, and closes it. */
        void with(URI uri, BlockingQueue<String> heard, Use use) throws Exception;
    }

    private interface Use {

        void of(Client client) throws Exception;
    }

    private static String next(BlockingQueue<String> heard) throws InterruptedException {
        return heard.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void talksAndHears(Connecting connecting) throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0)
                .compression(Compression.deflate()).start();
                FaultyNetwork network = FaultyNetwork.to(server.port());
                JdkClient plain = JdkClient.open(server.uri())) {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            connecting.with(URI.create("ws://127.0.0.1:" + network.port() + "/"), heard, client -> {
                for (int i = 0; i < MESSAGES; i++) {
                    client.send(TEXT + i);
                    assertThat(next(heard)).as("its own, compressed anew").isEqualTo(TEXT + i);
                    assertThat(plain.next()).isEqualTo(TEXT + i);
                    server.hub().broadcast("short " + i);
                    assertThat(next(heard)).isEqualTo("short " + i);
                    assertThat(plain.next()).isEqualTo("short " + i);
                }
            });
            assertThat(server.compressionStats().messages()).isEqualTo(MESSAGES);
            assertThat(network.bytesUp()).as("bytes of the client").isBetween(1L, FEW);
            assertThat(network.bytesBack()).as("bytes of the server").isBetween(1L, FEW);
        }
    }

    @Test
    void javaWebSocketTalksAndHearsCompressed() throws Exception {
        talksAndHears((uri, heard, use) -> {
            WebSocketClient client = new WebSocketClient(uri, new Draft_6455(new PerMessageDeflateExtension())) {

                @Override
                public void onOpen(ServerHandshake handshake) {
                    // connectBlocking has waited for it
                }

                @Override
                public void onMessage(String message) {
                    heard.add(message);
                }

                @Override
                public void onClose(int code, String reason, boolean remote) {
                    heard.add("closed: " + code + " " + reason);
                }

                @Override
                public void onError(Exception e) {
                    heard.add(e.toString());
                }
            };
            assertThat(client.connectBlocking(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            try {
                use.of(client::send);
            } finally {
                client.closeBlocking();
            }
        });
    }
}
