package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** Clients of others, with a {@code permessage-deflate} of their own, exchange compressed messages with the server. */
class OtherClientsTest {

    private static final String TEXT = "{\"symbol\":\"EURUSD\",\"bid\":1.0812,\"euro\":\"\u20AC\"}";
    private static final int LIMIT = 4 << 20;
    private static final int[] SIZES = {10, 16 << 10, 1 << 20};
    private static final int[] FRAGMENTS = {1, 2, 7};

    private interface Connecting {

        OtherClient to(URI uri) throws Exception;
    }

    /** {@return a text of at least so many bytes that is like no other} */
    private static Message text(int number, int size) {
        return Message.text(TEXT.repeat(size / TEXT.length()) + " " + number + " \u20AC".repeat(3));
    }

    private static Message binary(int number, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (number + i % 251 * (i % 7));
        }
        return Message.binary(bytes);
    }

    private static BroadcastServer start() {
        return BroadcastServer.builder().host("127.0.0.1").port(0).maxMessageBytes(LIMIT)
                .compression(Compression.deflate())
                .hub(BroadcastHub.builder().policy(MessagePolicy.maxBytes(LIMIT)).build()).start();
    }

    private static void hears(JdkClient plain, Message message) {
        if (message instanceof Message.Text text) {
            assertThat(plain.next().equals(text.text())).as("as a peer without compression hears it").isTrue();
        } else {
            assertThat(Message.binary(plain.nextBinary())).isEqualTo(message);
        }
    }

    private static void talksAndHears(Connecting connecting) throws Exception {
        try (BroadcastServer server = start(); FaultyNetwork network = FaultyNetwork.to(server.port());
                JdkClient plain = JdkClient.open(server.uri());
                OtherClient client = connecting.to(URI.create("ws://127.0.0.1:" + network.port() + "/"))) {
            long bytes = 0;
            int number = 0;
            for (int size : SIZES) {
                for (int fragments : FRAGMENTS) {
                    for (Message message : new Message[] {text(number++, size), binary(number++, size)}) {
                        client.send(message, fragments);
                        assertThat(client.next().equals(message)).as("%s in %s: its own", message, fragments).isTrue();
                        hears(plain, message);
                        Message answer = message instanceof Message.Text ? text(number++, size)
                                : binary(number++, size);
                        server.hub().broadcast(answer);
                        assertThat(client.next().equals(answer)).as("%s: the host's", answer).isTrue();
                        hears(plain, answer);
                        bytes += message.size();
                    }
                }
            }
            assertThat(server.compressionStats().messages()).isEqualTo(2L * 2 * (SIZES.length - 1) * FRAGMENTS.length);
            assertThat(network.bytesUp()).as("bytes of the client, of %s", bytes).isBetween(1L, bytes / 10);
            assertThat(network.bytesBack()).as("bytes of the server").isBetween(1L, bytes / 5);
        }
    }

    @Test
    void javaWebSocketTalksAndHearsCompressed() throws Exception {
        talksAndHears(JavaWebSocketClient::new);
    }

    @Test
    void jettyTalksAndHearsCompressed() throws Exception {
        talksAndHears(JettyClient::new);
    }

    @Test
    void wsOfNodeTalksAndHearsCompressed() throws Exception {
        NodeClient.orSkip();
        talksAndHears(NodeClient::new);
    }
}
