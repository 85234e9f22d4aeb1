package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.benchmarks.FaultyRelay.Fault;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackgroundPeersTest {

    private static LoadResult measure(int port, Traffic traffic) throws IOException {
        LoadSpec spec = new LoadSpec(ProcessHandle.current().pid(), port, false, traffic, Duration.ofMillis(50),
                Duration.ofMillis(100), false, Duration.ofSeconds(30));
        try (Load load = new Load(LoadSpec.parse(spec.toString()), null)) {
            return LoadResult.parse(load.run(stage -> { }).toString());
        }
    }

    private static LoadResult ours(Setup.Front front, Traffic traffic) throws Exception {
        return measure(new OursRelay(front).start(null), traffic);
    }

    @ParameterizedTest
    @EnumSource(value = Dialect.class, names = {"PLAIN", "JSON", "NUMBERED", "EVENTS"})
    void everyDialectIsUnderstood(Dialect dialect) throws Exception {
        LoadResult result = ours(Setup.Front.EVENTS, Traffic.fan(4, 64, 16).in(dialect));
        assertThat(result.failure()).isEmpty();
        assertThat(result.deliveries()).isEqualTo(result.messages() * 4).isPositive();
        assertThat(result.bytes()).isGreaterThanOrEqualTo(result.deliveries() * 66);
    }

    @ParameterizedTest
    @EnumSource(value = BackgroundPeers.Kind.class, names = {"PRESENT", "RETURNING"})
    void furtherPeersAreCountedWithWhatTheyHadMissed(BackgroundPeers.Kind kind) throws Exception {
        Traffic traffic = Traffic.paced(4, 64, 100).in(Dialect.NUMBERED).with(kind, 3);
        LoadResult result = ours(Setup.Front.PLAIN, traffic);
        assertThat(result.failure()).isEmpty();
        int missed = kind == BackgroundPeers.Kind.RETURNING ? 3 * BackgroundPeers.MISSED : 0;
        assertThat(result.deliveries()).isBetween(missed + result.messages() * 4, missed + result.messages() * 7);
    }

    @Test
    void whoIsNotToldPositionsFailsTheMeasurement() throws IOException {
        try (FaultyRelay relay = new FaultyRelay(Fault.NONE)) { // which knows no positions
            Traffic traffic = Traffic.paced(4, 64, 100).in(Dialect.NUMBERED).with(BackgroundPeers.Kind.RETURNING, 3);
            assertThat(measure(relay.port(), traffic).failure()).contains("an event that was not to come");
        }
    }

    @Test
    void slowPeersHaveTheNewestOfEveryKeyInTheEnd() throws Exception {
        Traffic traffic = Traffic.fan(2, 64, 64).with(BackgroundPeers.Kind.SLOW, 2);
        LoadResult result = ours(Setup.Front.KEYS, traffic);
        assertThat(result.failure()).isEmpty();
        assertThat(result.deliveries()).isEqualTo(result.messages()).isPositive();
    }

    @Test
    void aSlowPeerThatLacksTheNewestOfAKeyFailsTheMeasurement() throws IOException {
        try (FaultyRelay relay = new FaultyRelay(Fault.LOSE)) {
            Traffic traffic = Traffic.fan(1, 64, 4).with(BackgroundPeers.Kind.SLOW, 1);
            assertThat(measure(relay.port(), traffic).failure()).contains("lost: of key ");
        }
    }
}
