package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where clients put their tokens, and that none of them comes back. */
class BearerTokenTest {

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private String tokenOf(String... headers) throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(request -> {
            seen.add(String.valueOf(request.bearerToken()));
            return Decision.accept();
        }).start(); RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/", headers))).startsWith("HTTP/1.1 101 ")
                    .doesNotContain("Sec-WebSocket-Protocol");
            return seen.take();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "X: y                                                       | none",
        "Authorization: Bearer a.b-c                                | a.b-c",
        "authorization: bearer a.b-c                                | a.b-c",
        "Authorization: Basic YTpi                                  | none",
        "Sec-WebSocket-Protocol: bearer, a.b-c                      | a.b-c",
        "Sec-WebSocket-Protocol: Bearer,a.b-c                       | a.b-c",
        "Sec-WebSocket-Protocol: chat, bearer, a.b-c, mqtt          | a.b-c",
        "Sec-WebSocket-Protocol: access_token, a.b-c                | a.b-c",
        "Sec-WebSocket-Protocol: Authorization, a.b-c               | a.b-c",
        "Sec-WebSocket-Protocol: bearer.a.b-c, chat                 | a.b-c",
        "Sec-WebSocket-Protocol: bearer                             | none",
        "Sec-WebSocket-Protocol: bearer.                            | none",
        "Sec-WebSocket-Protocol: chat, a.b-c                        | none",
        "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.YS5iLWM, chat | a.b-c",
        "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.!!!, chat     | none",
    })
    void areFoundWhereClientsPutThem(String header, String token) throws Exception {
        assertThat(tokenOf(header.strip())).isEqualTo(String.valueOf(token));
    }

    @Test
    void workWithTheClientOfTheJdk() throws Exception {
        HandshakePolicy policy = request -> "opensesame".equals(request.bearerToken())
                ? Decision.accept().attribute(USER, "ann").subprotocol("bearer")
                : Decision.refuse(401, "a token is needed");
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(policy).start();
                JdkClient peer = JdkClient.open(server.uri(), "bearer", "opensesame")) {
            assertThat(peer.subprotocol()).isEqualTo("bearer");
            assertThat(peer.send("in").next()).isEqualTo("in");
            assertThat(server.hub().peers().iterator().next().attributes().toMap()).containsEntry(USER, "ann")
                    .doesNotContainValue("opensesame");
            assertThatThrownBy(() -> JdkClient.open(server.uri(), "bearer", "guess"))
                    .hasCauseInstanceOf(java.net.http.WebSocketHandshakeException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "chat, mqtt                                     | mqtt          | 101",
        "chat, bearer.s3cret                            | bearer.s3cret | 503",
        "chat, base64url.bearer.authorization.k8s.io.YQ | base64url.bearer.authorization.k8s.io.YQ | 503",
        "bearer, s3cret                                 | bearer        | 101",
        "bearer, s3cret                                 | s3cret        | 503",
        "s3cret, bearer, s3cret                         | s3cret        | 503",
        "s3cret, chat, bearer, other                    | s3cret        | 101",
    })
    void areNeverSelected(String offered, String selected, int status) throws Exception {
        try (LogCatch log = new LogCatch();
                BroadcastServer server = Wire.PLAIN.server()
                        .handshakePolicy(request -> Decision.accept().subprotocol(selected)).start();
                RawClient peer = Wire.PLAIN.connect(server)) {
            assertThat(peer.ask(RawClient.handshake("/", "Sec-WebSocket-Protocol: " + offered)))
                    .startsWith("HTTP/1.1 " + status + " ");
            assertThat(log.warnings()).hasSize(status == 503 ? 1 : 0)
                    .allSatisfy(line -> assertThat(line).contains("selected a token").doesNotContain("s3cret"));
        }
    }

    @Test
    void ofKubernetesAreEncoded() {
        byte[] token = "a.b-c".getBytes(StandardCharsets.UTF_8);
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        assertThat(encoded).isEqualTo("YS5iLWM");
    }
}
