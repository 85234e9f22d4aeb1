package io.techops.broadcast.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.handshake.ReplayLimits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which subprotocol an answer names. */
class SubprotocolsTest {

    private static final ReplayLimits ON = ReplayLimits.standard();

    private static @Nullable String selected(@Nullable String byPolicy, ReplayLimits replayLimits, String... offered) {
        FakeRequest request = new FakeRequest(null, Map.of("Sec-WebSocket-Protocol", List.of(offered)));
        return Subprotocols.select(request, byPolicy, replayLimits);
    }

    @Test
    void anOfferOfBroadcastV1IsTakenWhereverItStands() {
        assertThat(selected(null, ON, "broadcast.v1")).isEqualTo("broadcast.v1");
        assertThat(selected(null, ON, "chat", "broadcast.v1")).isEqualTo("broadcast.v1");
        assertThat(selected(null, ON)).isNull();
        assertThat(selected(null, ON, "chat", "Broadcast.v1", "broadcast.v2")).isNull();
    }

    @Test
    void whatTheApplicationSelectsWins() {
        assertThat(selected("chat", ON, "broadcast.v1", "chat")).isEqualTo("chat");
        assertThat(selected("broadcast.v1", ON, "chat", "broadcast.v1")).isEqualTo("broadcast.v1");
    }

    @Test
    void theWordBeforeATokenIsNoSubprotocol() {
        assertThat(selected("bearer", ON, "broadcast.v1", "bearer", "secret")).isEqualTo("broadcast.v1");
        assertThat(selected("bearer", ON, "bearer", "secret", "broadcast.v1")).isEqualTo("broadcast.v1");
        assertThat(selected("bearer", ON, "bearer", "secret")).isEqualTo("bearer");
        assertThat(selected("bearer", ON, "broadcast.v1", "bearer")).isEqualTo("bearer");
    }

    @Test
    void withoutResumeNoOfferIsTaken() {
        assertThat(selected(null, ON.resume(false), "broadcast.v1")).isNull();
        assertThat(selected("chat", ON.resume(false), "broadcast.v1", "chat")).isEqualTo("chat");
    }
}
