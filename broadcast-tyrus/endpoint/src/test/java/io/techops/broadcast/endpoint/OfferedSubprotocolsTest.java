package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.handshake.Decision;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many subprotocols a client may offer in any container. */
class OfferedSubprotocolsTest {

    private final AtomicInteger asked = new AtomicInteger();
    private final EndpointSettings settings = EndpointSettings.standard().handshakePolicy(request -> {
        asked.incrementAndGet();
        return Decision.accept();
    });

    /** A request that offers so many. */
    private record Request(int offered) implements HandshakeRequest {

        @Override
        public Map<String, List<String>> getHeaders() {
            return Map.of("Sec-WebSocket-Protocol", IntStream.range(0, offered).mapToObj(i -> "p" + i).toList());
        }

        @Override
        public Principal getUserPrincipal() {
            return null;
        }

        @Override
        public URI getRequestURI() {
            return URI.create("/live");
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }

        @Override
        public Object getHttpSession() {
            return null;
        }

        @Override
        public Map<String, List<String>> getParameterMap() {
            return Map.of();
        }

        @Override
        public String getQueryString() {
            return null;
        }
    }

    private Decision decided(int offered) {
        EndpointConfigurator configurator = new EndpointConfigurator(settings);
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(BroadcastEndpoint.class, "/live")
                .configurator(configurator).build();
        Map<String, List<String>> headers = new HashMap<>();
        HandshakeResponse response = () -> headers;
        configurator.modifyHandshake(config, new Request(offered), response);
        return ((Admission) config.getUserProperties().get(Admission.PROPERTY)).decision();
    }

    @Test
    void aHundredAreShownToThePolicy() {
        assertThat(decided(100)).isInstanceOf(Decision.Accept.class);
        assertThat(asked).hasValue(1);
    }

    @Test
    void moreAreRefusedBeforeItIsAsked() {
        for (int offered : new int[] {101, 4_000}) {
            assertThat(decided(offered)).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> {
                assertThat(refuse.status()).isEqualTo(400);
                assertThat(refuse.reason()).isEqualTo("A client may offer at most 100 subprotocols.");
            });
        }
        assertThat(asked).hasValue(0);
    }
}
