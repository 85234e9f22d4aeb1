package io.techops.broadcast.examples;

import static io.techops.broadcast.examples.DemoPage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a developer does with the demo page, in a real browser and against the real server. */
class ConsoleIT {

    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();

    private BroadcastServer server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private DemoPage open(BroadcastServer.Builder settings) {
        return open(settings, "");
    }

    /** Opens the page of a new server, and waits until it is connected. */
    private DemoPage open(BroadcastServer.Builder settings, String script) {
        server = settings.start();
        return DemoPage.connected(BROWSER, DemoPage.at(server), script);
    }

    private void broadcast(String... texts) {
        for (String text : texts) {
            server.hub().broadcast(text);
        }
    }

    private static void set(DemoPage page, String id, String expression) {
        page.tab().value("void (document.getElementById('" + id + "').value = " + expression + ")");
    }

    @Test
    void messagesOfManyLinesAndOfAnyLengthAreSentAndShown() {
        DemoPage page = open(DemoPage.server(0), "performance.now = () => 5000;"); // no echo comes too late
        page.tab().click("#tab-lines");
        page.tab().press("#text", "one\ntwo");
        page.tab().click("#send-text");
        page.eventually(lines -> assertThat(lines).containsSubsequence("Sent: one\ntwo", "Got echo: one\ntwo"));
        set(page, "text", "'line\\n'.repeat(10_000)");
        // Not by the mouse: so long a text moves the button while the mouse is on its way.
        page.tab().value("document.getElementById('send-text').click()");
        page.eventually("document.querySelector('.echo .more') !== null");
        assertThat(page.tab().texts(".echo .more")).containsExactly("Show all 50,000 characters");
        page.tab().value("document.querySelector('.echo .more').click()");
        assertThat(page.tab().value("document.querySelector('.echo:last-child bdi').textContent.length").asInt())
                .isEqualTo(50_000);
    }

    @Test
    void anEchoIsWhatThisPageHasSentAndEverythingElseIsNot() {
        DemoPage page = open(DemoPage.server(0));
        broadcast("Hello, everyone!");
        page.eventually(lines -> assertThat(lines).contains("Got: Hello, everyone!"));
        page.tab().click("#send");
        page.eventually(lines -> assertThat(lines)
                .containsSubsequence("Sent: Hello, everyone!", "Got echo: Hello, everyone!"));
        broadcast("Hello, everyone!", "end");
        page.eventually(lines -> assertThat(lines).endsWith("Got: Hello, everyone!", "Got: end"));
        page.eventually("round-trip", text -> assertThat(text).matches("[0-9.]+ m?s"));
    }

    @Test
    void positionsAndKeysAreShownAndWhatTheHostSendsToThisPageAlone() {
        DemoPage page = open(DemoPage.server(0));
        server.hub().broadcast(Message.text("1.0841"), BroadcastOptions.everyone().key("EURUSD"));
        server.hub().peers().forEach(peer -> peer.send(Message.text("psst")));
        page.eventually(lines -> assertThat(lines).endsWith("Got: 1.0841", "Got: psst"));
        assertThat(page.tab().texts("#log .key")).containsExactly("EURUSD");
        assertThat(page.tab().texts("#log .received .id")).singleElement().asString().matches("[0-9a-z]+-1");
        page.eventually("position",
                text -> assertThat(text).isEqualTo(page.tab().texts("#log .received .id").get(0)));
        assertThat(page.tab().texts("#log .received:last-child .about")).containsExactly("to this page alone");
    }

    @Test
    void aGapIsShownWithItsReasonAndItsSize() throws IOException {
        server = DemoPage.server(0).hub(BroadcastHub.builder().retention(Retention.of(10, 1 << 20)).build()).start();
        try (FaultyNetwork network = FaultyNetwork.to(server.port())) {
            DemoPage page = DemoPage.connected(BROWSER,
                    URI.create(DemoPage.at(server) + "?port=" + network.port()), "");
            broadcast("first");
            page.eventually(lines -> assertThat(lines).contains("Got: first"));
            network.takeDown();
            page.eventually("document.getElementById('state').dataset.state !== 'open'");
            for (int i = 0; i < 40; i++) {
                broadcast("message " + i);
            }
            network.restore();
            page.tab().value("document.getElementById('connect').click()");
            page.eventually(lines -> assertThat(lines).last().isEqualTo("Got: message 39"));
            assertThat(page.lines()).anyMatch(line ->
                    line.matches("Gap: \\d+ messages are missing, no longer kept; the stream goes on\\."));
            page.eventually("gaps", text -> assertThat(text).matches("1 \\(\\d+ missed\\)"));
        }
    }

    @Test
    void whoDisconnectsAndConnectsAgainHasMissedNothing() {
        DemoPage page = open(DemoPage.server(0));
        page.tab().click("#disconnect");
        page.eventually(lines -> assertThat(lines).last()
                .isEqualTo("Connection closed: clean, code 1000 (normal), no reason"));
        broadcast("meanwhile");
        page.tab().click("#connect");
        page.eventually(lines -> assertThat(lines).last().isEqualTo("Got: meanwhile"));
        assertThat(page.tab().texts("#log .good .about span:first-child")).last()
                .isEqualTo("numbered, nothing was missed");
    }

    @Test
    void subprotocolTokenAndPathAreSentAsTheFieldsSay() {
        DemoPage page = open(DemoPage.server(0).handshakePolicy(request -> request.path().equals("/")
                ? Decision.accept()
                : "secret".equals(request.bearerToken()) && request.subprotocols().contains("chat")
                        ? Decision.accept().subprotocol("chat") : Decision.refuse(401, "no")));
        page.tab().value("void (document.querySelector('details').open = true)");
        page.tab().type("#address", server.uri() + "room");
        page.tab().type("#protocols", "other, chat");
        page.tab().type("#token", "secret" + Browser.ENTER);
        page.eventually(lines -> assertThat(lines).contains("Connected to " + server.uri() + "room"));
        assertThat(page.tab().texts("#log .good:last-child .about")).containsExactly("plain");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "address   | ftp://example.org  | The address must be a URL like ws://localhost:5000/path: ftp://example.org",
        "address   | ws://host/{topic}  | Put the name of a topic into the address, in place of what is in braces.",
        "protocols | a(b)               | A subprotocol is letters, digits and some signs: a(b)",
        "token     | a b                | The token is sent as a subprotocol: letters, digits and signs like - . _ ~",
        "replay    | many               | Replay must be a number of messages, or latest: many"})
    void aBadFieldIsSaidAndTheConnectionIsKept(String field, String value, String sentence) {
        DemoPage page = open(DemoPage.server(0));
        set(page, field, "'" + value + "'");
        page.tab().press("#address", Browser.ENTER);
        page.eventually(lines -> assertThat(lines).last().isEqualTo(sentence));
        assertThat(page.text("state")).startsWith("Connected");
    }

    @Test
    void theLogIsFilteredAndCleared() {
        DemoPage page = open(DemoPage.server(0));
        broadcast("apples", "pears", "Green apples");
        page.eventually(lines -> assertThat(lines).contains("Got: Green apples"));
        page.tab().press("#filter", "APPLES");
        page.eventually(lines -> assertThat(lines).containsExactly("Got: apples", "Got: Green apples"));
        broadcast("more pears", "more apples");
        page.eventually(lines -> assertThat(lines)
                .containsExactly("Got: apples", "Got: Green apples", "Got: more apples"));
        page.tab().click("#clear");
        page.eventually(lines -> assertThat(lines).isEmpty());
        page.tab().type("#filter", "more");
        broadcast("some more");
        page.eventually(lines -> assertThat(lines).containsExactly("Got: some more"));
    }

    @Test
    void aPausedLogStaysAsItIsAndCatchesUp() {
        DemoPage page = open(DemoPage.server(0));
        page.tab().click("#pause");
        broadcast("one", "two");
        page.eventually("document.getElementById('pause').textContent === 'Resume (2 new)'");
        assertThat(page.lines()).hasSize(1);
        page.tab().click("#pause");
        page.eventually(lines -> assertThat(lines).endsWith("Got: one", "Got: two"));
        assertThat(page.text("pause")).isEqualTo("Pause");
    }

    @Test
    void jsonIsLaidOutWithoutBeingChanged() {
        DemoPage page = open(DemoPage.server(0));
        broadcast("{\"id\":12345678901234567890,\"a\":[1.50,{}, \"x, {y}\\u0041\"],\"a\":[]}", "{not json}");
        page.eventually(lines -> assertThat(lines).contains("Got: {not json}"));
        page.tab().click("#pretty");
        page.eventually(lines -> assertThat(lines).endsWith("""
                Got: {
                  "id": 12345678901234567890,
                  "a": [
                    1.50,
                    {},
                    "x, {y}\\u0041"
                  ],
                  "a": []
                }""", "Got: {not json}"));
    }

    @Test
    void aBinaryMessageIsShownInHexadecimal() {
        DemoPage page = open(DemoPage.server(0));
        byte[] bytes = new byte[300];
        bytes[0] = 'A';
        bytes[16] = (byte) 0xff;
        server.hub().broadcast(Message.binary(bytes));
        page.eventually(lines -> assertThat(lines).last().asString()
                .startsWith("Got binary: 300 bytes\n0000  41 00 00").contains("\n0010  ff 00")
                .contains("A...............").doesNotContain("0100  ").endsWith(" Show all 300 bytes"));
        page.tab().value("document.querySelector('.more').click()");
        page.eventually(lines -> assertThat(lines).last().asString().contains("\n0120  00"));
    }

    @Test
    void theLinesInViewAreCopiedAndExported() {
        DemoPage page = open(DemoPage.server(0), """
                Object.defineProperty(navigator, "clipboard",
                    { value: { writeText: async text => { window.copied = text; } } });
                URL.createObjectURL = blob => {
                  blob.text().then(text => { window.exported = text; });
                  return "data:,";
                };
                """);
        server.hub().broadcast(Message.text("{\"a\":1}"), BroadcastOptions.everyone().key("k"));
        server.hub().broadcast(Message.binary(new byte[] {1, 2}));
        page.eventually(lines -> assertThat(lines).hasSize(3));
        page.tab().press("#filter", "got");
        page.tab().click("#copy");
        page.eventually("window.copied !== undefined");
        assertThat(page.tab().value("copied").asText().lines()).hasSize(3).first().asString()
                .matches("\\d{4}-[^ ]+Z Got: \\{\"a\":1} \\[key k, [0-9a-z]+-1]");
        page.tab().click("#export");
        page.eventually("window.exported !== undefined");
        List<String> exported = page.tab().value("exported").asText().lines().toList();
        assertThat(exported).hasSize(2);
        assertThat(exported.get(0)).contains("\"text\":\"{\\\"a\\\":1}\"", "\"key\":\"k\"", "\"kind\":\"received\"");
        assertThat(exported.get(1)).contains("\"hex\":\"0102\"").doesNotContain("\"text\"");
    }

    /** As on a page over HTTP from another machine. */
    @Test
    void withoutAClipboardOfThePageTheLinesAreCopiedByTheBrowser() {
        DemoPage page = open(DemoPage.server(0), """
                Object.defineProperty(navigator, "clipboard", { value: undefined });
                document.addEventListener("copy", () => {
                  const { value, selectionStart, selectionEnd } = document.activeElement;
                  window.copied = value.slice(selectionStart, selectionEnd);
                });
                """);
        broadcast("one", "two");
        page.eventually(lines -> assertThat(lines).endsWith("Got: one", "Got: two"));
        page.tab().click("#copy");
        page.eventually(lines -> assertThat(lines).last().isEqualTo("Copied 3 lines."));
        assertThat(page.tab().value("copied").asText().lines()).hasSize(3)
                .element(2).asString().contains("Z Got: two [");
        assertThat(page.tab().value("document.querySelector('body > textarea') === null").asBoolean()).isTrue();
        page.tab().value("void (document.execCommand = () => false)");
        page.tab().click("#copy");
        page.eventually(lines -> assertThat(lines).last()
                .isEqualTo("Nothing was copied: the browser does not allow it"));
    }

    @Test
    void theRateOfMessagesIsDrawn() {
        DemoPage page = open(DemoPage.server(0), "performance.now = () => 5000;"); // all of it in one second
        broadcast("1", "2", "3");
        page.eventually("document.getElementById('plot').ariaLabel.includes('at most 3 in')");
        page.eventually("document.getElementById('plot').getContext('2d')"
                + ".getImageData(0, 0, document.getElementById('plot').width, 9).data.some(value => value > 0)");
    }

    @Test
    void onOnePortWithAPathThePageFindsTheHub() throws IOException {
        int port = FreePort.find();
        DemoPage page = open(DemoPage.server(port).pagePort(port).path("/live"));
        assertThat(page.text("state")).isEqualTo("Connected to ws://127.0.0.1:" + port + "/live");
    }

    @Test
    void withTopicsItAsksForOne() {
        Topics topics = Topics.builder().build();
        server = DemoPage.server(0).topics(topics).path("/topics/{topic}").start();
        DemoPage page = new DemoPage(BROWSER.open(DemoPage.at(server)));
        page.eventually(lines -> assertThat(lines).last().asString().startsWith("Put the name of a topic"));
        page.tab().type("#address", server.uri("news") + Browser.ENTER);
        page.eventually(lines -> assertThat(lines).contains("Connected to " + server.uri("news")));
        topics.hub("news").broadcast("hello");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(page.lines()).contains("Got: hello"));
    }
}
