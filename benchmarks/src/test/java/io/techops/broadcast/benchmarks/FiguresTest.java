package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private static Sample sample(Contender server, int round, long cpuNanos, String failure) {
        return sample(Scenario.FAN_1, server, round, cpuNanos, failure);
    }

    private static Sample sample(Scenario scenario, Contender server, int round, long cpuNanos, String failure) {
        LoadResult result = new LoadResult(1000, 1, 1, 1000, 1, 1_000_000_000, cpuNanos, 0, 1, 0, 1, 2, 3, failure);
        return Sample.parse(Sample.of(scenario, server, round, result).line());
    }

    @Test
    void ratiosAreTakenWithinARoundAndFailuresAndTheRoundOfAFreshProcessLeftOut() {
        Contender ours = Contender.named("ours");
        Contender nio = Contender.named("nio");
        List<Sample> samples = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            samples.add(sample(nio, round, round * 1_000_000L, ""));
            samples.add(sample(ours, round, round * 2_000_000L, ""));
        }
        samples.add(sample(ours, 4, 0, "lost, all of it"));
        samples.add(sample(nio, 0, 1_000_000_000L, ""));
        samples.add(sample(ours, 0, 1_000_000_000L, ""));
        Figures figures = new Figures(samples);
        assertThat(figures.ratio(Scenario.FAN_1, ours, "nio")).isEqualTo(new Figures.Spread(2, 2, 2, 3));
        assertThat(figures.spread(Scenario.FAN_1, ours, Sample::cpuMicros)).isEqualTo(new Figures.Spread(4, 2, 6, 3));
        assertThat(figures.failures()).hasSize(1).containsValue("lost; all of it");
        assertThat(figures.servers(Scenario.FAN_1)).containsExactly(ours, nio);
    }

    @Test
    void aTargetIsMetOrNotByTheMedianOfItsRatios() {
        Contender ours = Contender.named("ours");
        Contender nio = Contender.named("nio");
        List<Sample> samples = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            samples.add(sample(Scenario.HANDSHAKE, nio, round, 1_000_000, ""));
            samples.add(sample(Scenario.HANDSHAKE, ours, round, 2_000_000, ""));
            samples.add(sample(Scenario.HANDSHAKE_EMPTY, ours, round, round * 1_000_000L, ""));
        }
        assertThat(new Targets(new Figures(samples)).rows()).containsExactly(
                List.of("Connect, handshake, close with 1000", "1.50 x the NIO loop", "2.00 (2.00–2.00)", "**no**"),
                List.of("Connect, handshake, close without a code", "1.20 x the same with 1000",
                        "1.00 (0.500–1.50)", "yes"));
    }
}
