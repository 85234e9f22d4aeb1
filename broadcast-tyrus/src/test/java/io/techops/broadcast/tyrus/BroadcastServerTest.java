package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BroadcastServerTest {

    @Test
    void aTextIsSentToEveryoneTheSenderIncluded() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start();
                RawClient one = RawClient.open(server.uri());
                RawClient two = RawClient.open(server.uri())) {
            one.sendText("hello");
            assertThat(one.readText()).isEqualTo("hello");
            assertThat(two.readText()).isEqualTo("hello");
            server.hub().broadcast("from the host");
            assertThat(one.readText()).isEqualTo("from the host");
            one.sendClose(1000);
            assertThat(one.readClose().code()).isEqualTo(1000);
            assertThat(one.readsEnd()).isTrue();
        }
    }

    @Test
    void framesThatFollowTheRequestAtOnceAreRead() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start();
                RawClient one = RawClient.connect(server.port())) {
            byte[] request = RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1);
            byte[] frame = RawClient.frame(0x81, "early".getBytes(StandardCharsets.UTF_8));
            byte[] both = new byte[request.length + frame.length];
            System.arraycopy(request, 0, both, 0, request.length);
            System.arraycopy(frame, 0, both, request.length, frame.length);
            one.send(both);
            assertThat(one.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(one.readText()).isEqualTo("early");
        }
    }
}
