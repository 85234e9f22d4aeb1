package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.LogCatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
    private Container container;

    /** Runs the contract in a container, with the endpoint put into it in one way. */
    protected ContainerContract(Way way, Container.Starting starting) {
        this.way = way;
        this.starting = starting;
    }

    private void start(BroadcastHub.Builder settings) throws Exception {
        hub = settings.listener(events).messageListener(events).build();
        container = starting.start(way, hub);
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
}
