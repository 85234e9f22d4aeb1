package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Topics;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long messages of a session may be: what the container is told, in each of the ways to make the endpoint. */
class EndpointLimitTest {

    private static final String PATH = "/topics/{topic}";
    private static final int NORMAL = MessagePolicy.DEFAULT_MAX_BYTES;

    private final BroadcastHub hub = BroadcastHub.create();
    private final Topics topics = Topics.create();

    @AfterEach
    void stop() {
        hub.close(Duration.ZERO);
        topics.close(Duration.ZERO);
    }

    private static EndpointSettings limited(int bytes) {
        return EndpointSettings.standard().maxMessageBytes(bytes);
    }

    private static FakeSession session() {
        FakeSession session = new FakeSession(Runnable::run);
        session.pathParameters.put("topic", "news");
        return session;
    }

    private static void isTold(FakeSession session, int limit) {
        assertThat(session.buffers).isEqualTo(
                Map.of("setMaxTextMessageBufferSize", limit, "setMaxBinaryMessageBufferSize", limit));
    }

    private void opened(BroadcastEndpoint endpoint, int limit) {
        FakeSession session = session();
        endpoint.open(session.session());
        isTold(session, limit);
    }

    private void opened(ServerEndpointConfig config, int limit) throws Exception {
        FakeSession session = session();
        config.getConfigurator().getEndpointInstance(ConfiguredEndpoint.class).onOpen(session.session(), null);
        isTold(session, limit);
    }

    @Test
    void isThatOfTheEndpoint() {
        opened(new BroadcastEndpoint(hub), NORMAL);
        opened(new BroadcastEndpoint(hub, limited(1_000)), 1_000);
        opened(new BroadcastEndpoint(topics), NORMAL);
        opened(new BroadcastEndpoint(topics, limited(2_000)), 2_000);
        assertThat(hub.peers()).hasSize(2);
        assertThat(topics.hub("news").peers()).hasSize(2);
    }

    @Test
    void isThatOfTheConfiguration() throws Exception {
        opened(BroadcastEndpoint.config("/live", hub), NORMAL);
        opened(BroadcastEndpoint.config("/live", hub, limited(1_000)), 1_000);
        opened(BroadcastEndpoint.config(PATH, topics), NORMAL);
        opened(BroadcastEndpoint.config(PATH, topics, limited(2_000)), 2_000);
        assertThat(hub.peers()).hasSize(2);
        assertThat(topics.hub("news").peers()).hasSize(2);
    }

    @Test
    void isAtLeastOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> limited(0))
                .withMessage("maxMessageBytes must be at least 1: 0");
    }
}
