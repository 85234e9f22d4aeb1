package io.techops.broadcast.examples;

import static io.techops.broadcast.examples.DemoPage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Pages;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The EventSource of a real browser, in a page of another port than the stream's. */
class EventSourceIT {

    private static final String PAGE = """
            <!doctype html>
            <meta charset="utf-8">
            <ol></ol>
            <script>
            const list = document.querySelector("ol");
            const show = text => list.appendChild(document.createElement("li")).textContent = text;
            const port = new URLSearchParams(location.search).get("port");
            const source = new EventSource(`http://${location.hostname}:${port}/`);
            source.onmessage = ({data, lastEventId}) => show(`${lastEventId.split("-")[1]} ${data}`);
            source.addEventListener("open", ({data}) => data && show(`open, recovered ${JSON.parse(data).recovered}`));
            source.addEventListener("gap", ({data}) => show(`gap, ${JSON.parse(data).reason}`));
            source.addEventListener("direct", ({data}) => show(`direct ${JSON.parse(data).message}`));
            </script>
            """;

    @TempDir
    static Path folder = Path.of("");
    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();

    @BeforeAll
    static void writeThePage() throws Exception {
        Files.writeString(folder.resolve("index.html"), PAGE);
    }

    private static BroadcastServer serve(int port, int pagePort) {
        return BroadcastServer.builder().host("127.0.0.1").port(port).hub(BroadcastHub.create()).sse(true)
                .pages(Pages.folder(folder)).pagePort(pagePort).start();
    }

    private static void shows(Browser.Tab tab, String... lines) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(tab.texts("li")).containsExactly(lines));
    }

    @Test
    void goesOnByItselfExactlyWhereItWasAndIsToldWhenItCannot() {
        int port = FreePort.find();
        int pagePort = FreePort.find();
        Browser.Tab tab;
        try (BroadcastServer server = serve(port, pagePort)) {
            tab = BROWSER.open(URI.create("http://127.0.0.1:" + pagePort + "/?port=" + port));
            shows(tab, "open, recovered false");
            server.hub().broadcast("one\r\nline <b>");
            shows(tab, "open, recovered false", "1 one\nline <b>");
            Peer first = server.hub().peers().iterator().next();
            first.close(CloseReason.of(1012));
            await().atMost(LIMIT).until(() -> !first.isRegistered());
            server.hub().broadcast("two");
            server.hub().broadcast("three");
            shows(tab, "open, recovered false", "1 one\nline <b>", "open, recovered true", "2 two", "3 three");
            server.hub().peers().forEach(peer -> peer.send(Message.text("\"you\" \\ \n")));
            server.hub().broadcast("four");
            shows(tab, "open, recovered false", "1 one\nline <b>", "open, recovered true", "2 two", "3 three",
                    "direct \"you\" \\ \n", "4 four");
        }
        try (BroadcastServer another = serve(port, pagePort)) {
            await().atMost(LIMIT).until(() -> !another.hub().peers().isEmpty());
            another.hub().broadcast("five");
            await().atMost(LIMIT).untilAsserted(() -> {
                List<String> lines = tab.texts("li");
                assertThat(lines.subList(7, lines.size()))
                        .containsExactly("open, recovered false", "gap, epoch", "1 five");
            });
        }
    }
}
