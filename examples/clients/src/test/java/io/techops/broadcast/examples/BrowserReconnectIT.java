package io.techops.broadcast.examples;

import static io.techops.broadcast.testing.TestRun.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Retention;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code broadcast.js} in a real browser against the real server, over a network that the test cuts. */
class BrowserReconnectIT {

    /** Waits are short here, and no longer than a busy machine needs to bring a server back. */
    private static final String SOON = "firstDelay: 50, maxDelay: 500, spread: 500";

    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();

    /** What is closed after a test, the last one first. */
    private final List<AutoCloseable> open = new ArrayList<>();
    private BroadcastServer server;
    private FaultyNetwork network;

    @AfterEach
    void closeEverything() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    /** Starts the server, and the network that leads to it. */
    private void serve(BroadcastServer.Builder builder) throws IOException {
        server = closing(builder.start());
        network = closing(FaultyNetwork.to(server.port()));
    }

    private static BroadcastServer.Builder remembering(int messages) {
        return ClientPage.server(0).hub(BroadcastHub.builder().retention(Retention.of(messages, 64 << 20)).build());
    }

    /** {@return a page that is connected over the network} */
    private Browser.Tab connected(String options) {
        return connected(network, options);
    }

    private Browser.Tab connected(FaultyNetwork over, String options) {
        Browser.Tab tab = ClientPage.open(BROWSER, server, "");
        tab.value("void start('ws://127.0.0.1:" + over.port() + "/', {" + SOON + options + "})");
        eventually(tab, "socket.state === 'open'");
        return tab;
    }

    private static void eventually(Browser.Tab tab, String expression) {
        await().atMost(LIMIT).until(() -> tab.value(expression).asBoolean());
    }

    private static List<String> lines(Browser.Tab tab, String expression) {
        List<String> lines = new ArrayList<>();
        tab.value(expression).forEach(line -> lines.add(line.asText()));
        return lines;
    }

    private static List<String> events(Browser.Tab tab, String type) {
        return lines(tab, "events.filter(event => event.startsWith('" + type + " '))");
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void aNetworkThatIsCutUnderLoadLosesNothingAndDoublesNothing() throws Exception {
        int rounds = 5;
        int messages = 2_000;
        serve(remembering(rounds * messages));
        Browser.Tab tab = connected("");
        Semaphore allowed = new Semaphore(0);
        Thread publisher = new Thread(() -> {
            for (int i = 1; i <= rounds * messages; i++) {
                allowed.acquireUninterruptibly();
                server.hub().broadcast(Integer.toString(i));
            }
        });
        publisher.start();
        for (int round = 0; round < rounds; round++) {
            allowed.release(messages);
            eventually(tab, "messages.length > " + (round * messages + messages / 10)); // in the middle of it
            network.cut();
        }
        eventually(tab, "messages.length >= " + rounds * messages);
        publisher.join();
        server.hub().broadcast("end");
        eventually(tab, "messages.at(-1) === 'end'");
        assertThat(lines(tab, "messages.slice(0, -1)")).isEqualTo(numbers(1, rounds * messages));
        assertThat(tab.value("new Set(ids).size").asInt()).isEqualTo(rounds * messages + 1);
        assertThat(events(tab, "gap")).isEmpty();
        assertThat(events(tab, "open").subList(1, rounds + 1)).allMatch(line -> line.contains("\"recovered\":true"));
    }

    @Test
    void twoTabsGetTheSameAndEachGoesOnWhereItWas() throws Exception {
        serve(remembering(1_000));
        FaultyNetwork other = closing(FaultyNetwork.to(server.port()));
        Browser.Tab one = connected("");
        Browser.Tab two = connected(other, "");
        server.hub().broadcast("1");
        eventually(one, "messages.length === 1");
        eventually(two, "messages.length === 1");
        network.takeDown();
        eventually(one, "socket.state !== 'open'");
        assertThat(two.value("socket.send('2')").asBoolean()).isTrue();
        eventually(two, "messages.length === 2");
        assertThat(one.value("socket.send('lost')").asBoolean()).isFalse();
        network.restore();
        eventually(one, "messages.length === 2");
        server.hub().broadcast("3");
        for (Browser.Tab tab : List.of(one, two)) {
            eventually(tab, "messages.length === 3");
            assertThat(lines(tab, "messages")).containsExactly("1", "2", "3");
        }
        assertThat(lines(one, "ids")).isEqualTo(lines(two, "ids"));
    }

    @Test
    void whatIsNoLongerKeptIsToldAsAGapAndTheRestArrives() throws Exception {
        serve(remembering(10));
        Browser.Tab tab = connected("");
        server.hub().broadcast("1");
        eventually(tab, "messages.length === 1");
        network.takeDown();
        eventually(tab, "socket.state !== 'open'");
        for (int i = 2; i <= 31; i++) {
            server.hub().broadcast(Integer.toString(i));
        }
        network.restore();
        eventually(tab, "messages.at(-1) === '31'");
        JsonNode gap = gap(tab);
        assertThat(gap.get("reason").asText()).isEqualTo("evicted");
        int first = 2 + gap.get("missed").asInt();
        assertThat(lines(tab, "messages"))
                .isEqualTo(Stream.concat(Stream.of("1"), numbers(first, 31).stream()).toList());
        assertThat(first).isBetween(3, 22);
        assertThat(events(tab, "open").get(1)).contains("\"recovered\":false");
    }

    @Test
    void aGapIsToldOnceMoreToWhomTheConnectionEndedBeforeIt() throws Exception {
        serve(remembering(10));
        Browser.Tab tab = connected("");
        server.hub().broadcast("1");
        eventually(tab, "messages.length === 1");
        network.takeDown();
        eventually(tab, "socket.state !== 'open'");
        for (int i = 2; i <= 31; i++) {
            server.hub().broadcast(Integer.toString(i));
        }
        network.endNextBehind(1); // the frame that says that the stream begins: the next one would be the gap
        network.restore();
        eventually(tab, "messages.at(-1) === '31'");
        assertThat(events(tab, "open")).hasSize(3).last().asString().contains("\"recovered\":false");
        assertThat(gap(tab).get("reason").asText()).isEqualTo("evicted");
    }

    @Test
    void whoIsRefusedOnceAtTheBeginningGoesOnWhereItWasAllTheSame() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        serve(remembering(1_000).handshakePolicy(request -> asked.incrementAndGet() == 1
                ? Decision.refuse(503, "Not yet.") : Decision.accept()));
        Browser.Tab tab = connected("");
        server.hub().broadcast("1");
        eventually(tab, "messages.length === 1");
        network.takeDown();
        eventually(tab, "socket.state !== 'open'");
        server.hub().broadcast("2");
        network.restore();
        eventually(tab, "messages.length >= 2");
        assertThat(lines(tab, "messages")).containsExactly("1", "2");
        assertThat(events(tab, "open")).allMatch(line -> line.contains("\"numbered\":true"));
    }

    @Test
    void everyCloseCodeOfTheServerIsToldAndDecidesWhetherItComesBack() throws Exception {
        List<Integer> codes = List.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3003,
                3008, 4000, 4999);
        serve(ClientPage.server(0));
        Browser.Tab tab = ClientPage.open(BROWSER, server, "");
        tab.value("""
                void (window.ends = [], window.all = Array.from({ length: %d }, () => {
                  const one = start('%s', { firstDelay: 600000 });
                  one.addEventListener('close', ({ code }) => ends.push(code + ' ' + one.state), { once: true });
                  return one;
                }))""".formatted(codes.size(), server.uri()));
        eventually(tab, "all.every(one => one.state === 'open')");
        Iterator<Integer> next = codes.iterator();
        server.hub().peers().forEach(peer -> peer.close(CloseReason.of(next.next(), "a test")));
        eventually(tab, "ends.length === " + codes.size());
        List<Integer> comesBack = List.of(1001, 1009, 1011, 1012, 1013, 3008);
        assertThat(lines(tab, "ends")).containsExactlyInAnyOrderElementsOf(codes.stream()
                .map(code -> code + (comesBack.contains(code) ? " waiting" : " closed")).toList());
    }

    @Test
    void whoClosesItWhileItConnectsIsNoPeerAndStaysClosed() throws Exception {
        serve(ClientPage.server(0));
        Browser.Tab tab = ClientPage.open(BROWSER, server, "");
        tab.value("""
                void (start('%s', { firstDelay: 0 }), setTimeout(() => {
                  socket.close();
                  socket.connect();
                  setTimeout(() => socket.close());
                }))""".formatted(server.uri()));
        eventually(tab, "events.at(-1)?.startsWith('close')");
        Browser.Tab other = connected("");
        await().atMost(LIMIT).until(() -> server.hub().peers().size() == 1);
        server.hub().broadcast("1");
        eventually(other, "messages.length === 1");
        assertThat(tab.value("[socket.state, messages.length]").toString()).isEqualTo("[\"closed\",0]");
    }

    @Test
    void aPageThatIsFrozenMissesNothingAlsoIfItsConnectionIsCutMeanwhile() throws Exception {
        serve(remembering(1_000));
        Browser.Tab tab = connected("");
        server.hub().broadcast("1");
        eventually(tab, "messages.length === 1");
        tab.freeze(true);
        for (int i = 2; i <= 100; i++) {
            server.hub().broadcast(Integer.toString(i));
        }
        network.cut();
        await().atMost(LIMIT).until(() -> server.hub().peers().isEmpty());
        for (int i = 101; i <= 200; i++) {
            server.hub().broadcast(Integer.toString(i));
        }
        tab.freeze(false);
        eventually(tab, "messages.length >= 200");
        assertThat(lines(tab, "messages")).isEqualTo(numbers(1, 200));
        assertThat(events(tab, "gap")).isEmpty();
    }

    @Test
    void aServerThatWasRestartedIsFoundAgainAndTellsThatItHasForgotten() throws Exception {
        int port = FreePort.find();
        Browser.Tab tab;
        try (BroadcastServer first = ClientPage.server(port).start()) {
            server = first;
            network = closing(FaultyNetwork.to(port));
            tab = connected("");
            first.hub().broadcast("before");
            eventually(tab, "messages.length === 1");
        }
        eventually(tab, "socket.state !== 'open'");
        BroadcastServer second = closing(ClientPage.server(port).start());
        eventually(tab, "socket.state === 'open' && events.some(event => event.startsWith('gap'))");
        second.hub().broadcast("after");
        eventually(tab, "messages.length === 2");
        assertThat(gap(tab).get("reason").asText()).isEqualTo("epoch");
        assertThat(events(tab, "close").get(0)).contains("\"code\":1001", "\"wasClean\":true");
        assertThat(lines(tab, "messages")).containsExactly("before", "after");
    }

    @Test
    void clientsOfAServerThatGoesAwayComeBackSpreadOverATime() throws Exception {
        serve(ClientPage.server(FreePort.find())); // where they come back nobody else listens
        Browser.Tab tab = ClientPage.open(BROWSER, server, "");
        tab.value("""
                void (window.waits = [], window.all = Array.from({ length: 30 }, () => {
                  const one = start('%s', { firstDelay: 1000, spread: 60000 });
                  one.addEventListener('close', ({ code, retryIn }) => waits.push([code, retryIn]), { once: true });
                  return one;
                }))""".formatted(server.uri()));
        eventually(tab, "all.every(one => one.state === 'open')");
        server.close(Duration.ofSeconds(10));
        eventually(tab, "waits.length === 30");
        List<Double> waits = new ArrayList<>();
        tab.value("waits").forEach(wait -> {
            assertThat(wait.get(0).asInt()).isEqualTo(1001);
            waits.add(wait.get(1).asDouble());
        });
        assertThat(waits).allMatch(wait -> wait >= 1_000 && wait <= 61_000).doesNotHaveDuplicates();
        assertThat(waits.stream().filter(wait -> wait > 31_000).count()).as("in the later half").isBetween(1L, 29L);
    }

    @Test
    void aPageThatWasOfflineGoesOnWhereItWas() throws Exception {
        serve(remembering(1_000));
        Browser.Tab tab = connected("");
        server.hub().broadcast("1");
        eventually(tab, "messages.length === 1");
        boolean tells = tab.value("navigator.onLine").asBoolean(); // not on a machine that has no network at all
        tab.value("void addEventListener('offline', () => window.wentOffline = true)"); // behind the script's listener
        tab.offline(true);
        if (!tells) {
            tab.value("void dispatchEvent(new Event('offline'))");
        }
        eventually(tab, "window.wentOffline === true");
        server.hub().broadcast("2");
        tab.offline(false);
        if (!tells) {
            tab.value("void dispatchEvent(new Event('online'))");
        }
        eventually(tab, "events.some(event => event.startsWith('close'))");
        server.hub().broadcast("3");
        eventually(tab, "messages.length >= 3");
        assertThat(lines(tab, "messages")).containsExactly("1", "2", "3");
        assertThat(events(tab, "open").get(1)).contains("\"recovered\":true");
    }

    @Test
    void aTokenLetsItInBesideTheNumberedStream() throws Exception {
        serve(ClientPage.server(0).handshakePolicy(request -> "anns-token".equals(request.bearerToken())
                ? Decision.accept().subprotocol("bearer") : Decision.refuse(401, "A token is needed.")));
        Browser.Tab tab = connected(", token: async () => 'anns-token'");
        assertThat(tab.value("socket.numbered").asBoolean()).isTrue();
        Browser.Tab stranger = ClientPage.open(BROWSER, server, "");
        stranger.value("void start('" + server.uri() + "', {" + SOON + ", token: 'wrong'})");
        eventually(stranger, "events.filter(event => event.startsWith('close')).length > 1");
        assertThat(events(stranger, "close")).allMatch(line -> line.contains("\"code\":1006"));
    }

    @Test
    void theApplicationsSubprotocolWinsAndTheConnectionIsPlain() throws Exception {
        serve(ClientPage.server(0).handshakePolicy(request -> request.subprotocols().contains("chat")
                ? Decision.accept().subprotocol("chat") : Decision.accept()));
        Browser.Tab tab = connected(", protocols: ['chat']");
        server.hub().broadcast("id: 1\n\nhello");
        eventually(tab, "messages.length === 1");
        assertThat(lines(tab, "[socket.protocol, messages[0]]")).containsExactly("chat", "id: 1\n\nhello");
        assertThat(events(tab, "open")).containsExactly("open {\"recovered\":false,\"numbered\":false}");
    }

    @Test
    void withAServerThatDoesNotResumeItIsPlain() throws Exception {
        serve(ClientPage.server(0).replayLimits(ReplayLimits.standard().resume(false)));
        Browser.Tab tab = connected("");
        server.hub().broadcast("plain");
        eventually(tab, "messages.length === 1");
        network.cut();
        eventually(tab, "events.filter(event => event.startsWith('open')).length === 2");
        assertThat(events(tab, "open")).allMatch(line -> line.contains("\"recovered\":false,\"numbered\":false"));
        assertThat(lines(tab, "[socket.protocol, messages[0]]")).containsExactly("", "plain");
    }

    private static JsonNode gap(Browser.Tab tab) {
        List<String> gaps = events(tab, "gap");
        assertThat(gaps).hasSize(1);
        return tab.value("(" + gaps.get(0).substring("gap ".length()) + ")");
    }
}
