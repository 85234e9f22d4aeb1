package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Hosted.answers;
import static io.techops.broadcast.tyrus.Hosted.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.Topics;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where hosted endpoints are: beside the hub and beside each other; and what cannot be served anywhere. */
public class HostedPathTest {

    /** For JUnit. */
    public HostedPathTest() {
    }

    @Test
    void anEndpointAtTheRootIsBesideTopics() throws Exception {
        ServerEndpointConfig root = ServerEndpointConfig.Builder.create(Hosted.Programmatic.class, "/").build();
        try (BroadcastServer server = Wire.PLAIN.server().topics(Topics.create()).path("/{topic}").endpoint(root)
                .start()) {
            answers(server, "/", "text", "programmatic text");
            answers(server, "/news", "text", "text");
        }
    }

    @Test
    void clashesOfPathsAreNamed() {
        ServerEndpointConfig same = ServerEndpointConfig.Builder.create(Hosted.Programmatic.class, "/chat/{other}")
                .build();
        assertThatThrownBy(() -> BroadcastServer.builder().endpoint(Hosted.Chat.class).endpoint(same))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Hosted$Chat at /chat/{room}")
                .hasMessageContaining("Hosted$Programmatic at /chat/{other}");
        assertThatThrownBy(() -> Wire.PLAIN.server().path("/echo").endpoint(Hosted.Echo.class).start())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("Hosted$Echo at /echo")
                .hasMessageContaining("the hub is, at /echo");
        assertThatThrownBy(() -> Wire.PLAIN.server().topics(Topics.builder().build()).path("/chat/{topic}")
                .endpoint(Hosted.Chat.class).start())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("Hosted$Chat at /chat/{room}")
                .hasMessageContaining("the topics are, at /chat/{topic}");
        assertThatThrownBy(() -> Wire.PLAIN.server().topics(Topics.builder().build()).path("/{topic}")
                .endpoint(Hosted.Echo.class).start())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("/echo");
    }

    /** Has two handlers for one kind of message. */
    @ServerEndpoint("/wrong")
    public static class Wrong {

        /** For the container. */
        public Wrong() {
        }

        /** One. */
        @OnMessage
        public void one(String text) {
            Hosted.PARTS.add(text);
        }

        /** The other. */
        @OnMessage
        public void other(String text) {
            Hosted.PARTS.add(text);
        }
    }

    @Test
    void whatCannotBeServedIsSaidAtOnce() {
        assertThatThrownBy(() -> BroadcastServer.builder().endpoint(String.class))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("java.lang.String")
                .hasMessageContaining("ServerEndpoint");
        for (String path : List.of("/a{b}", "/{a}/{a}", "//", "/../x", "/{}", "/a%2Fb")) {
            assertThatThrownBy(() -> BroadcastServer.builder().endpoint(
                    ServerEndpointConfig.Builder.create(Hosted.Programmatic.class, path).build()))
                    .as(path).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Programmatic");
        }
        assertThatThrownBy(() -> Wire.PLAIN.server().endpoint(Wrong.class).start())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("Wrong at /wrong");
    }

    @Test
    void theMoreFixedPathIsMeant() throws Exception {
        ServerEndpointConfig any = ServerEndpointConfig.Builder.create(Hosted.Programmatic.class, "/{any}").build();
        try (BroadcastServer server = Wire.PLAIN.server().path("/live").endpoint(any).endpoint(Hosted.Echo.class)
                .start()) {
            answers(server, "/echo", "text", "text");
            answers(server, "/other", "text", "programmatic text");
            answers(server, "/%65cho", "text", "text");
            answers(server, "/live", "text", "text");
            assertThat(ask(server, "/%zz")).startsWith("HTTP/1.1 400 ");
            assertThat(ask(server, "/..")).startsWith("HTTP/1.1 404 ");
        }
    }
}
