package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The results as a page of Markdown. */
final class Report {

    private static final String NONE = "–";

    private final Results results;
    private final Figures figures;
    private final List<String> lines = new ArrayList<>();

    Report(Results results) throws IOException {
        this.results = results;
        figures = new Figures(results.samples());
    }

    void write() throws IOException {
        lines.add("# What a delivery costs: the " + results.name() + " run");
        lines.add("");
        machine();
        failures();
        for (Scenario scenario : figures.scenarios()) {
            scenario(scenario);
        }
        growth();
        idle();
        Files.write(results.file(".md"), lines);
    }

    private void machine() throws IOException {
        for (Map.Entry<String, String> fact : results.facts().entrySet()) {
            lines.add("- " + fact.getKey() + ": " + fact.getValue());
        }
        lines.add("");
        lines.add("**CPU** is what the server's process took of the processors, user and system, for one delivery of "
                + "one message to one peer. **x NIO**, **x C**: how many times that is what the bare loop in Java, "
                + "in C, took in the same round. Medians of the rounds, the range in parentheses. **Load** is how much "
                + "of one processor the load generator took. How all this is measured, and where it misleads, is in "
                + "the [README](../README.md).");
        lines.add("");
    }

    private void failures() {
        figures.failures().forEach((where, what) -> lines.add("- **FAILED**: " + where + ": " + what));
        if (!figures.failures().isEmpty()) {
            lines.add("");
        }
    }

    private void scenario(Scenario scenario) {
        lines.add("## " + scenario.title());
        lines.add("");
        if (Files.exists(results.file("-" + scenario.id() + ".svg"))) {
            lines.add("![" + scenario.title() + "](" + results.name() + "-" + scenario.id() + ".svg)");
            lines.add("");
        }
        boolean paced = scenario.rate() > 0;
        lines.add("| server | CPU, µs | x NIO | x C | deliveries/s | p50, µs | p99, µs | p99.9, µs | load | heap, MB "
                + "| resident, MB |");
        lines.add("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
        for (Contender server : figures.servers(scenario)) {
            lines.add("| " + String.join(" | ", server.title(),
                    spread(figures.spread(scenario, server, Sample::cpuMicros)),
                    spread(figures.ratio(scenario, server, scenario.limit("nio"))),
                    spread(figures.ratio(scenario, server, scenario.limit("c"))),
                    whole(figures.spread(scenario, server, Sample::deliveriesPerSecond)),
                    whole(figures.spread(scenario, server, sample -> sample.result().p50() / 1e3)),
                    whole(figures.spread(scenario, server, sample -> sample.result().p99() / 1e3)),
                    whole(figures.spread(scenario, server, sample -> sample.result().p999() / 1e3)),
                    whole(figures.spread(scenario, server, sample -> sample.loadShare() * 100)) + " %",
                    mega(figures.once(scenario, server, Sample::heap)),
                    mega(figures.once(scenario, server, Sample::resident))) + " |");
        }
        lines.add("");
        lines.add(paced ? "Latency counts from when a message was due."
                : "Latency counts from when a message was sent; as many are under way as the scenario says, so it says "
                + "how long a round trip takes, not how long one would wait at a given load.");
        lines.add("");
    }

    private void growth() {
        List<Scenario> steps = List.of(Scenario.GROW_100, Scenario.FAN_1, Scenario.GROW_10000);
        if (!figures.scenarios().containsAll(steps)) {
            return;
        }
        lines.add("## How the cost grows: CPU a delivery, µs, 1 message in flight");
        lines.add("");
        lines.add("| server | 100 peers | 1,000 | 10,000 | 10,000 : 100 |");
        lines.add("| --- | --: | --: | --: | --: |");
        for (Contender server : figures.servers(Scenario.FAN_1)) {
            List<String> cells = new ArrayList<>(List.of(server.title()));
            for (Scenario step : steps) {
                cells.add(spread(figures.spread(step, server, Sample::cpuMicros)));
            }
            Figures.Spread few = figures.spread(Scenario.GROW_100, server, Sample::cpuMicros);
            Figures.Spread many = figures.spread(Scenario.GROW_10000, server, Sample::cpuMicros);
            cells.add(few == null || many == null ? NONE : number(many.median() / few.median()));
            lines.add("| " + String.join(" | ", cells) + " |");
        }
        lines.add("");
    }

    private void idle() {
        Scenario scenario = Scenario.GROW_10000;
        if (!figures.scenarios().contains(scenario)) {
            return;
        }
        lines.add("## Handshakes, and idle peers");
        lines.add("");
        lines.add("10,000 peers connect, 32 at a time; then they are idle while the heap is collected and measured. "
                + "Resident memory is that of a round before the others, in a fresh process.");
        lines.add("");
        lines.add("| server | CPU a handshake, µs | handshakes/s | live heap a peer, KiB | resident a peer, KiB |");
        lines.add("| --- | --: | --: | --: | --: |");
        int peers = scenario.peers();
        for (Contender server : figures.servers(scenario)) {
            lines.add("| " + String.join(" | ", server.title(),
                    spread(figures.spread(scenario, server,
                            sample -> sample.result().connectCpuNanos() / 1e3 / sample.result().connections())),
                    whole(figures.spread(scenario, server,
                            sample -> sample.result().connections() * 1e9 / sample.result().connectNanos())),
                    server.isJava() ? spread(figures.spread(scenario, server,
                            sample -> (sample.heap() - sample.heapBefore()) / 1024.0 / peers)) : NONE,
                    figures.once(scenario, server,
                            sample -> (sample.resident() - sample.residentBefore()) / 1024.0 / peers)
                            .stream().mapToObj(Report::number).findFirst().orElse(NONE)) + " |");
        }
        lines.add("");
    }

    private static String spread(Figures.@Nullable Spread spread) {
        return spread == null ? NONE : number(spread.median()) + " (" + number(spread.least()) + "–"
                + number(spread.most()) + ")";
    }

    private static String whole(Figures.@Nullable Spread spread) {
        return spread == null ? NONE : String.format(Locale.ROOT, "%,.0f", spread.median());
    }

    private static String mega(OptionalDouble bytes) {
        return bytes.isPresent() ? String.format(Locale.ROOT, "%.0f", bytes.getAsDouble() / (1 << 20)) : NONE;
    }

    private static String number(double value) {
        String format = value < 1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
