package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testing.Tls;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps that need this library alone, each started as {@code examples/README.md} says. */
class StepsIT {

    private static final String LISTENING = "Listening on ([^;]*)(;.*)?";

    private static void endsGracefully(Program program, JdkClient... peers) {
        program.kill("TERM");
        for (JdkClient peer : peers) {
            assertThat(peer.closed().code()).isEqualTo(1001);
        }
        assertThat(program.awaitExit()).isEqualTo(143);
    }

    @Test
    void fiveLinesRelayToEveryone() {
        try (Program program = Program.of(Step01FiveLines.class, "0");
                JdkClient one = JdkClient.open(program.uriWithin(LISTENING));
                JdkClient two = JdkClient.open(program.uriWithin(LISTENING))) {
            one.send("from a peer");
            assertThat(one.next()).isEqualTo("from a peer");
            assertThat(two.next()).isEqualTo("from a peer");
            endsGracefully(program, one, two);
        }
    }

    @Test
    void theTickerPushesTheTimeEverySecondUntilItIsStopped() {
        try (Program ticker = Program.of(Step02Ticker.class, "0");
                JdkClient one = JdkClient.open(ticker.uriWithin(LISTENING));
                JdkClient two = JdkClient.open(ticker.uriWithin(LISTENING))) {
            Instant first = Instant.parse(one.next());
            Instant second = Instant.parse(one.next());
            assertThat(second).isAfterOrEqualTo(first).isBefore(Instant.now().plusSeconds(1));
            Instant toBoth = Instant.parse(two.next()); // who came later hears the same from then on
            List<Instant> heard = new ArrayList<>(List.of(first, second));
            while (heard.get(heard.size() - 1).isBefore(toBoth)) {
                heard.add(Instant.parse(one.next()));
            }
            assertThat(heard).contains(toBoth);
            ticker.kill("INT");
            assertThat(one.closed().code()).isEqualTo(1001);
            assertThat(two.closed().code()).isEqualTo(1001);
            assertThat(ticker.awaitExit()).isEqualTo(130);
        }
    }

    @Test
    void embeddedBroadcastsWhatIsTyped() {
        try (Program embedded = Program.of(Step03Embedded.class, "0");
                JdkClient one = JdkClient.open(embedded.uriWithin(LISTENING));
                JdkClient two = JdkClient.open(embedded.uriWithin(LISTENING))) {
            embedded.type("from the host");
            assertThat(one.next()).isEqualTo("from the host");
            assertThat(two.next()).isEqualTo("from the host");
            two.send("from a peer");
            assertThat(one.next()).isEqualTo("from a peer");
            embedded.type("");
            assertThat(one.closed().code()).isEqualTo(1001);
            assertThat(two.closed().code()).isEqualTo(1001);
            assertThat(embedded.awaitExit()).isZero();
        }
    }

    @Test
    void aBearerTokenDecidesWhoMayConnectAndIsNotRepeated() {
        try (Program program = Program.of(Step07BearerToken.class, "0")) {
            URI uri = program.uriWithin(LISTENING);
            assertThatThrownBy(() -> JdkClient.open(uri)).hasStackTraceContaining("401");
            assertThatThrownBy(() -> JdkClient.open(uri, "bearer", "a-guess")).hasStackTraceContaining("401");
            try (JdkClient ann = JdkClient.open(uri, "bearer", "anns-token");
                    JdkClient bob = JdkClient.openWith("Authorization", "Bearer bobs-token", uri)) {
                assertThat(ann.subprotocol()).isEqualTo("bearer");
                assertThat(bob.subprotocol()).isEmpty();
                assertThat(ann.next()).isEqualTo("welcome, ann");
                assertThat(bob.next()).isEqualTo("welcome, bob");
                endsGracefully(program, ann, bob);
            }
        }
    }

    @Test
    void theRulesGreetQuietenAndLetGo() {
        try (Program rules = Program.of(Step04Rules.class, "0");
                JdkClient one = JdkClient.open(rules.uriWithin(LISTENING))) {
            assertThat(one.next()).isEqualTo("welcome, you are number 1");
            rules.awaitOut("Peer 1 came from .*127\\.0\\.0\\.1.*");
            try (JdkClient two = JdkClient.open(rules.uriWithin(LISTENING))) {
                assertThat(two.next()).isEqualTo("welcome, you are number 2");
                one.send(" \n");
                one.send("  HOW ARE YOU?");
                assertThat(two.next()).isEqualTo("how are you?");
                two.send("fine");
                assertThat(one.next()).as("what one sent does not come back").isEqualTo("fine");
                two.send("goodbye");
                assertThat(two.closed().code()).isEqualTo(1000);
                rules.awaitOut("Peer 2 left with 1000 after 2 messages");
                one.send("x".repeat(1_001));
                assertThat(one.closed().code()).isEqualTo(1009);
            }
        }
    }

    @Test
    void thePageIsServedBesideTheSocketOnOnePort() throws Exception {
        int port = FreePort.find();
        try (Program program = Program.of(Step05Page.class, Integer.toString(port));
                JdkClient peer = JdkClient.open(program.uriWithin(LISTENING))) {
            URI page = program.uriWithin("Page at (.*)");
            assertThat(page.getPort()).isEqualTo(port);
            HttpRequest request = HttpRequest.newBuilder(page).timeout(TestRun.LIMIT).build();
            HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("+ \"/live\")");
            peer.send("beside the page");
            assertThat(peer.next()).isEqualTo("beside the page");
            endsGracefully(program, peer);
        }
    }

    @Test
    void tlsServesWithTheKeyOfItsFile(@TempDir Path folder) throws Exception {
        Path keys = Tls.keyStore(folder, "open sesame");
        HttpClient client = Tls.clientTrusting(keys, Tls.ALIAS, "open sesame");
        Map<String, String> environment = Map.of("KEYS_PASSWORD", "open sesame");
        try (Program program = Program.of(Step06Tls.class, environment, keys.toString(), "0");
                JdkClient peer = JdkClient.open(client, program.uriWithin(LISTENING))) {
            assertThat(program.uriWithin(LISTENING).getScheme()).isEqualTo("wss");
            peer.send("encrypted");
            assertThat(peer.next()).isEqualTo("encrypted");
            endsGracefully(program, peer);
        }
    }

    @Test
    void roomsAreApartAndTheHubTellsWhoComesAndGoes() {
        try (Program program = Program.of(Step14Endpoints.class, "0");
                JdkClient peer = JdkClient.open(program.uriWithin(LISTENING))) {
            URI chat = program.uriWithin(LISTENING).resolve("/chat/");
            try (JdkClient one = JdkClient.open(chat.resolve("tea"))) {
                assertThat(peer.next()).isEqualTo("one more in tea");
                try (JdkClient two = JdkClient.open(chat.resolve("tea"));
                        JdkClient other = JdkClient.open(chat.resolve("coffee"))) {
                    assertThat(peer.next()).startsWith("one more in ");
                    assertThat(peer.next()).startsWith("one more in ");
                    other.send("black");
                    assertThat(other.next()).isEqualTo("black");
                    one.send("green");
                    assertThat(one.next()).isEqualTo("green");
                    assertThat(two.next()).isEqualTo("green");
                    endsGracefully(program, peer, one, two, other);
                }
            }
        }
    }

    @Test
    void topicsAreApartAndTheNewsIsTheHosts() {
        try (Program program = Program.of(Step08Topics.class, "0")) {
            URI root = program.uriWithin(LISTENING);
            assertThat(root.getPath()).isEqualTo("/topics/");
            try (JdkClient news = JdkClient.open(root.resolve("news"));
                    JdkClient one = JdkClient.open(root.resolve("chat"));
                    JdkClient two = JdkClient.open(root.resolve("chat"))) {
                news.send("not for me to say");
                one.send("hello");
                assertThat(one.next()).isEqualTo("hello");
                assertThat(two.next()).isEqualTo("hello");
                program.type("an election");
                assertThat(news.next()).isEqualTo("an election");
                endsGracefully(program, news, one, two);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void fiveLinesEndWellHoweverTheyAreEnded(String signal) {
        try (Program program = Program.of(Step01FiveLines.class, "0");
                JdkClient peer = JdkClient.open(program.uriWithin(LISTENING))) {
            program.kill(signal);
            assertThat(peer.closed().code()).isEqualTo(1001);
            assertThat(program.awaitExit()).isEqualTo(signal.equals("INT") ? 130 : 143);
        }
    }

    @Test
    void typedLinesEndWellOnASignalToo() {
        try (Program program = Program.of(Step03Embedded.class, "0");
                JdkClient peer = JdkClient.open(program.uriWithin(LISTENING))) {
            endsGracefully(program, peer);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Step01FiveLines.class, Step02Ticker.class, Step03Embedded.class, Step04Rules.class,
        Step05Page.class, Step07BearerToken.class, Step08Topics.class})
    void whatKeepsAStepFromStartingIsOneLine(Class<?> step) throws Exception {
        try (Program bad = Program.of(step, "http"); ServerSocket taken = new ServerSocket(0)) {
            bad.refuses(2, "the port must be a number from 0 to 65535: http");
            assertThat(bad.err()).hasSize(1);
            int port = taken.getLocalPort();
            try (Program late = Program.of(step, Integer.toString(port))) {
                late.refuses(1, "cannot listen on 0\\.0\\.0\\.0:" + port + ": Address already in use.*");
                assertThat(late.err()).hasSize(1);
            }
        }
    }

    @Test
    void whatTlsLacksIsOneLine(@TempDir Path folder) {
        String missing = folder.resolve("keys.p12").toString();
        Map<String, String> password = Map.of("KEYS_PASSWORD", "open sesame");
        try (Program unset = Program.of(Step06Tls.class, missing, "0");
                Program none = Program.of(Step06Tls.class, password);
                Program wrong = Program.of(Step06Tls.class, password, missing, "0");
                Program port = Program.of(Step06Tls.class, password, missing, "99999")) {
            unset.refuses(2,
                    "the environment variable KEYS_PASSWORD must be the password of the key store: it is not set");
            none.refuses(2, "argument 1 must be the key store: nothing was given");
            wrong.refuses(2, "keyStore must be a file that can be read: .*");
            port.refuses(2, "the port must be a number from 0 to 65535: 99999");
        }
    }
}
