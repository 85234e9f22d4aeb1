package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.benchmarks.FaultyRelay.Fault;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionChurnTest {

    private static LoadResult measure(Fault fault, Closing closing) throws IOException {
        try (FaultyRelay relay = new FaultyRelay(fault)) {
            LoadSpec spec = LoadSpec.parse(new LoadSpec(ProcessHandle.current().pid(), relay.port(), false,
                    Traffic.churn(closing, false), Duration.ofMillis(20), Duration.ofMillis(50), false,
                    Duration.ofSeconds(10)).toString());
            assertThat(spec.traffic().closing()).isEqualTo(closing);
            try (ConnectionChurn churn = new ConnectionChurn(spec, closing, null)) {
                return churn.run();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Closing.class)
    void connectionsThatComeAndGoAreCounted(Closing closing) throws IOException {
        LoadResult result = measure(Fault.NONE, closing);
        assertThat(result.failure()).isEmpty();
        assertThat(result.connections()).isPositive().isEqualTo(result.deliveries());
        assertThat(result.p50()).isPositive().isLessThanOrEqualTo(result.p99());
    }

    @Test
    void anEndWithoutACloseFrameFailsTheMeasurement() throws IOException {
        assertThat(measure(Fault.SILENT_CLOSE, Closing.NORMAL).failure()).contains("without a close frame");
    }
}
