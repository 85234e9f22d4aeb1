package io.techops.broadcast.examples;

import static io.techops.broadcast.examples.DemoPage.LIMIT;
import static io.techops.broadcast.examples.DemoPage.file;
import static io.techops.broadcast.examples.DemoPage.serve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo page in a real browser, against the real server. */
class DemoPageIT {

    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final String GREETING = "Hello, everyone!";
    private static final String TIME = "\\d{10,}\\.\\d{3}";

    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();

    @Nested
    class WhileTheServerRuns {

        private BroadcastServer server;

        @BeforeEach
        void start() throws IOException {
            server = serve(0);
        }

        @AfterEach
        void stop() {
            server.close();
        }

        @Test
        void whatOneTabSendsBothShow() {
            DemoPage sender = open(server);
            DemoPage other = open(server);
            sender.tab().click("#send");
            sender.eventually(lines -> assertThat(lines)
                    .containsSubsequence("Sent: " + GREETING, "Got echo: " + GREETING));
            other.eventually(lines -> assertThat(lines)
                    .contains("Got: " + GREETING).doesNotContain("Sent: " + GREETING, "Got echo: " + GREETING));
            sender.eventually("counts", text -> assertThat(text).isEqualTo("1 sent, 1 received"));
            other.eventually("counts", text -> assertThat(text).isEqualTo("0 sent, 1 received"));
        }

        @Test
        void enterSends() {
            DemoPage page = open(server);
            page.tab().type("#message", "by the keyboard" + Browser.ENTER);
            page.eventually(lines -> assertThat(lines).contains("Got echo: by the keyboard"));
        }

        @Test
        void fiftyCharactersFitInTheField() {
            DemoPage page = open(server);
            page.tab().type("#message", "x".repeat(60) + Browser.ENTER);
            page.eventually(lines -> assertThat(lines).contains("Got echo: " + "x".repeat(50)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"<img src=x onerror=hit()><b>bold</b>", "</div><script>hit()</script>", "&lt;&#48;"})
        void markupInAMessageIsShownAsText(String markup) {
            DemoPage page = open(server);
            server.hub().broadcast(markup);
            page.eventually(lines -> assertThat(lines).contains("Got: " + markup));
            assertThat(page.tab().texts("#log img, #log b, #log script")).isEmpty();
        }

        @Test
        void theLoopSendsTheTimeUntilItIsStopped() {
            DemoPage page = open(server);
            page.tab().type("#delay", "20");
            page.tab().click("#loop-toggle");
            page.eventually(lines -> assertThat(lines)
                    .filteredOn(line -> line.matches("Got echo: " + TIME)).hasSizeGreaterThan(3));
            page.tab().click("#loop-toggle");
            assertThat(page.text("loop-toggle")).isEqualTo("Start loop");
            String first = page.lines().stream().filter(line -> line.startsWith("Sent: ")).findFirst().orElseThrow();
            assertThat(Double.parseDouble(first.substring("Sent: ".length())))
                    .isCloseTo(Instant.now().getEpochSecond(), within((double) LIMIT.toSeconds()));
            page.tab().click("#send");
            page.eventually(lines -> assertThat(lines).last().isEqualTo("Got echo: " + GREETING));
            await().during(Duration.ofMillis(200)).untilAsserted(() ->
                    assertThat(page.lines()).last().isEqualTo("Got echo: " + GREETING));
        }

        @Test
        void aDelayThatIsTooShortStartsNoLoop() {
            DemoPage page = open(server);
            page.tab().type("#delay", "1" + Browser.ENTER);
            assertThat(page.text("loop-toggle")).isEqualTo("Start loop");
            assertThat(page.tab().value("document.querySelector('#delay:invalid') !== null").asBoolean()).isTrue();
        }

        @Test
        void theLogKeepsItsNewestLinesAndShowsTheLast() {
            DemoPage page = open(server);
            for (int i = 1; i <= 1_200; i++) {
                server.hub().broadcast("message " + i);
            }
            page.eventually(lines -> assertThat(lines).hasSize(1_000).last().isEqualTo("Got: message 1200"));
            page.eventually("(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)"
                    + "(document.getElementById('log'))");
        }

        @Test
        void aReaderWhoScrolledUpStaysThereUntilTheyAskForTheNewestLine() {
            DemoPage page = open(server);
            for (int i = 1; i <= 100; i++) {
                server.hub().broadcast("message " + i);
            }
            page.eventually(lines -> assertThat(lines).contains("Got: message 100"));
            page.tab().value("document.getElementById('log').scrollTop = 40");
            page.eventually("!document.getElementById('newest').hidden");
            server.hub().broadcast("news");
            page.eventually(lines -> assertThat(lines).contains("Got: news"));
            assertThat(page.tab().value("document.getElementById('log').scrollTop").asInt()).isEqualTo(40);
            page.tab().click("#newest");
            page.eventually("document.getElementById('newest').hidden"
                    + " && document.getElementById('log').scrollTop > 1000");
        }

        @ParameterizedTest
        @CsvSource({"light, 1280, 860, light", "dark, 999, 800, dark", "phone, 390, 844, light",
            "tiny, 320, 640, dark"})
        void itFitsTheScreen(String name, int width, int height, String scheme) throws IOException {
            DemoPage page = open(server);
            page.tab().look(width, height, scheme);
            page.tab().click("#send");
            server.hub().broadcast("<b>Markup</b> is text.");
            server.hub().broadcast("A line that is longer than a phone is wide wraps, and stays inside.");
            server.hub().broadcast("x".repeat(120));
            page.eventually(lines -> assertThat(lines).hasSize(6));
            page.tab().screenshot(SCREENSHOTS.resolve(name + ".png"));
            assertThat(page.tab().value("document.documentElement.scrollWidth").asInt())
                    .isEqualTo(page.tab().value("document.documentElement.clientWidth").asInt()).isBetween(300, width);
        }
    }

    @Nested
    class WhenTheServerStops {

        @Test
        void theCloseIsToldWithItsCodeAndReasonAndNothingCanBeSent() throws IOException {
            BroadcastServer server = serve(FreePort.find()); // where the page comes back nobody else listens
            DemoPage page;
            try (server) {
                page = open(server);
            }
            page.eventually(lines -> assertThat(lines).anyMatch(line ->
                    line.matches("Connection closed: clean, code 1001 \\(going away\\), (no reason|reason: .+)")));
            page.tab().click("#send");
            page.eventually(lines -> assertThat(lines).contains("Not connected.").doesNotContain("Sent: " + GREETING));
            assertThat(page.text("state")).doesNotStartWith("Connected");
        }

        @Test
        void thePageComesBackByItselfAndTheLoopGoesOn() throws IOException {
            int port = FreePort.find(); // not one that someone who connects may be given in between
            BroadcastServer first = serve(port);
            DemoPage page;
            try (first) {
                page = open(first);
                page.tab().type("#delay", "50" + Browser.ENTER);
                page.eventually(lines -> assertThat(lines).anyMatch(line -> line.matches("Got echo: " + TIME)));
            }
            page.eventually(lines -> assertThat(lines)
                    .contains("The loop is paused until there is a connection.")
                    .anyMatch(line -> line.matches("Reconnecting in \\d+\\.\\d s\\.")));
            try (BroadcastServer second = serve(port)) {
                assertThat(second.port()).isEqualTo(port);
                page.eventually(lines -> {
                    assertThat(lines).contains("The loop goes on.");
                    assertThat(lines.subList(lines.lastIndexOf("The loop goes on."), lines.size()))
                            .anyMatch(line -> line.matches("Got echo: " + TIME));
                });
            }
        }
    }

    @Nested
    class OpenedFromAFile {

        @Test
        void itSaysHowToStartTheServerAndConnectsToLocalhost() throws IOException {
            try (BroadcastServer server = DemoPage.server(0).allowOrigin("null").start()) {
                DemoPage page = new DemoPage(BROWSER.open(file("?port=" + server.port())));
                page.eventually(lines -> assertThat(lines).contains("Connected to ws://localhost:" + server.port()));
                page.eventually("document.getElementById('file-notice').checkVisibility()");
                assertThat(page.text("file-notice").replace('\u00A0', ' ')).contains("--allow-origin null");
                page.tab().click("#send");
                page.eventually(lines -> assertThat(lines).contains("Got echo: " + GREETING));
            }
        }

        @Test
        void itHintsAtTheOriginWhenTheServerRefusesIt() throws IOException {
            try (BroadcastServer server = serve(0)) {
                DemoPage page = new DemoPage(BROWSER.open(file("?port=" + server.port())));
                page.eventually(lines -> assertThat(lines)
                        .contains("Connection closed: not clean, code 1006 (no close frame), no reason")
                        .anyMatch(line -> line.startsWith("Hint: ") && line.endsWith("--allow-origin null")));
            }
        }

        @ParameterizedTest
        @CsvSource({"'', ws://localhost:5000", "?port=81&path=/live/v1, ws://localhost:81/live/v1"})
        void itConnectsToPortFiveThousandUnlessToldOtherwise(String query, String address) {
            DemoPage page = new DemoPage(BROWSER.open(file(query), """
                    window.WebSocket = class extends EventTarget {
                      constructor(url) { super(); window.asked = url; }
                    };"""));
            assertThat(page.tab().value("window.asked").asText()).isEqualTo(address);
        }

        @ParameterizedTest
        @ValueSource(strings = {"port=0", "port=65536", "port=http", "port=", "path=live", "path=/%3F", "path=/%20"})
        void aBadPortOrPathIsSaidAndNotReplaced(String query) {
            DemoPage page = new DemoPage(BROWSER.open(file("?" + query)));
            page.eventually(lines -> assertThat(lines).singleElement().asString()
                    .startsWith("The " + query.substring(0, 4) + " in this page's address must "));
            page.tab().click("#send");
            page.eventually(lines -> assertThat(lines).last().isEqualTo("Not connected."));
        }

        @Test
        void itSaysThatABrowserHasNoWebSocket() {
            DemoPage page = new DemoPage(BROWSER.open(file(""), "delete window.WebSocket;"));
            page.eventually(lines -> assertThat(lines)
                    .containsExactly("This browser has no WebSocket: it cannot connect."));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSecurityPolicyLetsThePageWorkAndNothingElse(boolean fromFile) throws IOException {
        try (BroadcastServer server = DemoPage.server(0).allowOrigin("null").start()) {
            DemoPage page = new DemoPage(BROWSER.open(
                    fromFile ? file("?port=" + server.port()) : DemoPage.at(server), """
                    window.refused = [];
                    document.addEventListener("securitypolicyviolation", e => refused.push(e.effectiveDirective));"""));
            page.eventually(lines -> assertThat(lines).hasSize(1));
            page.tab().press("#message", Browser.ENTER);
            page.eventually(lines -> assertThat(lines).contains("Got echo: " + GREETING));
            assertThat(page.tab().value("window.refused")).isEmpty();
            page.tab().value("(document.createElement('img').src = 'http://127.0.0.1:9/x.png')");
            page.eventually("window.refused[0] === 'img-src'");
        }
    }

    /** Opens the page that {@code server} serves, and waits until it is connected. */
    private static DemoPage open(BroadcastServer server) {
        DemoPage page = new DemoPage(BROWSER.open(DemoPage.at(server)));
        page.eventually(lines -> assertThat(lines).contains("Connected to ws://127.0.0.1:" + server.port()));
        return page;
    }
}
