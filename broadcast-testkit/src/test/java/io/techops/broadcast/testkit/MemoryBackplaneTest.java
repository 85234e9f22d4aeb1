package io.techops.broadcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBackplaneTest {

    private final VirtualTimer timer = new VirtualTimer();
    private final MemoryBackplane backplane = new MemoryBackplane(timer, 1);

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aShareIsFrom0To1(double share) {
        String message = "share must be from 0 to 1: " + share;
        assertRefused(() -> backplane.loseRequests(share), message);
        assertRefused(() -> backplane.loseAnswers(share), message);
        assertRefused(() -> backplane.loseHints(share), message);
        assertRefused(() -> backplane.doubleHints(share), message);
    }

    @Test
    void countsAndDelaysHaveAnEnd() {
        Duration second = Duration.ofSeconds(1);
        assertRefused(() -> backplane.retaining(0), "messages must be at least 1: 0");
        assertRefused(() -> backplane.trim(-1), "messages must be at least 0: -1");
        assertRefused(() -> backplane.maxBytes(-1), "bytes must be at least 0: -1");
        assertRefused(() -> backplane.delay(second.negated(), second), "from must be at least 0: PT-1S");
        assertRefused(() -> backplane.delay(second, Duration.ZERO), "to must be at least from, PT1S: PT0S");
        assertThatThrownBy(() -> new MemoryBackplane().delay(second, second))
                .isInstanceOf(IllegalStateException.class);
        assertRefused(() -> backplane.open("", () -> { }), "name must have 1 to 256 characters: ");
    }

    @Test
    void whatACallIsGivenIsCheckedAsAnEngineDoes() {
        SharedLog log = backplane.open("log", () -> { });
        SharedRecord record = SharedRecord.of(Message.text("x"), null, null);
        assertRefused(() -> log.append("e", "Node 1", 1, List.of(record)),
                "producer must be 1 to 64 of the characters 0-9a-z-: Node 1");
        assertRefused(() -> log.append("e", "node-1", 0, List.of(record)), "number must be at least 1: 0");
        assertRefused(() -> log.append("e", "node-1", 1, List.of()), "records must not be empty");
        assertRefused(() -> log.read(null, 0, 1), "messages must be at least 1: 0");
        assertRefused(() -> log.census(-1), "peers must be at least 0: -1");
        assertThat(backplane.open()).isOne();
    }
}
