package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many peers there are, on the demo page: in a real browser and against the real server. */
class ConsolePeersIT {

    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    /** The page asks when the test says {@code tick()}, and not every two seconds; its requests are counted. */
    private static final String BY_HAND = """
            window.asked = 0;
            const really = { fetch, setTimeout };
            window.fetch = (...what) => { asked++; return really.fetch.call(window, ...what); };
            window.setTimeout = (what, delay, ...more) => {
              if (delay !== 2000 && delay !== 30000) {
                return really.setTimeout.call(window, what, delay, ...more);
              }
              window.pause = delay;
              window.tick = () => { window.tick = undefined; what(); };
              return 0;
            };
            """;

    /** The page asks twenty times a second, so that no test waits for it. */
    private static final String OFTEN = """
            const really = setTimeout;
            window.setTimeout = (what, delay, ...more) => really(what, delay === 2000 ? 50 : delay, ...more);
            """;

    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();

    private BroadcastServer server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    /** Opens the page of a new server, and waits until it is connected. */
    private DemoPage open(BroadcastServer.Builder settings, String script) {
        server = settings.start();
        return open(DemoPage.at(server), script);
    }

    private static DemoPage open(URI uri, String script) {
        return DemoPage.connected(BROWSER, uri, script);
    }

    /** Opens the page of a new server that has many nodes, as far as its page is told. */
    private DemoPage openOfManyNodes(int portTold) {
        server = DemoPage.server(0).start();
        return open(URI.create(DemoPage.at(server) + "?port=" + server.port()), BY_HAND + """
                window.told = { port: %d, path: null, peers: 1200, allPeers: 3400 };
                window.fetch = async () => Response.json(told);
                window.seconds = 100;
                performance.now = () => 1000 * seconds;
                """.formatted(portTold == 0 ? server.port() : portTold));
    }

    private static void shows(DemoPage page, String words) {
        page.eventually("peers", text -> assertThat(text.replace('\u00A0', ' ')).isEqualTo(words));
    }

    @Test
    void peersThatConnectAndDisconnectAreCounted() {
        DemoPage page = open(DemoPage.server(0).pagePeers(true), OFTEN);
        shows(page, "1");
        try (JdkClient second = JdkClient.open(server.uri()); JdkClient third = JdkClient.open(server.uri())) {
            assertThat(second.isClosed() || third.isClosed()).isFalse();
            shows(page, "3");
            page.eventually("document.getElementById('plot').ariaLabel.endsWith('; peers: 3 now, at most 3')");
            assertThat(page.tab().texts("#legend span:not([hidden])")).last().isEqualTo("Peers, most 3");
        }
        shows(page, "1");
        page.eventually("document.getElementById('plot').ariaLabel.includes('; peers: 1 now, at most ')");
        page.tab().click("#disconnect");
        shows(page, "–");
        page.tab().click("#connect");
        shows(page, "1");
    }

    @Test
    void theyAreDrawn() {
        DemoPage page = open(DemoPage.server(0).pagePeers(true), "");
        shows(page, "1"); // there was no message: what is at the top is the line
        page.eventually("document.getElementById('plot').getContext('2d')"
                + ".getImageData(0, 0, document.getElementById('plot').width, 9).data.some(value => value > 0)");
    }

    @Test
    void whereTheServerDoesNotTellThemTheyAreUnknownAndThePageAsksSeldom() {
        DemoPage page = open(DemoPage.server(0), BY_HAND + "performance.now = () => 5000;");
        shows(page, "unknown");
        page.eventually("window.pause === 30000");
        assertThat(page.tab().texts("#legend span:not([hidden])")).containsExactly("Messages a second, most 0");
        server.hub().broadcast("hello");
        page.eventually(lines -> assertThat(lines).contains("Got: hello"));
        page.eventually("document.getElementById('plot').ariaLabel.includes('at most 1 in')");
    }

    @Test
    void ofAnotherServerThanThatOfThePageTheyAreUnknown() throws IOException {
        try (BroadcastServer other = DemoPage.server(0).pagePeers(true).start()) {
            server = DemoPage.server(0).pagePeers(true).start();
            DemoPage page = open(URI.create(DemoPage.at(server) + "?port=" + other.port()), "");
            shows(page, "unknown");
            page.tab().type("#address", server.uri() + Browser.ENTER);
            shows(page, "1");
        }
    }

    @Test
    void theServerIsNotAskedWhileThePageIsOutOfView() {
        DemoPage page = open(DemoPage.server(0).pagePeers(true), BY_HAND + """
                Object.defineProperty(document, "hidden", { get: () => window.away === true });
                """);
        page.eventually("window.tick !== undefined");
        page.tab().value("void (away = true, document.dispatchEvent(new Event('visibilitychange')))");
        shows(page, "–");
        int asked = page.tab().value("asked").asInt();
        page.tab().value("window.tick()");
        assertThat(page.tab().value("[asked, typeof window.tick]").toString())
                .isEqualTo("[" + asked + ",\"undefined\"]");
        page.tab().value("void (away = false, document.dispatchEvent(new Event('visibilitychange')))");
        shows(page, "1");
        assertThat(page.tab().value("asked").asInt()).isEqualTo(asked + 1);
    }

    @Test
    void withTopicsTheyAreThoseOfAllOfThem() {
        server = DemoPage.server(0).topics(Topics.builder().build()).path("/topics/{topic}").pagePeers(true).start();
        DemoPage page = new DemoPage(BROWSER.open(DemoPage.at(server)));
        page.eventually(lines -> assertThat(lines).last().asString().startsWith("Put the name of a topic"));
        try (JdkClient chat = JdkClient.open(server.uri("chat"))) {
            assertThat(chat.isClosed()).isFalse();
            page.tab().type("#address", server.uri("news") + Browser.ENTER);
            shows(page, "2, all topics");
        }
    }

    @Test
    void withManyNodesThoseOfAllNodesAreShownToo() {
        DemoPage page = openOfManyNodes(1);
        shows(page, "unknown"); // it is another hub that was told of
        page.tab().value("void (told.port = " + server.port() + ", tick())");
        shows(page, "1,200 here, 3,400 on all nodes");
        assertThat(page.tab().texts("#legend span:not([hidden])"))
                .containsExactly("Messages a second, most 0", "Peers, most 1,200", "On all nodes, most 3,400");
        page.tab().value("void (told.allPeers = null, tick())");
        shows(page, "1,200");
    }

    @ParameterizedTest
    @CsvSource({"light, 1280, 860, light", "dark, 1280, 860, dark", "phone, 390, 844, light", "tiny, 320, 640, dark"})
    void theFiguresFitTheScreen(String name, int width, int height, String scheme) throws IOException {
        DemoPage page = openOfManyNodes(0);
        page.tab().look(width, height, scheme);
        int sent = 0;
        for (int step = 1; step <= 20; step++) {
            page.eventually("window.tick !== undefined");
            page.tab().value("void (seconds += 2, told.peers += %d, told.allPeers += %d, tick())"
                    .formatted(step % 7 * 50 - 100, step % 5 * 40 - 60));
            for (int i = step * 7 % 12; i > 0; i--) {
                server.hub().broadcast("message " + ++sent);
            }
            String received = sent + " received";
            page.eventually("counts", text -> assertThat(text).endsWith(received));
        }
        page.tab().screenshot(SCREENSHOTS.resolve("peers-" + name + ".png"));
        assertThat(page.text("peers")).contains("here, ");
        assertThat(page.tab().value("document.documentElement.scrollWidth").asInt())
                .isEqualTo(page.tab().value("document.documentElement.clientWidth").asInt()).isBetween(300, width);
    }
}
