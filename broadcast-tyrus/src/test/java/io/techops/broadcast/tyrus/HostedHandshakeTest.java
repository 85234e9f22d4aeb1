package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Hosted.answers;
import static io.techops.broadcast.tyrus.Hosted.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Replay;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.glassfish.tyrus.spi.UpgradeResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What decides about a handshake with a hosted endpoint: the server's settings first, and then the endpoint's own. */
public class HostedHandshakeTest {

    private static final AttributeKey<String> ROLE = AttributeKey.of("role", String.class);
    private static final Queue<String> ASKED = new ConcurrentLinkedQueue<>();

    /** For JUnit. */
    public HostedHandshakeTest() {
    }

    @BeforeEach
    void forget() {
        Hosted.forget();
        ASKED.clear();
    }

    /** Has an opinion about everything. */
    public static class Configured extends ServerEndpointConfig.Configurator {

        /** For the container. */
        public Configured() {
        }

        @Override
        public boolean checkOrigin(String origin) {
            ASKED.add("origin " + origin);
            return !"http://evil.example".equals(origin);
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            ASKED.add("subprotocols " + supported + requested);
            return super.getNegotiatedSubprotocol(supported, requested);
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            if (request.getHeaders().containsKey("X-Fail")) {
                throw new IllegalStateException("on purpose");
            }
            if (request.getHeaders().containsKey("X-Split")) {
                response.getHeaders().put("X-Answer", List.of("one\r\nX-Evil: two"));
                return;
            }
            if (request.getHeaders().containsKey("X-Fee")) {
                ((UpgradeResponse) response).setStatus(402);
            }
            response.getHeaders().put("X-Answer", List.of("for " + request.getHeaders().get("x-question")));
            response.getHeaders().put("Sec-WebSocket-Extensions", List.of("permessage-deflate"));
            config.getUserProperties().put("path", "its own");
            config.getUserProperties().put("principal seen", String.valueOf(request.getUserPrincipal()));
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            if (type == Greeting.class) {
                return type.cast(new Greeting("good morning"));
            }
            return super.getEndpointInstance(type);
        }
    }

    /** Has no constructor that a container could call. */
    @ServerEndpoint(value = "/greets/{name}", configurator = Configured.class, subprotocols = {"v2", "v1"})
    public static class Greeting {

        private final String greeting;

        Greeting(String greeting) {
            this.greeting = greeting;
        }

        /** A session opens. */
        @OnOpen
        public void open(Session session) {
            Hosted.OPENED.add(session);
        }

        /** A text comes. */
        @OnMessage
        public String greet(@PathParam("name") String name, String text) {
            return greeting + ", " + name;
        }
    }

    private static BroadcastServer.Builder greeting(Wire wire) {
        return wire.server().path("/live").endpoint(Greeting.class);
    }

    @Test
    void theConfiguratorIsAskedAndItsAnswersStand() throws Exception {
        try (BroadcastServer server = greeting(Wire.PLAIN).start(); RawClient raw = Wire.PLAIN.connect(server)) {
            assertThat(raw.ask(RawClient.handshake("/greets/ann", "Sec-WebSocket-Protocol: v0, v1", "X-Question: 42",
                    "Sec-WebSocket-Protocol: v2", "Sec-WebSocket-Extensions: permessage-deflate",
                    "X-Tyrus-Tracing-Threshold: none such")))
                    .startsWith("HTTP/1.1 101 ").contains("\r\nSec-WebSocket-Protocol: v1\r\n")
                    .contains("\r\nX-Answer: for [42]\r\n").doesNotContain("Extensions");
            raw.sendText("");
            assertThat(raw.readText()).isEqualTo("good morning, ann");
            Session session = Hosted.OPENED.take();
            assertThat(session.getNegotiatedSubprotocol()).isEqualTo("v1");
            assertThat(session.getPathParameters()).containsEntry("name", "ann");
            assertThat(session.getUserProperties()).containsEntry("path", "its own");
            assertThat(ASKED).containsExactly("origin null", "subprotocols [v2, v1][v0, v1, v2]");
        }
    }

    @Test
    void aHandshakeThatTheServerRefusesNeverReachesTheEndpoint() throws Exception {
        try (BroadcastServer server = greeting(Wire.PLAIN).handshakePolicy(request ->
                request.header("X-Member") == null ? Decision.refuse(401, "members only")
                : Decision.accept().header("X-Seen", "by the policy")).start()) {
            assertThat(ask(server, "/greets/ann")).startsWith("HTTP/1.1 401 ");
            assertThat(ask(server, "/greets/ann", "Origin: http://elsewhere.example")).startsWith("HTTP/1.1 403 ");
            assertThat(ask(server, "/greets/ann", "Content-Length: 3")).startsWith("HTTP/1.1 400 ");
            assertThat(ASKED).isEmpty();
            assertThat(ask(server, "/greets/ann", "X-Member: yes")).startsWith("HTTP/1.1 101 ")
                    .contains("\r\nX-Seen: by the policy\r\n");
        }
        assertThat(ASKED).isNotEmpty();
    }

    @Test
    void anOriginThatTheEndpointRefusesGets403AndAConfiguratorThatThrows500() throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server =
                greeting(Wire.PLAIN).allowOrigin("*").maxPeers(1).start()) {
            assertThat(ask(server, "/greets/ann", "Origin: http://evil.example")).startsWith("HTTP/1.1 403 ");
            assertThat(ask(server, "/greets/ann", "X-Fail: yes")).startsWith("HTTP/1.1 500 ");
            assertThat(ask(server, "/greets/ann", "Origin: http://good.example")).startsWith("HTTP/1.1 101 ");
            assertThat(log.warnings()).singleElement().asString().contains("configurator");
        }
    }

    @Test
    void aConfiguratorMayRefuseByTheStatusAndMaySetNoHeaderThatCannotBeSent() throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = greeting(Wire.PLAIN).start()) {
            assertThat(ask(server, "/greets/ann", "X-Fee: unpaid", "X-Question: 42")).startsWith("HTTP/1.1 402 ")
                    .contains("\r\nX-Answer: for [42]\r\n").doesNotContain("Sec-WebSocket-Accept", "Upgrade:");
            assertThat(ask(server, "/greets/ann", "X-Split: yes")).startsWith("HTTP/1.1 500 ").doesNotContain("X-Evil");
            assertThat(log.warnings()).allMatch(line -> line.contains("configurator"));
        }
        assertThat(Hosted.OPENED).isEmpty();
    }

    @Test
    void thePolicysAttributesAndPrincipalAndSubprotocolAreTheSessions() throws Exception {
        Principal ann = () -> "ann";
        try (BroadcastServer server = greeting(Wire.PLAIN).endpoint(Hosted.Echo.class).handshakePolicy(request ->
                Decision.accept().attribute(ROLE, "admin").attribute(PeerAttributes.PRINCIPAL, ann)
                        .subprotocol("bearer"))
                .start();
                JdkClient client = JdkClient.open(server.uri().resolve("/echo"), "bearer", "a-token")) {
            assertThat(client.subprotocol()).isEqualTo("bearer");
            Session session = Hosted.OPENED.take();
            assertThat(session.getUserProperties()).containsEntry("role", "admin")
                    .containsEntry("path", "/echo");
            assertThat(session.getUserPrincipal()).isSameAs(ann);
            assertThat(session.getNegotiatedSubprotocol()).isEqualTo("bearer");
            try (JdkClient other = JdkClient.open(server.uri().resolve("/greets/bob"), "bearer", "v2")) {
                assertThat(other.subprotocol()).isEqualTo("v2");
            }
        }
    }

    @Test
    void thePolicyDecidesWhatAPeerOfABroadcastEndpointGetsOfThePast() throws Exception {
        try (BroadcastHub other = BroadcastHub.create(); BroadcastServer server = Wire.PLAIN.server().path("/live")
                .endpoint(BroadcastEndpoint.config("/other", other))
                .handshakePolicy(request -> Decision.accept().replay(Replay.last(1))).start()) {
            other.broadcast("1");
            other.broadcast("2");
            String epoch = other.publish("3").toCompletableFuture().get().epoch();
            URI uri = server.uri().resolve("/other");
            try (JdkClient plain = JdkClient.open(uri); JdkClient numbered =
                    JdkClient.open(URI.create(uri + "?last_event_id=" + epoch + "-0"), "broadcast.v1")) {
                assertThat(plain.next()).isEqualTo("3");
                assertThat(numbered.next()).isEqualTo("event: open\nid: " + epoch + "-2\nrecovered: false\n\n");
                assertThat(numbered.next())
                        .isEqualTo("event: gap\nid: " + epoch + "-2\nreason: evicted\nmissed: 2\n\n");
                assertThat(numbered.next()).isEqualTo("id: " + epoch + "-3\n\n3");
            }
        }
    }

    @Test
    void theSubjectOfACertificateIsThePrincipal() throws Exception {
        try (BroadcastServer server = greeting(Wire.TLS).clientAuth(ClientAuth.NEED).start();
                RawClient raw = RawClient.connect(Tls.context().getSocketFactory(), server.port(), 0)) {
            raw.shakeHands("/greets/ann");
            Session session = Hosted.OPENED.take();
            assertThat(session.getUserPrincipal()).hasToString("CN=localhost");
            assertThat(session.getUserProperties()).containsEntry("principal seen", "CN=localhost");
            assertThat(session.isSecure()).isTrue();
        }
    }

    @Test
    void aConfigurationStandsForWhatAnAnnotationSays() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Hosted.Points.class, "/p")
                .configurator(new Configured()).build();
        config.getUserProperties().put("given", 1);
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(config).endpoint(Hosted.Points.class).start();
                RawClient raw = Wire.PLAIN.connect(server)) {
            assertThat(raw.ask(RawClient.handshake("/p"))).contains("X-Answer");
            raw.sendText("1,2");
            assertThat(raw.readText()).isEqualTo("2,1");
        }
    }

    @Test
    void whatAConfigurationLeavesOpenIsAsTheAnnotationSays() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Greeting.class, "/g/{name}")
                .configurator(new Configured()).build();
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(config).start()) {
            assertThat(ask(server, "/g/ann", "Sec-WebSocket-Protocol: v1"))
                    .contains("\r\nSec-WebSocket-Protocol: v1\r\n");
        }
    }

    @Test
    void whatTheApplicationHasSetIsNotReplacedByWhatTheServerKnows() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Hosted.Programmatic.class, "/p").build();
        config.getUserProperties().put("path", "of the application");
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(config).start()) {
            answers(server, "/p", "text", "programmatic text");
            assertThat(Hosted.OPENED.take().getUserProperties()).containsEntry("path", "of the application")
                    .containsKey("remoteAddress");
        }
    }
}
