package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.TestRun;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page server has beside the pages of the application. */
class ServedPagesTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void theClientForBrowsersIsServedAsAModule() throws Exception {
        try (BroadcastServer server = server(0).pagePort(0).start();
                InputStream script = BroadcastServer.class.getClassLoader()
                        .getResourceAsStream("META-INF/resources/broadcast.js")) {
            HttpResponse<String> answer = get(server, "broadcast.js");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/javascript; charset=utf-8");
            assertThat(answer.body()).isEqualTo(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            assertThat(get(server, "broadcast.d.ts").body()).contains("export class BroadcastSocket");
            assertThat(get(server, "folder/broadcast.js").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aPageFindsThePortAndThePathOfTheHub() throws Exception {
        try (BroadcastServer server = server(0).pagePort(0).start()) {
            assertThat(get(server, "broadcast.json").body())
                    .isEqualTo("{\"port\":" + server.port() + ",\"path\":null}\n");
        }
        try (BroadcastServer server = server(0).pagePort(0).path("/live/v1").start()) {
            HttpResponse<String> answer = get(server, "broadcast.json");
            assertThat(answer.body()).isEqualTo("{\"port\":" + server.port() + ",\"path\":\"/live/v1\"}\n");
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        }
    }

    @Test
    void onTheSamePortThereIsNoneToTell() throws Exception {
        int port = FreePort.find();
        try (BroadcastServer server = server(port).pagePort(port).path("/live").start()) {
            assertThat(get(server, "broadcast.json").body()).isEqualTo("{\"port\":null,\"path\":\"/live\"}\n");
        }
    }

    @Test
    void theTemplateOfTopicsIsTold() throws Exception {
        Topics topics = Topics.builder().build();
        try (BroadcastServer server = server(0).pagePort(0).topics(topics).path("/topics/{topic}").start()) {
            assertThat(get(server, "broadcast.json").body())
                    .isEqualTo("{\"port\":" + server.port() + ",\"path\":\"/topics/{topic}\"}\n");
        }
    }

    @Test
    void aPageOfTheApplicationWithTheSameNameIsPreferred() throws Exception {
        Files.writeString(folder.resolve("broadcast.js"), "mine");
        Files.writeString(folder.resolve("broadcast.json"), "{}");
        try (BroadcastServer server = server(0).pagePort(0).start()) {
            assertThat(get(server, "broadcast.js").body()).isEqualTo("mine");
            assertThat(get(server, "broadcast.json").body()).isEqualTo("{}");
        }
    }

    private BroadcastServer.Builder server(int port) {
        return Wire.PLAIN.server().port(port).pages(Pages.folder(folder));
    }

    private static HttpResponse<String> get(BroadcastServer server, String page)
            throws IOException, InterruptedException {
        URI uri = server.pageUri().resolve(page);
        return CLIENT.send(HttpRequest.newBuilder(uri).timeout(TestRun.LIMIT).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
