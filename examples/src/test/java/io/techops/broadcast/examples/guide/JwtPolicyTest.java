package io.techops.broadcast.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The JSON Web Tokens of the guide to authentication, good and bad ones, with an issuer that has its keys on HTTP. */
class JwtPolicyTest {

    private final List<RawClient> clients = new ArrayList<>();
    private final ECKey key = key("2026");
    private final HttpServer issuer = issuer(new JWKSet(key.toPublicJWK()));
    private final BroadcastServer server =
            BroadcastServer.builder().host("127.0.0.1").port(0).handshakePolicy(policy()).start();

    @AfterEach
    void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        server.close();
        issuer.stop(0);
    }

    private static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpServer issuer(JWKSet keys) {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            http.createContext("/keys", exchange -> {
                byte[] body = keys.toString().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            http.start();
            return http;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JwtPolicy policy() {
        try {
            URI keys = URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
            int limit = (int) TestRun.LIMIT.toMillis(); // half a second by default
            return new JwtPolicy(JWKSourceBuilder.create(keys.toURL(), new DefaultResourceRetriever(limit, limit))
                    .build(), "https://login.example.org", "live");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder().issuer("https://login.example.org").audience("live").subject("anna")
                .claim("scope", "mail live").expirationTime(Date.from(Instant.now().plusSeconds(300)));
    }

    private String signed(ECKey by, JWTClaimsSet.Builder claims) throws JOSEException {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(by.getKeyID()).build(),
                claims.build());
        token.sign(new ECDSASigner(by));
        return token.serialize();
    }

    private RawClient client() throws IOException {
        RawClient client = RawClient.connect(server.port());
        clients.add(client);
        return client;
    }

    private String ask(String... headers) throws IOException {
        return client().ask(RawClient.handshake("/", headers));
    }

    private String answer(String token) throws IOException {
        return ask("Authorization: Bearer " + token);
    }

    private void isNotValid(String token) throws IOException {
        assertThat(answer(token)).startsWith("HTTP/1.1 401 ")
                .contains("\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
        assertThat(server.hub().peers()).isEmpty();
    }

    @Test
    void aGoodOneSaysWhoThePeerIs() throws Exception {
        assertThat(answer(signed(key, claims()))).startsWith("HTTP/1.1 101 ");
        await().until(() -> server.hub().peers().size() == 1);
        assertThat(server.hub().peers().iterator().next().attributes().get(PeerAttributes.PRINCIPAL))
                .isEqualTo(new User("anna"));
    }

    @Test
    void aBrowserSendsItAsASubprotocol() throws Exception {
        assertThat(ask("Sec-WebSocket-Protocol: bearer, " + signed(key, claims())))
                .startsWith("HTTP/1.1 101 ").contains("\r\nSec-WebSocket-Protocol: bearer\r\n");
    }

    @Test
    void noneIsAnsweredWithAChallenge() throws IOException {
        assertThat(ask()).startsWith("HTTP/1.1 401 ").contains("\r\nWWW-Authenticate: Bearer\r\n");
    }

    @Test
    void oneThatAnotherKeyHasSignedIsNotValid() throws Exception {
        isNotValid(signed(key("2026"), claims()));
        for (int i = 0; i < 4; i++) { // more often than the issuer is asked
            isNotValid(signed(key("unknown " + i), claims()));
        }
        String token = signed(key, claims());
        isNotValid(token.substring(0, token.lastIndexOf('.') + 1));
        isNotValid(token.replaceFirst("\\.[^.]*\\.", "." + signed(key("2026"), claims().subject("bob")).split("\\.")[1]
                + "."));
    }

    @Test
    void oneThatHasExpiredIsNotValid() throws Exception {
        isNotValid(signed(key, claims().expirationTime(Date.from(Instant.now().minusSeconds(120)))));
        isNotValid(signed(key, claims().expirationTime(null)));
    }

    @Test
    void oneForAnotherAudienceOrOfAnotherIssuerIsNotValid() throws Exception {
        isNotValid(signed(key, claims().audience("mail")));
        isNotValid(signed(key, claims().issuer("https://evil.example")));
        isNotValid(signed(key, claims().subject(null)));
    }

    @Test
    void oneWithoutASignatureIsNotValid() throws IOException {
        isNotValid(new PlainJWT(claims().build()).serialize());
    }

    @Test
    void oneThatIsSignedWithThePublicKeyAsASecretIsNotValid() throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
                claims().build());
        token.sign(new MACSigner(key.toPublicJWK().toJSONString()));
        isNotValid(token.serialize());
    }

    @Test
    void whatIsNoTokenIsNotValid() throws IOException {
        isNotValid("a.b.c");
    }

    @Test
    void oneWithoutTheScopeIsForbidden() throws Exception {
        assertThat(answer(signed(key, claims().claim("scope", "mail")))).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void aConnectionEndsWithItsToken() throws Exception {
        RawClient peer = client();
        assertThat(peer.ask(RawClient.handshake("/", "Authorization: Bearer " + signed(key, claims()))))
                .startsWith("HTTP/1.1 101 ");
        await().until(() -> server.hub().peers().size() == 1);
        JwtPolicy.closeExpired(server.hub(), Instant.now());
        assertThat(server.hub().peers()).hasSize(1);
        JwtPolicy.closeExpired(server.hub(), Instant.now().plusSeconds(301));
        RawClient.Frame close = peer.readClose();
        assertThat(close.code()).isEqualTo(CloseReason.POLICY_VIOLATION);
        assertThat(close.phrase()).isEqualTo("the token has expired");
    }
}
