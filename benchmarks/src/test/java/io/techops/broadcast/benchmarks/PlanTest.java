package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {

    @Test
    void scenariosHaveNamesOfTheirOwn() {
        assertThat(Scenario.ALL).extracting(Scenario::id).doesNotHaveDuplicates();
        assertThat(Scenario.ALL).extracting(Scenario::title).doesNotHaveDuplicates();
    }

    @Test
    void scenariosThatAreMeasuredTogetherAgreeAboutTheProcessors() {
        for (List<Scenario> together : Plan.full().together()) {
            assertThat(together).extracting(scenario -> scenario.setup().processors()).containsOnly(
                    together.get(0).setup().processors());
        }
    }

    @Test
    void everyScenarioOfAQuickRunHasOursAndItsLimits() {
        Plan quick = Plan.quick();
        for (Scenario scenario : quick.scenarios()) {
            List<String> limits = scenario.traffic().dialect() != Dialect.PLAIN ? List.of()
                    : List.of(scenario.limit("nio"), scenario.limit("c"));
            assertThat(quick.contenders()).filteredOn(server -> quick.measures(scenario, server))
                    .extracting(Contender::id).contains(Contender.OURS).containsAll(limits);
        }
    }
}
