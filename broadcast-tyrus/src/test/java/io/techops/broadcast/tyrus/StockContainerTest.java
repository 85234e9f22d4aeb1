package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.TestRun;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpoint;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The endpoint in a container that is not ours, Tyrus's own server, in both of the ways to put it there. */
public class StockContainerTest {

    private static BroadcastHub hub = BroadcastHub.create();

    private final Recorder recorder = new Recorder();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private StockServer server;

    /** For JUnit. */
    public StockContainerTest() {
    }

    /** The endpoint as a class of the application. */
    @ServerEndpoint("/live")
    public static class Live extends BroadcastEndpoint {

        /** For the container. */
        public Live() {
            super(hub);
        }
    }

    /** The endpoint as a configuration. */
    public static class Configured extends StockServer.Configuration {

        /** For the container. */
        public Configured() {
            super(() -> BroadcastEndpoint.config("/live", hub));
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

    private URI start(Way way, BroadcastHub.Builder settings) throws Exception {
        hub = settings.listener(recorder).messageListener(recorder).build();
        server = new StockServer(way.component);
        return server.uri("/live");
    }

    @AfterEach
    void stop() {
        hub.close(Duration.ZERO);
        if (server != null) {
            server.close();
        }
        threads.shutdownNow();
    }

    @Test
    void aSecondEndpointOnThePathIsRefusedByTheContainerWhichNamesThePath() {
        assertThatThrownBy(() -> new StockServer(Live.class, Configured.class))
                .isInstanceOf(DeploymentException.class).hasMessageContaining("/live");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyTextReachesEveryoneTheSenderIncluded(Way way) throws Exception {
        URI uri = start(way, BroadcastHub.builder());
        try (RawClient one = RawClient.open(uri); JdkClient two = JdkClient.open(uri)) {
            await().untilAsserted(() -> assertThat(hub.peers()).hasSize(2));
            for (String text : List.of("hello", "", "\uD83D\uDE00 gr\u00FC\u00DFe", "x".repeat(65_536))) {
                one.sendText(text);
                assertThat(one.readText()).isEqualTo(text);
                assertThat(two.next()).isEqualTo(text);
            }
            two.send(new byte[] {1, 2, 3});
            await().untilAsserted(() -> assertThat(recorder.ignored).hasSize(1));
            assertThat(two.send("open").next()).isEqualTo("open");
            assertThat(recorder.failures).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void binaryMessagesAreRelayedIfThePolicySaysSo(Way way) throws Exception {
        URI uri = start(way, BroadcastHub.builder().policy(MessagePolicy.everything()));
        try (JdkClient one = JdkClient.open(uri)) {
            assertThat(one.send(new byte[] {0, -1, 7}).nextBinary()).isEqualTo(new byte[] {0, -1, 7});
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void allSeeOneOrderWhileEightThreadsPush(Way way) throws Exception {
        int publishers = 8;
        int messages = 1_000;
        int readers = 5;
        URI uri = start(way, BroadcastHub.builder().heartbeat(Duration.ZERO));
        List<RawClient> peers = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            peers.add(RawClient.open(uri));
        }
        await().untilAsserted(() -> assertThat(hub.peers()).hasSize(readers));
        Semaphore window = new Semaphore(500 * readers); // the host waits for its readers: slow peers are not the point
        List<Future<List<String>>> seen = new ArrayList<>();
        for (RawClient peer : peers) {
            seen.add(threads.submit(() -> {
                List<String> texts = new ArrayList<>();
                while (texts.size() < publishers * messages) {
                    texts.add(peer.readText());
                    window.release();
                }
                return texts;
            }));
        }
        for (int p = 0; p < publishers; p++) {
            int publisher = p;
            threads.submit(() -> {
                for (int i = 0; i < messages; i++) {
                    window.acquire(readers);
                    hub.broadcast(publisher + " " + i);
                }
                return null;
            });
        }
        List<String> order = seen.get(0).get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(order).doesNotHaveDuplicates();
        for (Future<List<String>> other : seen) {
            assertThat(other.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS).equals(order)).as("the same order")
                    .isTrue();
        }
        for (RawClient peer : peers) {
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aPeerThatGoesIsUnregisteredOnce(Way way) throws Exception {
        URI uri = start(way, BroadcastHub.builder());
        try (RawClient closes = RawClient.open(uri); RawClient vanishes = RawClient.open(uri);
                RawClient stays = RawClient.open(uri)) {
            await().untilAsserted(() -> assertThat(hub.peers()).hasSize(3));
            closes.sendClose(4001);
            assertThat(closes.readClose().code()).isEqualTo(4001);
            vanishes.reset();
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(2));
            assertThat(recorder.departures).extracting(departure -> departure.reason().code())
                    .containsExactlyInAnyOrder(4001, CloseReason.ABNORMAL);
            stays.sendText("still here");
            assertThat(stays.readText()).isEqualTo("still here");
            hub.shutdown(TestRun.LIMIT);
            assertThat(stays.readClose().code()).isEqualTo(CloseReason.GOING_AWAY);
        }
        await().untilAsserted(() -> assertThat(recorder.departures).hasSize(3));
        assertThat(recorder.departures).extracting(Recorder.Departure::peer).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aPolicyThatThrowsEndsTheSessionWith1011(Way way) throws Exception {
        URI uri = start(way, BroadcastHub.builder().policy((context, message) -> {
            throw new IllegalStateException("thrown on purpose");
        }));
        try (LogCatch log = new LogCatch(); RawClient peer = RawClient.open(uri)) {
            peer.sendText("anything");
            assertThat(peer.readClose().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            await().untilAsserted(() -> assertThat(log.warnings()).singleElement().asString()
                    .contains("The message policy threw"));
        }
        await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aHubThatIsClosedTakesNoPeers(Way way) throws Exception {
        URI uri = start(way, BroadcastHub.builder());
        hub.close();
        try (RawClient peer = RawClient.open(uri)) {
            assertThat(peer.readClose().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        }
        assertThat(recorder.registered).isEmpty();
        assertThat(hub.stats().refusalsByCause()).isEqualTo(Map.of(RefusalCause.CLOSED, 1L));
    }
}
