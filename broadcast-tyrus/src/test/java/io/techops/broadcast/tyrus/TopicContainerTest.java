package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.JdkClient;
import jakarta.websocket.server.ServerEndpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Topics in a container that is not ours, Tyrus's own server, in both of the ways to put them there. */
public class TopicContainerTest {

    private static Topics topics = Topics.create();

    private StockServer server;

    /** For JUnit. */
    public TopicContainerTest() {
    }

    /** The endpoint as a class of the application. */
    @ServerEndpoint("/topics/{topic}")
    public static class Live extends BroadcastEndpoint {

        /** For the container. */
        public Live() {
            super(topics);
        }
    }

    /** The endpoint as a configuration. */
    public static class Configured extends StockServer.Configuration {

        /** For the container. */
        public Configured() {
            super(() -> BroadcastEndpoint.config("/topics/{topic}", topics));
        }
    }

    /** Either of them. */
    enum Way {
        ANNOTATED(Live.class), CONFIGURED(Configured.class);

        private final Class<?> component;

        Way(Class<?> component) {
            this.component = component;
        }
    }

    private URI start(Way way, Topics.Builder settings) throws Exception {
        topics = settings.build();
        server = new StockServer(way.component);
        return server.uri("/topics/");
    }

    @AfterEach
    void stop() {
        topics.close(Duration.ZERO);
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void eachPathIsAHubOfItsOwn(Way way) throws Exception {
        URI uri = start(way, Topics.builder().idleTimeout(Duration.ZERO));
        try (JdkClient news = JdkClient.open(uri.resolve("news"));
                JdkClient sport = JdkClient.open(uri.resolve("sport"))) {
            await().untilAsserted(() -> assertThat(topics.stats().total().peers()).isEqualTo(2));
            topics.hub("news").broadcast("an election");
            sport.send("a goal");
            assertThat(news.next()).isEqualTo("an election");
            assertThat(sport.next()).isEqualTo("a goal");
            assertThat(topics.hub("news").peers().iterator().next().attributes().toMap())
                    .containsEntry(PeerAttributes.TOPIC, "news");
        }
        await().untilAsserted(() -> assertThat(topics.names()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aNameThatNoTopicCanHaveIsClosedWith1008(Way way) throws Exception {
        URI uri = start(way, Topics.builder().allowed("news"::equals));
        try (JdkClient wrong = JdkClient.open(uri.resolve("sport"))) {
            assertThat(wrong.closed().code()).isEqualTo(1008);
        }
        assertThat(topics.names()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void oneTopicTooManyIsClosedWith1013(Way way) throws Exception {
        URI uri = start(way, Topics.builder().maxTopics(1));
        try (JdkClient news = JdkClient.open(uri.resolve("news"))) {
            await().untilAsserted(() -> assertThat(topics.names()).containsExactly("news"));
            try (JdkClient more = JdkClient.open(uri.resolve("sport"))) {
                assertThat(more.closed().code()).isEqualTo(1013);
            }
            assertThat(topics.stats().total().refusalsByCause()).isEqualTo(Map.of(RefusalCause.TOPICS, 1L));
            assertThat(news.send("still here").next()).isEqualTo("still here");
        }
    }
}
