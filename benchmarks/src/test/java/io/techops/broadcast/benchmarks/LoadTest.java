package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.benchmarks.FaultyRelay.Fault;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {

    private static final int PEERS = 4;

    private static LoadSpec spec(FaultyRelay relay, Traffic traffic) {
        return new LoadSpec(ProcessHandle.current().pid(), relay.port(), false, traffic, Duration.ofMillis(50),
                Duration.ofMillis(100), false, Duration.ofSeconds(10));
    }

    private static LoadResult measure(Fault fault, int publishers, int inFlight, int rate) throws IOException {
        try (FaultyRelay relay = new FaultyRelay(fault)) {
            Traffic traffic = new Traffic(PEERS, 64, publishers, inFlight, rate, 0, null, false);
            try (Load load = new Load(LoadSpec.parse(spec(relay, traffic).toString()), null)) {
                return LoadResult.parse(load.run(stage -> { }).toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"NONE", "FRAGMENT"})
    void everyDeliveryIsCounted(Fault fault) throws IOException {
        LoadResult result = measure(fault, 1, 16, 0);
        assertThat(result.failure()).isEmpty();
        assertThat(result.messages()).isPositive();
        assertThat(result.deliveries()).isEqualTo(result.messages() * PEERS);
        assertThat(result.p50()).isPositive().isLessThanOrEqualTo(result.p99());
    }

    @ParameterizedTest
    @CsvSource({"LOSE, lost", "DUPLICATE, duplicated", "REORDER, reordered", "CORRUPT, corrupt", "CLOSE, closed"})
    void whatIsWrongFailsTheMeasurement(Fault fault, String why) throws IOException {
        assertThat(measure(fault, 1, 4, 0).failure()).contains(why).contains("peer ");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatIsWrongIsNoticedIfAllPublish(int inFlight) throws IOException {
        assertThat(measure(Fault.NONE, PEERS, inFlight, 0).failure()).isEmpty();
        assertThat(measure(Fault.LOSE, PEERS, inFlight, 0).failure()).isNotEmpty();
    }

    @Test
    void whatIsIgnoredIsCounted() throws IOException {
        Traffic traffic = Traffic.ignored(64, 500);
        try (FaultyRelay relay = new FaultyRelay(Fault.NONE);
                Load load = new Load(spec(relay, traffic), null)) {
            LoadResult result = load.run(stage -> { });
            assertThat(result.failure()).isEmpty();
            assertThat(result.messages()).isPositive();
            assertThat(result.deliveries()).isEqualTo(501 * result.messages());
        }
    }

    @Test
    void aFixedRateIsKept() throws IOException {
        LoadResult result = measure(Fault.NONE, 1, 1, 100);
        assertThat(result.failure()).isEmpty();
        assertThat(result.messages()).isEqualTo(10);
        assertThat(result.nanos()).isGreaterThanOrEqualTo(Duration.ofMillis(90).toNanos());
    }
}
