package io.techops.broadcast.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Peer;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The policies of the guide to authentication, with good and bad credentials, over real sockets. */
class AuthenticationTest {

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private BroadcastServer start(HandshakePolicy policy) {
        BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).handshakePolicy(policy).start();
        open.add(server);
        return server;
    }

    private RawClient client(BroadcastServer server) throws IOException {
        RawClient client = RawClient.connect(server.port());
        open.add(0, client);
        return client;
    }

    /** {@return the head of the answer} */
    private String ask(BroadcastServer server, String... headers) throws IOException {
        return client(server).ask(RawClient.handshake("/", headers));
    }

    private static String user(BroadcastHub hub) {
        await().until(() -> hub.peers().size() == 1);
        Peer peer = hub.peers().iterator().next();
        return peer.attributes().get(PeerAttributes.PRINCIPAL).getName();
    }

    @Test
    void aSessionIsKnownByItsCookieAndAPageOfAnotherSiteCannotUseIt() throws IOException {
        BroadcastServer server = start(new SessionPolicy(Map.of("s-1", "anna")));
        assertThat(ask(server)).startsWith("HTTP/1.1 403 ");
        assertThat(ask(server, "Cookie: SESSION=s-2")).startsWith("HTTP/1.1 403 ");
        assertThat(ask(server, "Cookie: SESSION=s-1", "Origin: https://evil.example")).startsWith("HTTP/1.1 403 ");
        assertThat(ask(server, "Cookie: theme=dark; SESSION=s-1", "Origin: http://127.0.0.1:8000"))
                .startsWith("HTTP/1.1 101 ");
        assertThat(user(server.hub())).isEqualTo("anna");
    }

    @Nested
    class WithAToken {

        private final BroadcastServer server = start(new TokenPolicy(Map.of("annas-token", "anna")));

        @Test
        void aProgramSendsItInTheHeader() throws IOException {
            assertThat(ask(server, "Authorization: Bearer annas-token")).startsWith("HTTP/1.1 101 ");
            assertThat(user(server.hub())).isEqualTo("anna");
        }

        @Test
        void aPageSendsItAsASubprotocolAndItIsNotRepeated() throws IOException {
            assertThat(ask(server, "Sec-WebSocket-Protocol: bearer, annas-token")).startsWith("HTTP/1.1 101 ")
                    .contains("\r\nSec-WebSocket-Protocol: bearer\r\n").doesNotContain("annas-token");
            assertThat(user(server.hub())).isEqualTo("anna");
        }

        @Test
        void noneAndAWrongOneAreAnsweredWithTheirChallenge() throws IOException {
            assertThat(ask(server)).startsWith("HTTP/1.1 401 ").contains("\r\nWWW-Authenticate: Bearer\r\n");
            assertThat(ask(server, "Authorization: Bearer nobodys-token")).startsWith("HTTP/1.1 401 ")
                    .contains("\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
            assertThat(server.hub().peers()).isEmpty();
        }
    }

    @Test
    void aClientWithACertificateIsItsSubjectAndOneWithoutDoesNotConnect() throws IOException {
        BroadcastServer server = CertificateServer.start(Tls.context(), Set.of("CN=localhost"));
        open.add(server);
        RawClient known = RawClient.connect(Tls.context().getSocketFactory(), server.port(), 0);
        open.add(0, known);
        known.shakeHands("/");
        assertThat(user(server.hub())).isEqualTo("CN=localhost");
        RawClient anonymous = RawClient.connect(Tls.anonymous().getSocketFactory(), server.port(), 0);
        open.add(0, anonymous);
        assertThatThrownBy(() -> anonymous.shakeHands("/")).isInstanceOf(IOException.class);
    }

    @Test
    void aCertificateOfAnotherSubjectIsForbidden() throws IOException {
        BroadcastServer server = CertificateServer.start(Tls.context(), Set.of("CN=another"));
        open.add(server);
        RawClient client = RawClient.connect(Tls.context().getSocketFactory(), server.port(), 0);
        open.add(0, client);
        assertThat(client.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void allTabsOfAUserAreToldAndLoggedOut() throws IOException {
        Tabs tabs = new Tabs();
        BroadcastHub hub = BroadcastHub.builder().listener(tabs).build();
        BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).hub(hub)
                .handshakePolicy(new TokenPolicy(Map.of("a", "anna", "b", "bob"))).start();
        open.add(server);
        List<RawClient> clients = new ArrayList<>();
        for (String token : List.of("a", "a", "b")) {
            RawClient client = client(server);
            assertThat(client.ask(RawClient.handshake("/", "Authorization: Bearer " + token)))
                    .startsWith("HTTP/1.1 101 ");
            clients.add(client);
        }
        await().untilAsserted(() -> assertThat(tabs.users().sizes()).isEqualTo(Map.of("anna", 2, "bob", 1)));
        tabs.tell(hub, "anna", "you have mail");
        hub.broadcast("for all");
        assertThat(clients.get(0).nextText()).isEqualTo("you have mail");
        assertThat(clients.get(1).nextText()).isEqualTo("you have mail");
        assertThat(clients.get(2).nextText()).isEqualTo("for all");
        tabs.logOut("anna");
        assertThat(clients.get(0).readClose().phrase()).isEqualTo("logged out");
        assertThat(clients.get(1).readClose().phrase()).isEqualTo("logged out");
        await().until(() -> tabs.users().names().equals(Set.of("bob")));
    }
}
