package io.techops.broadcast.examples;

import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Browser.Tab;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Pages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowingConsumer;

/** The demo page as a test sees it: in a tab, by its lines. */
record DemoPage(Tab tab) {

    /** How long a test waits for what it expects; far longer than it should ever take. */
    static final Duration LIMIT = TestRun.LIMIT;

    private static final String FOLDER = "io/techops/broadcast/examples/page";
    private static final Path FILE = Path.of("../src/main/resources", FOLDER, "index.html");

    /** {@return the settings of a server on {@code port}, 0 for any, that serves the page on a port of its own} */
    static BroadcastServer.Builder server(int port) {
        return BroadcastServer.builder()
                .host("127.0.0.1")
                .port(port)
                .pages(Pages.resources(DemoPage.class.getClassLoader(), FOLDER))
                .pagePort(0);
    }

    static BroadcastServer serve(int port) throws IOException {
        return server(port).start();
    }

    /** {@return the address of the page that {@code server} serves, which finds that server by itself} */
    static URI at(BroadcastServer server) {
        return URI.create("http://127.0.0.1:" + server.pagePort() + "/");
    }

    /** {@return the address of the page as a file} */
    static URI file(String query) {
        return URI.create(FILE.toUri() + query);
    }

    /** Opens the page at an address, where a script runs before its own ones, and waits until it says: connected. */
    static DemoPage connected(SharedBrowser browser, URI address, String script) {
        DemoPage page = new DemoPage(browser.open(address, script));
        page.eventually("document.getElementById('state').dataset.state === 'open'");
        page.eventually("document.querySelector('#log .good') !== null"); // a moment later, as all lines
        return page;
    }

    /** {@return what the page has in its log, oldest first, without the times} */
    List<String> lines() {
        return tab.texts("#log .text");
    }

    /** Waits until the lines of the log satisfy {@code assertion}. */
    void eventually(ThrowingConsumer<List<String>> assertion) {
        await().atMost(LIMIT).untilAsserted(() -> assertion.accept(lines()));
    }

    /** Waits until {@code expression}, in the page's language, is true there. */
    void eventually(String expression) {
        await().atMost(LIMIT).until(() -> tab.value(expression).asBoolean());
    }

    /** Waits until the only element with this id has a text that satisfies {@code assertion}: figures follow later. */
    void eventually(String id, ThrowingConsumer<String> assertion) {
        await().atMost(LIMIT).untilAsserted(() -> assertion.accept(text(id)));
    }

    /** {@return the only element with this id, as its text} */
    String text(String id) {
        return tab.value("document.getElementById('" + id + "').textContent").asText();
    }
}
