package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** The service with topics. */
class TopicOptionsIT {

    private static URI topic(Program service, String name) {
        return service.uri().resolve(name);
    }

    private static int status(Program service, String request) throws IOException {
        try (RawClient client = RawClient.connect(service.uri().getPort())) {
            return Integer.parseInt(client.ask(request).substring(9, 12));
        }
    }

    @Test
    void everyTopicIsAHubOfItsOwnWithItsPastAndItsStream() throws Exception {
        try (Program service = Program.listening("--no-web", "--topics", "/live/{topic}", "--replay", "10", "--sse");
                JdkClient news = JdkClient.open(topic(service, "news"));
                JdkClient chat = JdkClient.open(topic(service, "chat"))) {
            assertThat(service.uri().getPath()).isEqualTo("/live/");
            news.send("n1");
            chat.send("c1");
            assertThat(news.next()).isEqualTo("n1");
            assertThat(chat.next()).isEqualTo("c1");
            try (JdkClient late = JdkClient.open(topic(service, "news?replay=10"))) {
                assertThat(late.next()).isEqualTo("n1");
            }
            try (RawClient stream = RawClient.connect(service.uri().getPort())) {
                assertThat(stream.ask("GET /live/chat?replay=1 HTTP/1.1\r\nHost: a\r\n"
                        + "Accept: text/event-stream\r\n\r\n"))
                        .startsWith("HTTP/1.1 200 ");
                service.kill("TERM");
                assertThat(new String(stream.readAll())).contains("\ndata: c1\n").doesNotContain("n1");
            }
            assertThat(news.closed().code()).isEqualTo(1001);
            assertThat(chat.closed().code()).isEqualTo(1001);
        }
    }

    @Test
    void oneTopicTooManyIsRefusedAndAnIdleOneMakesRoom() throws Exception {
        try (Program service = Program.listening("--no-web", "--topics", "/{topic}", "--max-topics", "1",
                "--topic-idle-timeout", "1ms")) {
            try (JdkClient one = JdkClient.open(topic(service, "one"))) {
                one.send("hello");
                assertThat(one.next()).isEqualTo("hello");
                assertThat(status(service, RawClient.handshake("/two"))).isEqualTo(503);
            }
            await().until(() -> status(service, RawClient.handshake("/two")) == 101);
        }
    }
}
