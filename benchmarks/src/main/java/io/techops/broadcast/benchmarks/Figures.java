package io.techops.broadcast.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the samples of a run say, over the rounds: medians, ranges, ratios within the same round. */
final class Figures {

    private final List<Sample> samples;

    Figures(List<Sample> samples) {
        this.samples = samples;
    }

    /**
     * A median and the range around it.
     *
     * @param median the one in the middle
     * @param least the lowest of all rounds
     * @param most the highest
     * @param rounds of how many rounds
     */
    record Spread(double median, double least, double most, int rounds) {
    }

    /** {@return the scenarios of which there is anything, in the order of a full run} */
    List<Scenario> scenarios() {
        return Scenario.ALL.stream()
                .filter(scenario -> samples.stream().anyMatch(sample -> sample.scenario().equals(scenario.id())))
                .toList();
    }

    /** {@return the servers that have done a scenario, in the order of the contenders} */
    List<Contender> servers(Scenario scenario) {
        return Contender.ALL.stream().filter(server -> !of(scenario, server.id()).isEmpty()).toList();
    }

    /** {@return what went wrong, by server and scenario; empty if nothing} */
    Map<String, String> failures() {
        Map<String, String> failures = new LinkedHashMap<>();
        for (Sample sample : samples) {
            if (sample.failed()) {
                failures.put(Contender.named(sample.server()).title() + ", " + Scenario.named(sample.scenario()).title()
                        + ", round " + sample.round(), sample.result().failure());
            }
        }
        return failures;
    }

    private List<Sample> of(Scenario scenario, String server) {
        return samples.stream().filter(sample -> !sample.failed() && sample.scenario().equals(scenario.id())
                && sample.server().equals(server)).toList();
    }

    private List<Sample> measured(Scenario scenario, String server) {
        return of(scenario, server).stream().filter(Sample::isMeasured).toList();
    }

    /** {@return a figure over the rounds, or null if there is none} */
    @Nullable Spread spread(Scenario scenario, Contender server, ToDoubleFunction<Sample> figure) {
        return spread(measured(scenario, server.id()).stream().mapToDouble(figure).toArray());
    }

    /** {@return how many times a server's cost is that of another one in the same round, or null} */
    @Nullable Spread ratio(Scenario scenario, Contender server, String limit) {
        return ratio(scenario, server, scenario, limit);
    }

    /** {@return the same, with the other server's cost from a scenario that is measured in the same rounds} */
    @Nullable Spread ratio(Scenario scenario, Contender server, Scenario base, String limit) {
        return ratio(scenario, server, base, limit, Sample::cpuMicros);
    }

    /** {@return the same for another figure than the cost} */
    @Nullable Spread ratio(Scenario scenario, Contender server, Scenario base, String limit,
            ToDoubleFunction<Sample> figure) {
        List<Sample> limits = measured(base, limit);
        double[] ratios = measured(scenario, server.id()).stream().flatMap(sample -> limits.stream()
                .filter(other -> other.round() == sample.round())
                .map(other -> figure.applyAsDouble(sample) / figure.applyAsDouble(other)))
                .mapToDouble(Double::doubleValue).toArray();
        return spread(ratios);
    }

    /** {@return how many times a server's cost with 100 peers is that with 10,000, or null} */
    @Nullable Double growth(String server) {
        Spread few = spread(Scenario.GROW_100, Contender.named(server), Sample::cpuMicros);
        Spread many = spread(Scenario.GROW_10000, Contender.named(server), Sample::cpuMicros);
        return few == null || many == null ? null : many.median() / few.median();
    }

    /** {@return the live heap of an idle peer, in KiB, or null} */
    @Nullable Spread idleKib(Scenario scenario, Contender server) {
        return server.isJava() ? spread(scenario, server, sample ->
                (sample.heap() - sample.heapBefore()) / 1024.0 / scenario.traffic().peers()) : null;
    }

    /** {@return the resident memory of an idle peer, in KiB, in a process that had none before} */
    OptionalDouble residentKib(Scenario scenario, Contender server) {
        return once(scenario, server, sample ->
                (sample.resident() - sample.residentBefore()) / 1024.0 / scenario.traffic().peers());
    }

    /** {@return a figure of the one round that has it} */
    OptionalDouble once(Scenario scenario, Contender server, ToDoubleFunction<Sample> figure) {
        return of(scenario, server.id()).stream().mapToDouble(figure).filter(value -> value >= 0).findFirst();
    }

    private static @Nullable Spread spread(double[] values) {
        if (values.length == 0) {
            return null;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }
}
