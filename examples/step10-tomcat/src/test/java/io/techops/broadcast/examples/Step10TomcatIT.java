package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.PortArgument;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.TestRun;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The application in Tomcat, started as {@code examples/README.md} says. */
class Step10TomcatIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.timeout(TestRun.LIMIT).build(), BodyHandlers.ofString());
    }

    @Test
    void peersAndPagesShareOnePort() throws Exception {
        try (Program application = Program.ofJar(Path.of("target/step10-tomcat.jar"), "0")) {
            URI root = application.uriWithin("Listening on ([^,]*),.*");
            URI live = URI.create("ws://localhost:" + root.getPort() + "/live");
            assertThat(ask(HttpRequest.newBuilder(root)).body()).contains("+ \"/live\")");
            assertThat(ask(HttpRequest.newBuilder(root.resolve("other"))).statusCode()).isEqualTo(404);
            try (JdkClient one = JdkClient.open(live); JdkClient two = JdkClient.open(live)) {
                // The container may open a session some time after the 101: who gets his own message is there.
                one.send("one is there");
                assertThat(one.next()).isEqualTo("one is there");
                two.send("from a peer");
                assertThat(one.next()).isEqualTo("from a peer");
                String first = two.next();
                assertThat(first.equals("one is there") ? two.next() : first).isEqualTo("from a peer");
                assertThat(ask(HttpRequest.newBuilder(root.resolve("news"))
                        .POST(BodyPublishers.ofString("from a servlet"))).statusCode()).isEqualTo(200);
                assertThat(one.next()).isEqualTo("from a servlet");
                assertThat(two.next()).isEqualTo("from a servlet");
                application.kill("TERM");
                assertThat(one.closed().code()).isEqualTo(1001);
                assertThat(one.closed().phrase()).as("said by the hub").isEqualTo("the server is going away");
                assertThat(two.closed().code()).isEqualTo(1001);
                assertThat(application.awaitExit()).isEqualTo(143);
            }
        }
    }

    @Test
    void whatKeepsItFromStartingIsOneLine() throws Exception {
        PortArgument.isCheckedBy(port -> Program.ofJar(Path.of("target/step10-tomcat.jar"), port));
    }
}
