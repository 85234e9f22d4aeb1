package io.techops.broadcast.examples;

import static io.techops.broadcast.testing.TestRun.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The scripts of the guide on late joiners and reconnects, as it has them, in a real browser. */
class ReconnectingGuideIT {

    private static final Path GUIDE = Path.of("../../broadcast-tyrus/RECONNECTING.md");
    private static final Pattern SCRIPT = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL);
    private static final CloseReason LATER = CloseReason.of(CloseReason.GOING_AWAY, "a test");

    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();
    private static List<String> scripts;

    private BroadcastServer server;
    private Browser.Tab tab;

    @BeforeAll
    static void readTheGuide() throws IOException {
        scripts = SCRIPT.matcher(Files.readString(GUIDE)).results().map(found -> found.group(1)).toList();
    }

    @BeforeEach
    void open() {
        server = ClientPage.server(0).path("/live").start();
        tab = ClientPage.open(BROWSER, server, "");
        tab.value("void (window.shown = [], window.states = [], window.reloads = 0)");
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Runs a script of the guide as a module that has what the guide takes for granted. */
    private void run(String script) {
        String module = """
                const show = text => shown.push(text);
                const status = text => states.push(text);
                const reload = () => reloads++;
                """ + script;
        tab.value("""
                void (() => {
                  const script = document.createElement("script");
                  script.type = "module";
                  script.textContent = `%s`;
                  document.head.append(script);
                })()""".formatted(module.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")));
    }

    private void eventually(String expression) {
        await().atMost(LIMIT).until(() -> tab.value(expression).asBoolean());
    }

    private void awaitPeers(int count) {
        await().atMost(LIMIT).until(() -> server.hub().peers().size() == count);
    }

    /** Cuts the client off, and says something before it can be back. */
    private void missOneMessage() {
        server.hub().broadcast("first");
        eventually("shown.length === 1");
        server.hub().peers().forEach(peer -> peer.close(LATER));
        server.hub().broadcast("second");
        eventually("shown.length === 2");
        assertThat(tab.value("shown.join()").asText()).isEqualTo("first,second");
        assertThat(tab.value("reloads").asInt()).isZero();
    }

    @Test
    void theScriptWithTheClientGoesOnWhereItWas() {
        String there = "ws://127.0.0.1:" + server.port() + "/live";
        tab.value("void (document.body.innerHTML = '<form id=form><input id=input></form>')");
        run(scripts.get(0).replace("\"/live\"", '"' + there + '"')
                .replace("{ replay: 50 }", "{ replay: 50, firstDelay: 50, spread: 50 }"));
        awaitPeers(1);
        eventually("states.at(-1) === 'live'");
        missOneMessage();
        eventually("states.filter(state => state === 'live').length === 2");
        tab.type("#input", "from the page" + Browser.ENTER);
        eventually("shown.at(-1) === 'from the page'");
    }

    @Test
    void theScriptWithoutALibraryGoesOnWhereItWas() {
        String there = "ws://127.0.0.1:" + server.port() + "/live";
        run(scripts.get(1).replace("wss://example.org/live", there) + "connect();");
        awaitPeers(1);
        missOneMessage();
    }
}
