package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.endpoint.HandshakeFilter;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.io.EOFException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The application's decision about a handshake, as a filter answers it: in a container that runs servlets. */
interface FilterContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    /** Counts from nothing. */
    @BeforeEach
    default void forget() {
        FilteredEndpoints.ASKED.set(0);
        FilteredEndpoints.PASSED.set(0);
    }

    private void begin() throws Exception {
        rig().start(BroadcastHub.builder(), Container.MANY_THREADS);
    }

    private RawClient connect() throws Exception {
        RawClient peer = RawClient.connect(rig().container.uri().getPort(), 0);
        rig().peers.add(peer);
        return peer;
    }

    private String ask(String path, String... headers) throws Exception {
        return connect().ask(RawClient.handshake(path, headers));
    }

    private RawClient last() {
        return rig().peers.get(rig().peers.size() - 1);
    }

    private static void assertHeader(String head, String name, String value) {
        assertThat(head).containsIgnoringCase("\r\n" + name + ": " + value + "\r\n");
    }

    @Test
    default void aHandshakeThatIsRefusedIsAnsweredWithTheStatusAndIsNotUpgraded() throws Exception {
        begin();
        String answer = ask("/filtered", "Sec-WebSocket-Protocol: news");
        assertThat(answer).startsWith("HTTP/1.1 401 ").doesNotContainIgnoringCase("\r\nUpgrade:");
        assertHeader(answer, "WWW-Authenticate", "Bearer");
        assertHeader(answer, "X-Content-Type-Options", "nosniff");
        assertHeader(answer, "Content-Length", "24");
        assertThat(answer).containsIgnoringCase("\r\nContent-Type: text/plain;charset=utf-8\r\n");
        assertThat(last().readBody()).isEqualTo("a valid token is needed\n");
        assertThat(rig().hub.stats().refusals(RefusalCause.POLICY)).isEqualTo(1);
        assertThat(FilteredEndpoints.ASKED).hasValue(1);
        assertThat(rig().hub.peers()).isEmpty();
    }

    @Test
    default void theAnswerHasTheHeadersAndTheChallengeOfTheDecision() throws Exception {
        begin();
        String answer = ask("/filtered", "Authorization: Bearer poor");
        assertThat(answer).startsWith("HTTP/1.1 402 ");
        assertHeader(answer, "X-Price", "3");
        assertHeader(answer, "WWW-Authenticate", "Basic realm=\"live\"");
        assertHeader(answer, "WWW-Authenticate", "Bearer");
        assertThat(last().readBody()).isEqualTo("first pay \u20ac 3\n");
    }

    @Test
    default void aHandshakeThatIsAcceptedIsAPeersAndThePolicyWasAskedOnce() throws Exception {
        begin();
        String answer = ask("/filtered?a=b%20c", "Sec-WebSocket-Protocol: bearer, anna, broadcast.v1");
        assertThat(answer).startsWith("HTTP/1.1 101 ");
        assertHeader(answer, "Sec-WebSocket-Protocol", "broadcast.v1");
        assertHeader(answer, "X-User", "anna");
        assertThat(last().nextText()).startsWith("event: open\n");
        patiently().until(() -> rig().hub.peers().size() == 1);
        Attributes known = rig().hub.peers().iterator().next().attributes();
        assertThat(known.get(GuardedEndpoints.USER)).isEqualTo("anna");
        assertThat(known.get(PeerAttributes.QUERY)).isEqualTo("a=b%20c");
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", last().socket().getLocalPort());
        assertThat(known.get(PeerAttributes.REMOTE_ADDRESS)).isEqualTo(address);
        assertThat(known.get(GuardedEndpoints.SEEN_AT)).isEqualTo(address.toString());
        assertThat(FilteredEndpoints.ASKED).hasValue(1);
    }

    @Test
    default void aDecisionMayComeLaterAndThereMayBeNone() throws Exception {
        begin();
        assertThat(ask("/filtered", "Authorization: Bearer later")).startsWith("HTTP/1.1 101 ");
        try (LogCatch log = new LogCatch()) {
            for (String token : List.of("never", "throws")) {
                String answer = ask("/filtered", "Authorization: Bearer " + token);
                assertThat(answer).as(token).startsWith("HTTP/1.1 503 ");
                assertHeader(answer, "Retry-After", "10");
            }
            assertThat(log.warnings()).allMatch(line -> line.contains("handshake policy"))
                    .as("what came with the request").noneMatch(line -> line.contains("because of throws"));
        }
        assertThat(rig().hub.stats().refusals(RefusalCause.TIMEOUT)).isEqualTo(1);
        assertThat(rig().hub.stats().refusals(RefusalCause.POLICY)).isEqualTo(1);
        patiently().until(() -> rig().hub.peers().size() == 1);
    }

    @Test
    default void theTopicThatThePeerGetsIsTheOneThatThePolicyWasAskedAbout() throws Exception {
        begin();
        assertThat(ask("/chambers/%61", "Authorization: Bearer anna")).startsWith("HTTP/1.1 101 ");
        patiently().until(() -> rig().topics.hub("a").peers().size() == 1);
        Attributes known = rig().topics.hub("a").peers().iterator().next().attributes();
        assertThat(known.get(GuardedEndpoints.ASKED)).isEqualTo("a");
        assertThat(ask("/chambers/b")).startsWith("HTTP/1.1 401 ");
        assertThat(ask("/chambers/.b", "Authorization: Bearer anna")).startsWith("HTTP/1.1 404 ");
        assertThat(rig().topics.names()).containsExactly("a");
        assertThat(rig().topics.stats().total().refusals(RefusalCause.POLICY)).isEqualTo(1);
        assertThat(rig().topics.stats().total().refusals(RefusalCause.NOT_FOUND)).isEqualTo(1);
        assertThat(FilteredEndpoints.ASKED).hasValue(2);
    }

    @Test
    default void anOriginThatIsNotListedGets403() throws Exception {
        begin();
        assertThat(ask("/pages", "Origin: https://example.com")).startsWith("HTTP/1.1 403 ");
        assertThat(ask("/pages", "Origin: https://example.org")).startsWith("HTTP/1.1 101 ");
        assertThat(ask("/pages")).startsWith("HTTP/1.1 101 ");
        assertThat(ask("/pages", "Origin: https://example.org", "Origin: https://example.org"))
                .as("two of them").startsWith("HTTP/1.1 403 ");
        assertThat(rig().hub.stats().refusals(RefusalCause.ORIGIN)).isEqualTo(2);
    }

    @Test
    default void aQueryThatCannotBeReadGets400AndAClosedHub503() throws Exception {
        begin();
        assertThat(ask("/filtered?replay=all", "Authorization: Bearer anna")).startsWith("HTTP/1.1 400 ");
        assertThat(last().readBody()).isEqualTo("replay must be a number of messages, or latest.\n");
        rig().hub.close();
        String answer = ask("/filtered", "Authorization: Bearer anna");
        assertThat(answer).startsWith("HTTP/1.1 503 ");
        assertHeader(answer, "Retry-After", "1");
        rig().topics.close();
        assertThat(ask("/chambers/a", "Authorization: Bearer anna")).startsWith("HTTP/1.1 503 ");
        assertThat(FilteredEndpoints.ASKED).hasValue(0);
    }

    @Test
    default void aHandshakeIsKnownHoweverItsHeadersAreWritten() throws Exception {
        begin();
        String handshake = RawClient.handshake("/filtered", "authorization: Bearer poor");
        assertThat(connect().ask(handshake.replace("Upgrade: websocket", "upgrade: WebSocket")))
                .startsWith("HTTP/1.1 402 ");
    }

    @Test
    default void theFilterOfAnApplicationBelowAPathWaitsWithItsThreadWhereNothingIsAsynchronous() throws Exception {
        begin();
        FilteredEndpoints.LATER.clear();
        connect().send(RawClient.handshake("/app/below", "Authorization: Bearer below")
                .getBytes(StandardCharsets.ISO_8859_1));
        patiently().until(() -> FilteredEndpoints.LATER.containsKey("below"));
        FilteredEndpoints.LATER.get("below").complete(Decision.accept());
        assertThat(last().readHead()).startsWith("HTTP/1.1 101 ");
        patiently().until(() -> rig().hub.peers().size() == 1);
        assertThat(rig().hub.peers().iterator().next().attributes().get(PeerAttributes.PRINCIPAL).getName())
                .as("whom the filters before it have found").isEqualTo("anna");
        assertThat(FilteredEndpoints.PASSED).as("the filters behind it").hasValue(1);
        assertThat(FilteredEndpoints.ASKED).hasValue(1);
    }

    @Test
    default void aSecondFilterForAPathIsAnError() throws Exception {
        begin();
        assertThat(FilteredEndpoints.twice)
                .isEqualTo("there is a filter of this name already: " + HandshakeFilter.class.getName() + " /pages");
    }

    @Test
    default void noSpellingOfThePathPassesWithoutADecision() throws Exception {
        begin();
        try (LogCatch log = new LogCatch()) { // containers may tell of malformed requests
            for (String path : List.of("/filtered;v=1", "/%66iltered", "/x/../filtered", "//filtered", "/./filtered",
                    "/filtered/", "/filtered%00", "/chambers/a;v=1", "/chambers/x/../a")) {
                try {
                    if (ask(path).startsWith("HTTP/1.1 101 ")) {
                        assertThat(last().readClose().code()).as(path).isEqualTo(CloseReason.POLICY_VIOLATION);
                    }
                } catch (EOFException | SocketException e) {
                    // Refused without an answer.
                }
            }
            assertThat(log.warnings()).noneMatch(line -> line.startsWith("io.techops"));
        }
        assertThat(rig().hub.peers()).isEmpty();
        assertThat(rig().topics.names()).isEmpty();
    }

    @Test
    default void whatIsNoHandshakeIsPassedOn() throws Exception {
        begin();
        assertThat(connect().ask("GET /filtered HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
        assertThat(FilteredEndpoints.ASKED).hasValue(0);
        String posted = RawClient.handshake("/filtered", "Content-Length: 0").replace("GET ", "POST ");
        assertThat(connect().ask(posted)).as("by the container alone, or its endpoint")
                .doesNotStartWith("HTTP/1.1 401 ");
    }

    @Test
    default void noThreadWaitsForADecisionThatComesLater() throws Exception {
        rig().start(BroadcastHub.builder(), Container.FEW_THREADS);
        FilteredEndpoints.LATER.clear();
        int clients = 4 * Container.FEW_THREADS;
        for (int i = 0; i < clients; i++) {
            connect().send(RawClient.handshake(i % 2 == 0 ? "/patient?" + i : "/patient/t?" + i,
                    "Authorization: Bearer " + i).getBytes(StandardCharsets.ISO_8859_1));
        }
        patiently().until(() -> FilteredEndpoints.LATER.size() == clients);
        for (int i = 0; i < clients; i++) {
            FilteredEndpoints.LATER.get(String.valueOf(i)).complete(
                    i % 4 < 2 ? Decision.accept() : Decision.refuse(403, "no, " + i));
        }
        for (int i = 0; i < clients; i++) {
            RawClient client = rig().peers.get(i);
            assertThat(client.readHead()).as("client %s", i).startsWith(i % 4 < 2 ? "HTTP/1.1 101 " : "HTTP/1.1 403 ");
            if (i % 4 >= 2) {
                assertThat(client.readBody()).isEqualTo("no, " + i + "\n");
            }
        }
        patiently().until(() -> rig().hub.peers().size() == clients / 4);
        patiently().until(() -> rig().topics.hub("t").peers().size() == clients / 4);
        assertThat(FilteredEndpoints.ASKED).hasValue(clients / 2);
        rig().hub.broadcast("hello");
        rig().topics.hub("t").broadcast("hello");
        for (int i = 0; i < clients; i++) {
            if (i % 4 < 2) {
                assertThat(rig().peers.get(i).sendText("from " + i).nextText()).isEqualTo("hello");
            }
        }
        assertThat(rig().hub.peers()).allSatisfy(peer -> assertThat(peer.attributes().get(GuardedEndpoints.USER))
                .isEqualTo(peer.attributes().get(PeerAttributes.QUERY)));
    }

    @Test
    default void aDecisionThatDoesNotComeInTimeIs503AndItsStageIsCancelled() throws Exception {
        begin();
        FilteredEndpoints.LATER.clear();
        RawClient gone = connect();
        gone.send(RawClient.handshake("/patient", "Authorization: Bearer gone").getBytes(StandardCharsets.ISO_8859_1));
        patiently().until(() -> FilteredEndpoints.LATER.size() == 1);
        gone.reset();
        FilteredEndpoints.LATER.get("gone").complete(Decision.accept());
        try (LogCatch log = new LogCatch()) {
            assertThat(ask("/hurried", "Authorization: Bearer late")).startsWith("HTTP/1.1 503 ");
            assertThat(log.warnings()).allMatch(line -> line.contains("handshakeTimeout"));
        }
        assertThat(FilteredEndpoints.LATER.get("late")).isCancelled();
        assertThat(rig().hub.stats().refusals(RefusalCause.TIMEOUT)).isEqualTo(1);
        FilteredEndpoints.LATER.put("fails", CompletableFuture.failedFuture(new IllegalStateException("on purpose")));
        try (LogCatch log = new LogCatch()) {
            assertThat(ask("/patient", "Authorization: Bearer fails")).startsWith("HTTP/1.1 503 ");
            assertThat(log.warnings()).allMatch(line -> line.contains("handshake policy"));
        }
    }

    @Test
    default void aPathThatAFilterCannotKnowIsAnError() throws Exception {
        begin();
        EndpointSettings settings = EndpointSettings.standard();
        assertThatIllegalArgumentException().isThrownBy(
                () -> HandshakeFilter.of("/rooms/{topic}/{seat}", rig().topics, settings))
                .withMessage("path must have no variable but {topic}: /rooms/{topic}/{seat}");
        assertThatIllegalArgumentException().isThrownBy(() -> HandshakeFilter.of("/rooms/{topic}", rig().hub, settings))
                .withMessage("path must have no variable: /rooms/{topic}");
        assertThatIllegalArgumentException().isThrownBy(() -> HandshakeFilter.of("/rooms", rig().topics, settings))
                .withMessage("path must have a segment {topic}: /rooms");
    }
}
