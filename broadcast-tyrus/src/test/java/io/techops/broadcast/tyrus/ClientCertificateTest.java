package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import java.io.IOException;
import java.security.Principal;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that say with a certificate who they are. */
class ClientCertificateTest {

    private static final AttributeKey<String> NAME = AttributeKey.of("name", String.class);

    private static BroadcastServer.Builder asking(ClientAuth clientAuth) {
        return Wire.TLS.server().clientAuth(clientAuth);
    }

    private static RawClient with(BroadcastServer server) throws IOException {
        return RawClient.connect(Tls.context().getSocketFactory(), server.port(), 0);
    }

    private static RawClient without(BroadcastServer server) throws IOException {
        return RawClient.connect(Tls.anonymous().getSocketFactory(), server.port(), 0);
    }

    private static Object principalOfTheOnlyPeer(BroadcastServer server) {
        await().until(() -> server.hub().peers().size() == 1);
        return server.hub().peers().iterator().next().attributes().get(PeerAttributes.PRINCIPAL);
    }

    @ParameterizedTest
    @EnumSource(value = ClientAuth.class, names = {"WANT", "NEED"})
    void aCertificateIsShownToThePolicyAndIsAnAttributeOfThePeer(ClientAuth clientAuth) throws Exception {
        HandshakePolicy policy = request -> request.principal() == null
                ? Decision.refuse(401, "a certificate is needed")
                : Decision.accept().attribute(NAME, request.principal().getName());
        try (BroadcastServer server = asking(clientAuth).handshakePolicy(policy).start();
                RawClient peer = with(server).shakeHands("/")) {
            assertThat(principalOfTheOnlyPeer(server)).isInstanceOf(Principal.class).hasToString("CN=localhost");
            assertThat(server.hub().peers().iterator().next().attributes().toMap()).containsEntry(NAME, "CN=localhost");
            peer.sendText("in");
            assertThat(peer.readText()).isEqualTo("in");
        }
    }

    @Test
    void whereOneIsWantedAClientMayConnectWithoutOne() throws Exception {
        try (BroadcastServer server = asking(ClientAuth.WANT).start();
                RawClient peer = without(server).shakeHands("/")) {
            assertThat(principalOfTheOnlyPeer(server)).isNull();
            peer.sendText("in");
            assertThat(peer.readText()).isEqualTo("in");
        }
    }

    @Test
    void whereOneIsNeededAClientCannotConnectWithoutOne() throws Exception {
        try (BroadcastServer server = asking(ClientAuth.NEED).start()) {
            assertThatThrownBy(() -> without(server).shakeHands("/")).isInstanceOf(IOException.class);
            with(server).shakeHands("/").close();
            assertThat(server.hub().stats().registrations()).isEqualTo(1);
        }
    }

    @Test
    void whereNoneIsAskedForNoneIsShown() throws Exception {
        try (BroadcastServer server = asking(ClientAuth.NONE).start(); RawClient peer = with(server).shakeHands("/")) {
            assertThat(principalOfTheOnlyPeer(server)).isNull();
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void askingNeedsTls() {
        assertThatThrownBy(() -> BroadcastServer.builder().clientAuth(ClientAuth.NEED).start())
                .isInstanceOf(IllegalStateException.class).hasMessage("clientAuth needs tls: NEED");
    }

    @Test
    void parametersOfTlsSayProtocolsAndWhoHasToShowACertificate() throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.2"});
        parameters.setNeedClientAuth(true);
        try (BroadcastServer server = asking(ClientAuth.NONE).tls(Tls.context(), parameters).start()) {
            parameters.setNeedClientAuth(false); // too late
            assertThatThrownBy(() -> without(server).shakeHands("/")).isInstanceOf(IOException.class);
            try (RawClient peer = with(server).shakeHands("/")) {
                assertThat(((SSLSocket) peer.socket()).getSession().getProtocol()).isEqualTo("TLSv1.2");
                assertThat(principalOfTheOnlyPeer(server)).hasToString("CN=localhost");
            }
        }
    }

    @Test
    void parametersThatCannotBeHonouredAreRefusedAtTheStart() {
        SSLParameters plain = new SSLParameters();
        assertThatThrownBy(() -> asking(ClientAuth.NEED).tls(Tls.context(), plain).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("clientAuth and the SSLParameters of tls exclude each other: call "
                        + "setNeedClientAuth(true) on the SSLParameters instead");
        SSLParameters unknown = new SSLParameters(new String[] {"TLS_NO_SUCH_SUITE"});
        assertThatThrownBy(() -> asking(ClientAuth.NONE).tls(Tls.context(), unknown).start())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("TLS_NO_SUCH_SUITE");
        SSLParameters other = new SSLParameters();
        other.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        assertThatThrownBy(() -> asking(ClientAuth.NONE).tls(Tls.context(), other).start())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("[h2, http/1.1]");
    }
}
