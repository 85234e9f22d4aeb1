package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PageServer.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many peers there are, as pages are told. */
class PagePeersTest {

    @TempDir
    Path folder;

    private BroadcastServer.Builder server() {
        return Wire.PLAIN.server().pages(Pages.folder(folder)).pagePort(0);
    }

    private static HttpResponse<String> ask(String method, URI uri) throws IOException, InterruptedException {
        return PageServer.CLIENT.send(HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody())
                .timeout(TestRun.LIMIT).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> ask(String method, BroadcastServer server)
            throws IOException, InterruptedException {
        return ask(method, server.pageUri().resolve("broadcast.json"));
    }

    private static void tells(BroadcastServer server, String members) {
        await().untilAsserted(() -> assertThat(ask("GET", server).body()).endsWith("," + members + "}\n"));
    }

    @Test
    void areNotToldUnlessTheHostSaysSo() throws Exception {
        try (BroadcastServer server = server().start()) {
            assertThat(ask("GET", server).body()).isEqualTo("{\"port\":" + server.port() + ",\"path\":null}\n");
        }
    }

    @Test
    void areThoseOfNow() throws Exception {
        try (BroadcastServer server = server().path("/live").pagePeers(true).start()) {
            tells(server, "\"peers\":0,\"allPeers\":null");
            try (JdkClient first = JdkClient.open(server.uri()); JdkClient second = JdkClient.open(server.uri())) {
                assertThat(first.isClosed() || second.isClosed()).isFalse();
                tells(server, "\"peers\":2,\"allPeers\":null");
                assertThat(ask("GET", server).body()).isEqualTo("{\"port\":" + server.port()
                        + ",\"path\":\"/live\",\"peers\":2,\"allPeers\":null}\n");
            }
            tells(server, "\"peers\":0,\"allPeers\":null");
        }
    }

    @Test
    void areThoseOfAllTopicsTogether() {
        Topics topics = Topics.builder().build();
        try (BroadcastServer server = server().topics(topics).pagePeers(true).start();
                JdkClient news = JdkClient.open(server.uri("news"));
                JdkClient chat = JdkClient.open(server.uri("chat"))) {
            assertThat(news.isClosed() || chat.isClosed()).isFalse();
            tells(server, "\"path\":\"/topics/{topic}\",\"peers\":2,\"allPeers\":null");
        }
    }

    @Test
    void withABackplaneThoseOfAllNodesAreToldToo() {
        try (MemoryBackplane backplane = new MemoryBackplane();
                BroadcastServer here = server().hub(hub(backplane)).pagePeers(true).start();
                BroadcastServer there = server().hub(hub(backplane)).start();
                JdkClient one = JdkClient.open(here.uri());
                JdkClient two = JdkClient.open(there.uri()); JdkClient three = JdkClient.open(there.uri())) {
            assertThat(one.isClosed() || two.isClosed() || three.isClosed()).isFalse();
            tells(here, "\"peers\":1,\"allPeers\":3");
        }
    }

    private static BroadcastHub hub(MemoryBackplane backplane) {
        return BroadcastHub.builder().backplane(backplane).build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void areNotToBeStored(boolean told) throws Exception {
        try (BroadcastServer server = server().pagePeers(told).start()) {
            HttpResponse<String> answer = ask("GET", server);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
            assertThat(header(answer, "Content-Type")).isEqualTo("application/json; charset=utf-8");
            assertThat(answer.headers().map()).doesNotContainKeys("etag", "last-modified",
                    "access-control-allow-origin");
        }
    }

    @Test
    void haveTheHeadersOfAGetForAHead() throws Exception {
        try (BroadcastServer server = server().pagePeers(true).start()) {
            HttpResponse<String> head = ask("HEAD", server);
            HttpResponse<String> get = ask("GET", server);
            assertThat(head.body()).isEmpty();
            for (String name : new String[] {"Content-Length", "Content-Type", "Cache-Control"}) {
                assertThat(header(head, name)).isEqualTo(header(get, name)).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void haveNoOtherMethods(String method) throws Exception {
        try (BroadcastServer server = server().pagePeers(true).start()) {
            HttpResponse<String> answer = ask(method, server);
            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(header(answer, "Allow")).isEqualTo("GET, HEAD");
        }
    }

    @Test
    void areToldOnThePortOfThePagesAlone() throws Exception {
        try (BroadcastServer server = server().pagePeers(true).start()) {
            assertThat(ask("GET", URI.create("http://127.0.0.1:" + server.port() + "/broadcast.json")).statusCode())
                    .isEqualTo(426);
        }
        int port = FreePort.find();
        try (BroadcastServer server = server().port(port).pagePort(port).pagePeers(true).start()) {
            assertThat(ask("GET", server).body())
                    .isEqualTo("{\"port\":null,\"path\":null,\"peers\":0,\"allPeers\":null}\n");
        }
    }
}
