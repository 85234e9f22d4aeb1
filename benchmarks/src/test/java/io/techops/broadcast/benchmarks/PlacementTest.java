package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.benchmarks.FaultyRelay.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {

    @Test
    void peersAreSpreadOverNodesAndTopics() {
        Placement placement = new Placement(2, 10);
        assertThat(IntStream.range(0, 40).filter(peer -> placement.node(peer) == 1)).hasSize(20);
        for (int topic = 0; topic < 10; topic++) {
            int of = topic;
            assertThat(placement.node(topic)).isZero();
            assertThat(IntStream.range(0, 40).filter(peer -> placement.hears(peer, of)).mapToObj(placement::node))
                    .containsExactlyInAnyOrder(0, 0, 1, 1);
        }
    }

    @Test
    void withSeveralNodesOnlyTheWayFromOneToAnotherIsTimed() {
        assertThat(new Placement(1, 0).isTimed(3, 0)).isTrue();
        assertThat(new Placement(2, 0).isTimed(2, 0)).isFalse();
        assertThat(new Placement(2, 0).isTimed(3, 0)).isTrue();
    }

    @Test
    void aMessageOfAnotherTopicFailsTheMeasurement() throws IOException {
        try (FaultyRelay relay = new FaultyRelay(Fault.NONE); Load load = new Load(new LoadSpec(
                ProcessHandle.current().pid(), relay.port(), false, Traffic.topics(2, 4, 64, 1), Duration.ofMillis(50),
                Duration.ofMillis(100), false, Duration.ofSeconds(10)), null)) {
            assertThat(load.run(stage -> { }).failure()).contains("of another topic");
        }
    }

    @Test
    void aTargetIsWhatItWasOnTheLineOfASpecification() {
        Target target = new Target(List.of(11L, 12L), List.of(40_001, 40_002), 13, false);
        LoadSpec spec = new LoadSpec(target, Traffic.topics(2, 4, 64, 1), Duration.ofMillis(1), Duration.ofMillis(2),
                true, Duration.ofMillis(3));
        assertThat(LoadSpec.parse(spec.toString())).isEqualTo(spec);
    }
}
