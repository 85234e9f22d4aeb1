package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics behind one endpoint, over real sockets. */
class TopicServerTest {


    private final Map<String, Peer> peers = new ConcurrentHashMap<>();
    private final Topics topics = Topics.builder().maxTopics(2).idleTimeout(Duration.ofDays(1))
            .recipe((topic, hub) -> hub.listener(new HubListener() {
                @Override
                public void registered(Peer peer) {
                    peers.put(topic, peer);
                }
            })).build();

    private BroadcastServer.Builder builder() {
        return Wire.PLAIN.server().topics(topics);
    }

    private static String answer(BroadcastServer server, String path) throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(RawClient.handshake(path).getBytes(StandardCharsets.ISO_8859_1));
            return client.readHead();
        }
    }

    @Test
    void whatIsSaidInOneIsHeardByItsPeersAlone() throws Exception {
        try (BroadcastServer server = builder().start()) {
            JdkClient news = JdkClient.open(server.uri("news"));
            JdkClient sport = JdkClient.open(server.uri("sport"));
            news.send("an election");
            assertThat(news.next()).isEqualTo("an election");
            server.topics().hub("sport").broadcast("a goal");
            assertThat(sport.next()).as("nothing else came before").isEqualTo("a goal");
            assertThat(topics.names()).containsExactly("news", "sport");
            await().until(() -> peers.size() == 2);
            assertThat(peers.get("news").attributes().toMap()).containsEntry(PeerAttributes.TOPIC, "news")
                    .containsEntry(PeerAttributes.PATH, "/topics/news");
        }
        assertThat(topics.isClosed()).as("closed with the server").isTrue();
    }

    @Test
    void theUriIsThatOfTheTemplate() {
        try (BroadcastServer server = builder().path("/rooms/{topic}/live").start()) {
            assertThat(server.uri()).hasToString("ws://127.0.0.1:" + server.port() + "/rooms/");
            assertThat(server.uri("blue")).hasToString("ws://127.0.0.1:" + server.port() + "/rooms/blue/live");
            assertThatIllegalArgumentException().isThrownBy(() -> server.uri("a/b"));
            JdkClient peer = JdkClient.open(server.uri("blue"));
            server.topics().hub("blue").broadcast("hello");
            assertThat(topics.names()).containsExactly("blue");
            peer.send("hi");
        }
    }

    @ParameterizedTest
    @CsvSource({"/topics/%6Eews, news", "/topics/a.b, a.b", "/topics/%61%2d~, a-~", "/topics/news?x=1, news"})
    void aNameIsDecodedOnce(String path, String name) throws Exception {
        try (BroadcastServer server = builder().start()) {
            assertThat(answer(server, path)).startsWith("HTTP/1.1 101 ");
            assertThat(topics.names()).containsExactly(name);
        }
    }

    @Test
    void aPolicySeesTheTopicThatThePeerWillHaveWhateverTheSpelling() throws Exception {
        HandshakePolicy membersOfNews = request -> "news".equals(request.topic())
                && "/topics/news".equals(request.decodedPath())
                ? Decision.accept() : Decision.refuse(403, "not for you");
        try (BroadcastServer server = builder().handshakePolicy(membersOfNews).start()) {
            for (String path : new String[] {"/topics/news", "/topics/%6Eews", "/%74opics/n%65ws"}) {
                assertThat(answer(server, path)).as(path).startsWith("HTTP/1.1 101 ");
            }
            assertThat(answer(server, "/topics/new%73s")).startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/topics", "/topics/", "/topics/a/b", "/topics/a/", "/Topics/a", "/topics/.a",
        "/topics/a%20b", "/topics/a%2Fb", "/topics/a;v=1", "/topics/a%3Bv=1", "/topics;x/a", "/topics/a%5Cb",
                "/topics/%2e%2e", "/topics/a%00", "/topics/%C3%A4", "/topics/%256Eews",
        "/topics//a"})
    void aPathThatIsNoTopicsIsNotFound(String path) throws Exception {
        try (BroadcastServer server = builder().start()) {
            assertThat(answer(server, path)).startsWith("HTTP/1.1 404 ");
            assertThat(topics.names()).isEmpty();
            assertThat(topics.stats().total().refusals(RefusalCause.NOT_FOUND)).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/topics/%C3", "/topics/%FF", "/topics/%C0%AE", "/%FF/a"})
    void aNameThatIsNotUtf8IsABadRequest(String path) throws Exception {
        try (BroadcastServer server = builder().start()) {
            assertThat(answer(server, path)).startsWith("HTTP/1.1 400 ");
            assertThat(topics.names()).isEmpty();
        }
    }

    @Test
    void aNameIsBoundedInLength() throws Exception {
        try (BroadcastServer server = builder().start()) {
            assertThat(answer(server, "/topics/" + "a".repeat(128))).startsWith("HTTP/1.1 101 ");
            assertThat(answer(server, "/topics/" + "a".repeat(129))).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void oneTopicMoreThanThereMayBeIsRefusedWith503() throws Exception {
        try (BroadcastServer server = builder().start()) {
            JdkClient.open(server.uri("one"));
            JdkClient.open(server.uri("two"));
            assertThat(answer(server, "/topics/three")).startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("Retry-After: 10");
            assertThat(topics.stats().total().refusals(RefusalCause.TOPICS)).isOne();
            JdkClient more = JdkClient.open(server.uri("two"));
            topics.hub("two").broadcast("hello");
            assertThat(more.next()).isEqualTo("hello");
        }
    }

    @Test
    void aTopicGoesAndComesBackUnderItsPeers() throws Exception {
        Topics brief = Topics.builder().idleTimeout(Duration.ZERO).build();
        try (BroadcastServer server = Wire.PLAIN.server().topics(brief).start()) {
            for (int life = 1; life <= 3; life++) {
                JdkClient peer = JdkClient.open(server.uri("news"));
                brief.hub("news").broadcast("life " + life);
                assertThat(peer.next()).isEqualTo("life " + life);
                peer.sendClose(1000, "bye");
                await().until(() -> brief.names().isEmpty());
                assertThat(brief.stats().begun()).isEqualTo(life);
            }
        }
    }

    @Test
    void theEndOfTheServerTellsThePeersOfEveryTopic() throws Exception {
        BroadcastServer server = builder().start();
        JdkClient news = JdkClient.open(server.uri("news"));
        JdkClient sport = JdkClient.open(server.uri("sport"));
        topics.hub("news").broadcast("the last words");
        server.close();
        assertThat(news.next()).isEqualTo("the last words");
        assertThat(news.closed().code()).isEqualTo(1001);
        assertThat(sport.closed().code()).isEqualTo(1001);
    }

    @Test
    void settingsThatContradictEachOtherAreRefused() {
        BroadcastHub hub = BroadcastHub.create();
        assertThatThrownBy(() -> builder().hub(hub).start()).isInstanceOf(IllegalStateException.class)
                .hasMessage("hub and topics exclude each other: set one of them");
        assertThatThrownBy(() -> builder().path("/live").start()).isInstanceOf(IllegalStateException.class)
                .hasMessage("path must have a segment {topic}, because there are topics: /live");
        assertThatThrownBy(() -> BroadcastServer.builder().path("/t/{topic}").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("path must not have a segment {topic} unless topics are set: /t/{topic}");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().path("/a{topic}"))
                .withMessage("path must be the path of a URI and begin with /: /a{topic}");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().path("/{topic}/{topic}"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().path("/{name}"));
        topics.close();
        assertThatThrownBy(() -> builder().start()).isInstanceOf(IllegalStateException.class)
                .hasMessage("topics must not be closed: they do not open again, build new ones");
        hub.close();
    }

    @Test
    void whoAsksForTheWrongOneIsTold() {
        try (BroadcastServer server = builder().start()) {
            assertThatThrownBy(server::hub).isInstanceOf(IllegalStateException.class)
                    .hasMessage("the server has topics, and no hub for all of them: use topics().hub(name)");
        }
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start()) {
            assertThatThrownBy(server::topics).isInstanceOf(IllegalStateException.class)
                    .hasMessage("the server has one hub, and no topics: use hub(), or set topics");
        }
    }
}
