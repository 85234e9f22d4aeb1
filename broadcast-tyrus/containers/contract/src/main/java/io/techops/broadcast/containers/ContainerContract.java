package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.LogCatch;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the endpoint promises, in whatever container it is.
 */
public abstract class ContainerContract {

    private final Container.Starting starting;
    private final Way way;
    private final Events events = new Events();
    private final List<WirePeer> peers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private BroadcastHub hub;
    private Topics topics;
    private Container container;

    /** Runs the contract in a container, with the endpoint put into it in one way. */
    protected ContainerContract(Way way, Container.Starting starting) {
        this.way = way;
        this.starting = starting;
    }

    private void start(BroadcastHub.Builder settings) throws Exception {
        start(settings, Container.FEW_THREADS);
    }

    private void start(BroadcastHub.Builder settings, int containerThreads) throws Exception {
        hub = settings.listener(events).messageListener(events).build();
        topics = Topics.create();
        Way.serve(hub, topics);
        container = starting.start(way, hub, containerThreads);
    }

    /** Connects to another endpoint, where no peer need come of it. */
    private WirePeer openAt(String path) throws Exception {
        WirePeer peer = WirePeer.connect(container.uri(), 0);
        peers.add(peer);
        assertThat(peer.shakeHands(container.uri(), path)).as(path).startsWith("HTTP/1.1 101");
        return peer;
    }

    private WirePeer open() throws Exception {
        return open(0);
    }

    private WirePeer open(int receiveBuffer) throws Exception {
        int before = events.registered.size();
        WirePeer peer = WirePeer.connect(container.uri(), receiveBuffer);
        peers.add(peer);
        assertThat(peer.shakeHands(container.uri())).startsWith("HTTP/1.1 101");
        patiently().until(() -> events.registered.size() > before);
        return peer;
    }

    private List<WirePeer> open(int count, int receiveBuffer) throws Exception {
        List<WirePeer> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(open(receiveBuffer));
        }
        return opened;
    }

    private static ConditionFactory patiently() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    private void awaitDepartures(int count) {
        patiently().untilAsserted(() -> assertThat(events.departures).hasSize(count));
    }

    @AfterEach
    void stop() throws Exception {
        for (WirePeer peer : peers) {
            peer.close();
        }
        if (hub != null) {
            hub.close(Duration.ZERO);
            topics.close(Duration.ZERO);
        }
        if (container != null) {
            container.stop();
        }
        threads.shutdownNow();
    }

    // The seed's behaviour.

    @Test
    void everyTextReachesEveryoneVerbatimTheSenderIncluded() throws Exception {
        start(BroadcastHub.builder());
        WirePeer one = open();
        WirePeer two = open();
        for (String text : List.of("hello", "", " \n", "\uD83D\uDE00 gr\u00FC\u00DFe", "x".repeat(65_536))) {
            one.send(text);
            assertThat(one.text()).isEqualTo(text);
            assertThat(two.text()).isEqualTo(text);
        }
        hub.broadcast("from the host");
        assertThat(one.text()).isEqualTo("from the host");
        assertThat(two.text()).isEqualTo("from the host");
        assertThat(events.failures).isEmpty();
    }

    @Test
    void aBinaryMessageIsIgnoredAndTheConnectionStaysOpen() throws Exception {
        start(BroadcastHub.builder());
        WirePeer one = open();
        one.send(new byte[] {1, 2, 3}).send(new byte[0]).send("open");
        assertThat(one.text()).isEqualTo("open");
        assertThat(events.ignored).contains(Message.binary(new byte[] {1, 2, 3}), Message.binary(new byte[0]));
        assertThat(events.departures).isEmpty();
        assertThat(events.failures).isEmpty();
    }

    @Test
    void aBinaryMessageIsRelayedIfThePolicySaysSo() throws Exception {
        start(BroadcastHub.builder().policy(MessagePolicy.everything()));
        WirePeer one = open();
        for (byte[] payload : new byte[][] {{0, -1, 7}, {}, new byte[65_536]}) {
            WirePeer.Received answer = one.send(payload).read();
            assertThat(answer.opcode()).isEqualTo(WirePeer.BINARY);
            assertThat(answer.payload()).isEqualTo(payload);
        }
    }

    @Test
    void whateverTheCauseADepartureUnregistersOnce() throws Exception {
        start(BroadcastHub.builder());
        WirePeer closes = open();
        WirePeer vanishes = open();
        WirePeer fallsSilent = open();
        WirePeer stays = open();
        closes.close(4001);
        assertThat(closes.closeFrame().code()).isEqualTo(4001);
        awaitDepartures(1);
        vanishes.reset();
        awaitDepartures(2);
        fallsSilent.endOutput();
        awaitDepartures(3);
        assertThat(events.departures.get(0).code()).isEqualTo(4001);
        assertThat(events.departures).extracting(Events.Departure::peer).containsExactly(1L, 2L, 3L);
        assertThat(stays.send("still here").text()).isEqualTo("still here");
        assertThat(hub.peers()).hasSize(1);
    }

    // Order.

    @Test
    void allSeeOneOrder() throws Exception {
        int publishers = 4;
        int each = 100;
        start(BroadcastHub.builder());
        List<WirePeer> all = open(12, 0);
        List<Future<List<String>>> seen = readAll(all, publishers * each);
        for (int p = 0; p < publishers; p++) {
            WirePeer publisher = all.get(p);
            int from = p;
            threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    publisher.send(from + " " + i);
                }
                return null;
            });
        }
        assertOneOrder(seen, publishers, each);
    }

    @Test
    void aPushFromSixteenThreadsReachesEveryoneInOneOrder() throws Exception {
        int publishers = 16;
        int each = 250;
        start(BroadcastHub.builder());
        List<WirePeer> all = open(4, 0);
        List<Future<List<String>>> seen = readAll(all, publishers * each);
        for (int p = 0; p < publishers; p++) {
            int from = p;
            threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    hub.broadcast(from + " " + i);
                }
            });
        }
        assertOneOrder(seen, publishers, each);
        assertThat(events.failures).isEmpty();
        assertThat(events.departures).isEmpty();
    }

    private List<Future<List<String>>> readAll(List<WirePeer> all, int count) {
        List<Future<List<String>>> seen = new ArrayList<>();
        for (WirePeer peer : all) {
            seen.add(threads.submit(() -> {
                List<String> texts = new ArrayList<>();
                while (texts.size() < count) {
                    texts.add(peer.text());
                }
                return texts;
            }));
        }
        return seen;
    }

    private static void assertOneOrder(List<Future<List<String>>> seen, int publishers, int each) throws Exception {
        List<String> order = seen.get(0).get();
        for (int p = 0; p < publishers; p++) {
            String prefix = p + " ";
            List<String> own = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                own.add(prefix + i);
            }
            assertThat(order.stream().filter(text -> text.startsWith(prefix)).toList()).isEqualTo(own);
        }
        for (Future<List<String>> other : seen) {
            assertThat(other.get().equals(order)).as("the same order").isTrue();
        }
    }

    // Peers that are slow, silent, or break a rule.

    @Test
    void aStalledPeerIsCutAndTheOthersLoseNothing() throws Exception {
        int count = 500;
        start(BroadcastHub.builder().shards(1).retention(Retention.of(4_096, 64 << 20))
                .stallTimeout(Duration.ofMillis(1_500)).closeTimeout(Duration.ofMillis(1_500)));
        WirePeer stalls = open(4_096);
        WirePeer reads = open();
        Future<List<String>> seen = readAll(List.of(reads), count).get(0);
        String filler = "x".repeat(32_000);
        for (int i = 0; i < count; i++) {
            hub.broadcast(i + filler);
        }
        awaitDepartures(1);
        assertThat(events.departures.get(0)).isEqualTo(new Events.Departure(1, CloseReason.TRY_AGAIN_LATER));
        if (!container.canCut()) { // it is told why if it reads before its time is over
            assertThat(stalls.closeFrame().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        }
        List<String> texts = seen.get();
        for (int i = 0; i < count; i++) {
            assertThat(texts.get(i)).hasSize(filler.length() + String.valueOf(i).length()).startsWith(i + "x");
        }
        assertThat(reads.send("still here").text()).isEqualTo("still here");
        if (container.canCut()) {
            patiently().until(stalls::isCut);
        }
    }

    @Test
    void aPolicyThatThrowsEndsItsPeerWith1011AndNobodyElseNotices() throws Exception {
        start(BroadcastHub.builder().policy((from, message) -> {
            if (message.size() > 4) {
                throw new IllegalStateException("thrown on purpose");
            }
            return MessagePolicy.Decision.relay(message);
        }));
        WirePeer one = open();
        WirePeer two = open();
        try (LogCatch log = new LogCatch()) {
            one.send("fatal");
            assertThat(one.closeFrame().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            assertThat(log.warnings()).singleElement().asString().contains("The message policy threw");
        }
        one.close(CloseReason.INTERNAL_ERROR);
        assertThat(two.send("fine").text()).isEqualTo("fine");
        awaitDepartures(1);
        assertThat(events.failures).hasSize(1);
    }

    @Test
    void aMessageThatIsTooLongEndsItsPeerWith1009() throws Exception {
        start(BroadcastHub.builder());
        WirePeer bystander = open();
        for (String text : List.of("x".repeat(65_537), "\u00E9".repeat(32_769))) {
            WirePeer talks = open();
            talks.send(text);
            WirePeer.Received close = talks.closeFrame();
            assertThat(close.code()).as("%d characters", text.length()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
            assertThat(close.phrase()).as("the reason").isNotBlank();
            talks.close();
        }
        WirePeer inParts = open();
        byte[] part = "x".repeat(30_000).getBytes(StandardCharsets.US_ASCII);
        inParts.frame(false, WirePeer.TEXT, part);
        inParts.frame(false, 0, part);
        inParts.frame(true, 0, part);
        assertThat(inParts.closeFrame().code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        awaitDepartures(3);
        assertThat(events.departures).extracting(Events.Departure::code).containsOnly(CloseReason.MESSAGE_TOO_BIG);
        assertThat(bystander.send("still here").text()).isEqualTo("still here");
    }

    /** The close frame may be lost: some containers close the socket under a peer that is still sending. */
    @Test
    void aMessageThatIsFarTooLongEndsItsPeer() throws Exception {
        start(BroadcastHub.builder());
        WirePeer bystander = open();
        WirePeer talks = open();
        int code = CloseReason.MESSAGE_TOO_BIG;
        try {
            talks.send("x".repeat(3_000_000));
            code = talks.closeFrame().code();
        } catch (IOException e) {
            assertThat(container.lingers()).as("the close frame was lost").isFalse();
        }
        assertThat(code).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        awaitDepartures(1);
        assertThat(events.departures.get(0).code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        assertThat(bystander.send("still here").text()).isEqualTo("still here");
    }

    /** More of them than the container has threads. */
    @Test
    void peersThatFloodAreHeldBackAndCostNobodyTheConnection() throws Exception {
        int flooding = 12;
        int each = 150;
        start(BroadcastHub.builder().retention(Retention.of(16, 8 << 20)));
        List<WirePeer> all = open(flooding + 1, 0);
        List<Future<List<String>>> seen = readAll(all, flooding * each);
        for (int p = 0; p < flooding; p++) {
            WirePeer publisher = all.get(p);
            int from = p;
            threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    publisher.send(from + " " + i);
                }
                return null;
            });
        }
        assertOneOrder(seen, flooding, each);
        assertThat(hub.stats().waits()).as("how often there was no room").isPositive();
        assertThat(events.departures).isEmpty();
    }

    /** Both a flooding peer that reads and one that only reads make progress, however little the container does. */
    @ParameterizedTest
    @ValueSource(ints = {Container.FEW_THREADS, Container.MANY_THREADS})
    void aFloodCostsNoPeerThatReadsTheConnection(int containerThreads) throws Exception {
        int flooding = 3;
        start(BroadcastHub.builder(), containerThreads);
        List<WirePeer> all = open(flooding + 2, 0);
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Long>> counts = new ArrayList<>();
        for (WirePeer peer : all) {
            counts.add(threads.submit(() -> {
                long count = 0;
                while (!peer.text().equals("over")) {
                    count++;
                }
                return count;
            }));
        }
        List<Future<Long>> sent = new ArrayList<>();
        for (WirePeer peer : all.subList(0, flooding)) {
            sent.add(threads.submit(() -> {
                long count = 0;
                while (!over.get()) {
                    peer.send("one of a great many, number " + count++);
                }
                return count;
            }));
        }
        await().untilAsserted(() -> {
            assertThat(hub.stats().messages()).as("three times what the log holds").isGreaterThan(12_288);
            assertThat(hub.stats().waits()).as("how often there was no room").isPositive();
        });
        assertThat(events.departures).isEmpty();
        over.set(true);
        long total = 0;
        for (Future<Long> one : sent) {
            total += one.get();
        }
        long expected = total;
        await().until(() -> hub.stats().messages() == expected);
        all.get(0).send("over");
        for (Future<Long> count : counts) {
            assertThat(count.get()).isEqualTo(expected);
        }
        assertThat(events.departures).isEmpty();
        assertThat(events.failures).isEmpty();
    }

    @Test
    void aPeerThatDoesNotAnswerPingsIsFoundAndOneThatDoesIsKept() throws Exception {
        start(BroadcastHub.builder().heartbeat(Duration.ofMillis(200)).pongTimeout(Duration.ofSeconds(2)));
        open();
        WirePeer answers = open();
        while (events.departures.isEmpty()) {
            WirePeer.Received ping = answers.read();
            assertThat(ping.opcode()).isEqualTo(WirePeer.PING);
            answers.frame(true, WirePeer.PONG, ping.payload());
        }
        assertThat(events.departures.get(0)).isEqualTo(new Events.Departure(1, CloseReason.ABNORMAL));
        hub.broadcast("you are alive");
        assertThat(answers.text()).isEqualTo("you are alive");
    }

    // The end.

    @Test
    void whatWasBroadcastBeforeTheEndIsDeliveredAndThen1001() throws Exception {
        start(BroadcastHub.builder());
        List<WirePeer> all = open(10, 0);
        for (int i = 0; i < 200; i++) {
            hub.broadcast("last words " + i);
        }
        Future<?> end = threads.submit(() -> hub.close(Duration.ofSeconds(20)));
        for (WirePeer peer : all) {
            for (int i = 0; i < 200; i++) {
                assertThat(peer.text()).isEqualTo("last words " + i);
            }
            assertThat(peer.closeFrame().code()).isEqualTo(CloseReason.GOING_AWAY);
            peer.close(CloseReason.GOING_AWAY);
        }
        end.get();
        awaitDepartures(10);
        assertThat(events.departures).extracting(Events.Departure::code).containsOnly(CloseReason.GOING_AWAY);
    }

    @Test
    void aHubThatIsClosedTakesNoPeers() throws Exception {
        start(BroadcastHub.builder());
        hub.close();
        WirePeer late = WirePeer.connect(container.uri(), 0);
        peers.add(late);
        String status = late.shakeHands(container.uri());
        if (container.refusesBeforeUpgrade()) {
            assertThat(status).startsWith("HTTP/1.1 503");
        } else {
            assertThat(late.closeFrame().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        }
    }

    /** Where the container gets a close frame through at all: never a code that says that a rule was broken. */
    @Test
    void peersThatAreStillBehindAtTheEndAreNotToldThatTheyBrokeARule() throws Exception {
        int behind = 20;
        start(BroadcastHub.builder().retention(Retention.of(4_096, 64 << 20)));
        List<WirePeer> all = open(behind, 4_096);
        String filler = "x".repeat(16_000);
        for (int i = 0; i < 400; i++) {
            hub.broadcast(filler);
        }
        hub.close(Duration.ofMillis(200));
        for (WirePeer peer : all) {
            try {
                assertThat(peer.closeFrame().code()).isEqualTo(CloseReason.GOING_AWAY);
            } catch (IOException e) {
                assertThat(e).as("cut").isInstanceOfAny(EOFException.class, SocketException.class);
            }
        }
    }

    @Test
    void noThreadIsLeftWhenTheHubHasClosed() throws Exception {
        start(BroadcastHub.builder());
        for (WirePeer peer : open(5, 0)) {
            threads.submit(() -> {
                int code = peer.closeFrame().code();
                peer.close(code);
                return code;
            });
        }
        hub.broadcast("last words");
        hub.close(Duration.ofSeconds(20));
        patiently().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("broadcast-session") || name.startsWith("broadcast-hub")));
    }

    // What an application does with its session, and containers with a path.

    @Test
    void aSessionThatIsClosedBeforeItBecomesAPeerNeverIsOne() throws Exception {
        start(BroadcastHub.builder());
        assumeTrue(container.isForeign(), "the standalone server serves no endpoints of an application");
        WirePeer closed = openAt("/closes");
        assertThat(closed.closeFrame().code()).isEqualTo(4005);
        closed.close(4005);
        WirePeer stays = open();
        assertThat(stays.send("still here").text()).isEqualTo("still here");
        assertThat(events.registered).hasSize(1);
        assertThat(hub.peers()).hasSize(1);
    }

    @Test
    void anApplicationMaySendToAPeersSessionItself() throws Exception {
        int each = 200;
        start(BroadcastHub.builder());
        assumeTrue(container.isForeign(), "the standalone server serves no endpoints of an application");
        try (LogCatch log = new LogCatch()) {
            WirePeer shared = openAt("/shares");
            patiently().until(() -> events.registered.size() == 1);
            shared.send("begin");
            for (int i = 0; i < each; i++) {
                hub.broadcast("hub's " + i);
            }
            List<String> own = new ArrayList<>();
            List<String> hubs = new ArrayList<>();
            while (own.size() < Way.OWN_MESSAGES || hubs.size() < each) {
                String text = shared.text();
                (text.startsWith("own ") ? own : hubs).add(text);
            }
            for (int i = 0; i < each; i++) {
                assertThat(hubs.get(i)).isEqualTo("hub's " + i);
            }
            assertThat(events.departures).isEmpty();
            assertThat(log.warnings()).allMatch(line -> line.contains("The application sends to a session"));
        }
    }

    @Test
    void aTopicIsWhatStandsInThePathAsItWasSent() throws Exception {
        start(BroadcastHub.builder());
        assumeTrue(container.isForeign(), "the standalone server has a test of its own");
        WirePeer listens = openAt("/topics/a");
        patiently().until(() -> topics.hub("a").peers().size() == 1);
        try (LogCatch log = new LogCatch()) { // containers may tell of malformed requests
            areNoTopics("/topics/a;v=1", "/topics;v=1/a", "/topics/a/", "/topics/b/../a", "/topics/./a", "/topics//a",
                    "/topics/a%2F", "/topics/%2E%2E/topics/a", "/topics/a%00", "/topics/a%3Bv=1", "/topics/%2561",
                    "/topics/a%2F..%2Fa", "/x/../topics/a", "//topics/a", "/topics/%C0%E1");
            assertThat(log.warnings()).noneMatch(line -> line.startsWith("io.techops"));
        }
        WirePeer spelled = openAt("/topics/%61?v=1");
        patiently().until(() -> topics.hub("a").peers().size() == 2);
        topics.hub("a").broadcast("to a");
        assertThat(listens.text()).isEqualTo("to a");
        assertThat(spelled.text()).isEqualTo("to a");
        assertThat(topics.names()).containsExactly("a");
    }

    /** Asserts that a container does not upgrade, or closes what it has upgraded. */
    private void areNoTopics(String... paths) throws IOException {
        for (String path : paths) {
            try (WirePeer other = WirePeer.connect(container.uri(), 0)) {
                if (other.shakeHands(container.uri(), path).startsWith("HTTP/1.1 101")) {
                    WirePeer.Received close = other.closeFrame();
                    assertThat(close.code()).as(path).isEqualTo(CloseReason.POLICY_VIOLATION);
                    assertThat(close.phrase()).as(path).isNotBlank();
                }
            } catch (EOFException | SocketException e) {
                // Refused without an answer.
            }
        }
    }
}
