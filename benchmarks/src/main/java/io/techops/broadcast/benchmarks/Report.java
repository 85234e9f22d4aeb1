package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The results as a page of Markdown. */
final class Report {

    private static final Contender OURS = Contender.named(Contender.OURS);
    private static final Contender BEFORE = Contender.named(Contender.BEFORE);

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
        table("Targets", picture("ratios", "Server CPU: a multiple of the NIO loop's"),
                List.of("", "at most", "measured", "met"), new Targets(figures).rows());
        before();
        redis();
        String chart = picture("compression", "Server CPU: a multiple of as many bytes without compression");
        table("Compression", chart.isEmpty() ? Deflated.TEXT : chart + "\n\n" + Deflated.TEXT,
                Deflated.HEADER, new Deflated(figures).rows());
        for (Scenario scenario : figures.scenarios()) {
            scenario(scenario);
        }
        handshakes();
        comingBack();
        keys();
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
                + "one message to one peer, or for one connection that comes and goes. **x NIO**, **x C**: how many "
                + "times that is what the bare loop in Java, in C, took in the same round. Medians of the rounds, the "
                + "range in parentheses. **Load** is how much of one processor the load generator took. **Allocated** "
                + "is what a Java server allocated on its heap, a delivery, in the last round, **wire** what a "
                + "delivery is of bytes behind the socket. How all this is measured, and where it misleads, is in the "
                + "[README](../README.md).");
        lines.add("");
    }

    private void failures() {
        figures.failures().forEach((where, what) -> lines.add("- **FAILED**: " + where + ": " + what));
        if (!figures.failures().isEmpty()) {
            lines.add("");
        }
    }

    private void table(String title, String text, List<String> header, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        lines.add("## " + title);
        lines.add("");
        if (!text.isEmpty()) {
            lines.add(text);
            lines.add("");
        }
        lines.add(Cells.row(header));
        lines.add("| --- |" + " --: |".repeat(header.size() - 1));
        rows.forEach(row -> lines.add(Cells.row(row)));
        lines.add("");
    }

    private void before() {
        List<List<String>> rows = new ArrayList<>();
        for (Scenario scenario : figures.scenarios()) {
            Figures.Spread ratio = figures.ratio(scenario, OURS, Contender.BEFORE);
            if (ratio != null) {
                rows.add(List.of(scenario.title(), cpu(scenario, BEFORE), cpu(scenario, OURS), Cells.spread(ratio)));
            }
        }
        table("Before and after", "Two builds of this library, side by side in the same rounds: server CPU a delivery, "
                + "a message or a connection, in µs, and the ratio within a round.",
                List.of("", "before", "after", "after : before"), rows);
    }

    private String cpu(Scenario scenario, Contender server) {
        return Cells.spread(figures.spread(scenario, server, Sample::cpuMicros));
    }

    private void scenario(Scenario scenario) {
        List<List<String>> rows = new ArrayList<>();
        for (Contender server : figures.servers(scenario)) {
            rows.add(List.of(server.title(), cpu(scenario, server),
                    Cells.spread(figures.ratio(scenario, server, scenario.limit("nio"))),
                    Cells.spread(figures.ratio(scenario, server, scenario.limit("c"))),
                    Cells.whole(figures.spread(scenario, server, Sample::deliveriesPerSecond)),
                    Cells.whole(figures.spread(scenario, server, sample -> sample.result().p50() / 1e3)),
                    Cells.whole(figures.spread(scenario, server, sample -> sample.result().p99() / 1e3)),
                    Cells.whole(figures.spread(scenario, server, sample -> sample.result().p999() / 1e3)),
                    Cells.whole(figures.spread(scenario, server, sample -> sample.loadShare() * 100)) + " %",
                    Cells.mega(figures.once(scenario, server, Sample::heap)),
                    Cells.mega(figures.once(scenario, server, Sample::resident)),
                    Cells.bytes(figures.once(scenario, server, Sample::allocatedBytes)), wire(scenario, server)));
        }
        Traffic traffic = scenario.traffic();
        table(scenario.title(), picture(scenario.id(), scenario.title()),
                List.of("server", "CPU a " + traffic.unit() + ", µs", "x NIO", "x C", traffic.units() + "/s", "p50, µs",
                        "p99, µs", "p99.9, µs", "load", "heap, MB", "resident, MB", "allocated, B", "wire, B"), rows);
        lines.add(latency(traffic));
        lines.add("");
    }

    private String wire(Scenario scenario, Contender server) {
        return Cells.bytes(figures.once(scenario, server, Sample::wireBytes));
    }

    /** {@return a chart, if it was drawn} */
    private String picture(String id, String title) {
        return Files.exists(results.file("-" + id + ".svg"))
                ? "![" + title + "](" + results.name() + "-" + id + ".svg)" : "";
    }

    private static String latency(Traffic traffic) {
        if (traffic.closing() != null) {
            return "Latency is from the beginning of a connection to its end, " + traffic.peers() + " at a time.";
        }
        return traffic.rate() > 0 ? "Latency counts from when a message was due."
                : "Latency counts from when a message was sent; as many are under way as the scenario says, so it says "
                + "how long a round trip takes, not how long one would wait at a given load.";
    }

    private void handshakes() {
        List<List<String>> rows = new ArrayList<>();
        for (Scenario scenario : figures.scenarios()) {
            if (scenario.traffic().closing() != null) {
                rows.add(List.of(scenario.title(), cpu(scenario, OURS),
                        Cells.spread(figures.ratio(scenario, OURS, "nio")),
                        Cells.spread(figures.ratio(scenario, OURS, Scenario.HANDSHAKE, Contender.OURS)),
                        Cells.spread(figures.ratio(scenario, OURS, Contender.BEFORE))));
            }
        }
        table("Connections that come and go", "This library: server CPU a connection, from connect to the end of the "
                + "stream, in µs. Those with TLS are measured in rounds of their own.",
                List.of("", "CPU, µs", "x NIO", "x plain with 1000", "x before"), rows);
    }

    private void comingBack() {
        List<List<String>> rows = new ArrayList<>();
        for (Scenario scenario : List.of(Scenario.RESUME_NONE, Scenario.RESUME_PRESENT, Scenario.RESUME)) {
            ToDoubleFunction<Sample> p50 = sample -> sample.result().p50() / 1e3;
            ToDoubleFunction<Sample> p99 = sample -> sample.result().p99() / 1e3;
            if (figures.spread(scenario, OURS, p50) != null) {
                boolean back = scenario.traffic().background().kind() == BackgroundPeers.Kind.RETURNING;
                rows.add(List.of(scenario.title(),
                        Cells.whole(figures.spread(scenario, OURS, p50)),
                        Cells.whole(figures.spread(scenario, OURS, p99)),
                        Cells.spread(figures.ratio(scenario, OURS, Scenario.RESUME_NONE, Contender.OURS, p50)),
                        Cells.spread(figures.ratio(scenario, OURS, Scenario.RESUME_NONE, Contender.OURS, p99)),
                        Cells.spread(figures.ratio(scenario, OURS, Scenario.RESUME_PRESENT, Contender.OURS, p50)),
                        Cells.spread(figures.ratio(scenario, OURS, Scenario.RESUME_PRESENT, Contender.OURS, p99)),
                        !back ? Cells.NONE : Cells.whole(
                                figures.spread(scenario, OURS, sample -> sample.result().connectNanos() / 1e6))));
            }
        }
        table("Peers that come back at once", "How long deliveries take to the peers that stay, in a window that "
                + "begins with the others coming back; and after what time all of these have what they had missed.",
                List.of("", "p50, µs", "p99, µs", "p50, x without", "p99, x without", "p50, x with them there",
                        "p99, x with them there", "all back after, ms"), rows);
    }

    private void keys() {
        List<List<String>> rows = new ArrayList<>();
        for (Scenario scenario : List.of(Scenario.KEYS_NONE, Scenario.KEYS, Scenario.KEYS_SLOW)) {
            if (figures.spread(scenario, OURS, Sample::cpuMicros) != null) {
                double slow = scenario.traffic().background().peers();
                rows.add(List.of(scenario.title(), cpu(scenario, OURS),
                        Cells.spread(figures.ratio(scenario, OURS, Scenario.KEYS_NONE, Contender.OURS)),
                        slow > 0 ? Cells.spread(figures.spread(scenario, OURS, sample -> sample.wireBytes() / slow))
                                : Cells.NONE));
            }
        }
        table("Keys that conflate", "Server CPU a message, in µs, and what a slow peer is written for it, in bytes on "
                + "the wire: with all of them it would be " + (Scenario.KEYS.traffic().bytes() + 2) + ". At the end "
                + "each slow peer has the newest message of every key.",
                List.of("", "CPU a message, µs", "x without keys", "a slow peer, B a message"), rows);
    }

    private void redis() {
        List<List<String>> rows = new ArrayList<>();
        List<Scenario> scenarios = figures.scenarios().stream()
                .filter(Scenario::isAboutRedis).toList();
        for (Scenario scenario : scenarios) {
            for (Contender server : figures.servers(scenario)) {
                rows.add(List.of(scenario.title() + ": " + server.title(),
                        Cells.whole(figures.spread(scenario, server, Sample::messagesPerSecond)),
                        Cells.whole(figures.spread(scenario, server, sample -> sample.result().p50() / 1e3)),
                        Cells.whole(figures.spread(scenario, server, sample -> sample.result().p99() / 1e3)),
                        cpu(scenario, server), scenario.setup().isOnRedis()
                                ? Cells.spread(figures.spread(scenario, server, Sample::redisMicros)) : Cells.NONE,
                        Cells.whole(figures.spread(scenario, server, sample -> sample.loadShare() * 100)) + " %"));
            }
        }
        table("Nodes on Redis", "All publishers are at the first node. Where there are more nodes than one, latency is "
                + "that of peers at the others alone. CPU a delivery is that of all nodes together, without Redis.",
                List.of("", "messages/s", "p50, µs", "p99, µs", "CPU a delivery, µs", "Redis CPU a message, µs",
                        "load"), rows);
    }

    private void growth() {
        List<Scenario> steps = List.of(Scenario.GROW_100, Scenario.FAN_1, Scenario.GROW_10000);
        if (!figures.scenarios().containsAll(steps)) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (Contender server : figures.servers(Scenario.FAN_1)) {
            List<String> cells = new ArrayList<>(List.of(server.title()));
            steps.forEach(step -> cells.add(cpu(step, server)));
            Double growth = figures.growth(server.id());
            cells.add(growth == null ? Cells.NONE : Cells.number(growth));
            rows.add(cells);
        }
        String title = "How the cost grows: CPU a delivery, µs, 1 message in flight";
        table(title, picture("growth", title),
                List.of("server", "100 peers", "1,000", "10,000", "10,000 : 100"), rows);
    }

    private void idle() {
        Scenario scenario = Scenario.GROW_10000;
        List<List<String>> rows = new ArrayList<>();
        for (Contender server : figures.servers(scenario)) {
            rows.add(List.of(server.title(),
                    Cells.spread(figures.spread(scenario, server,
                            sample -> sample.result().connectCpuNanos() / 1e3 / sample.result().connections())),
                    Cells.whole(figures.spread(scenario, server,
                            sample -> sample.result().connections() * 1e9 / sample.result().connectNanos())),
                    Cells.spread(figures.idleKib(scenario, server)),
                    figures.residentKib(scenario, server).stream().mapToObj(Cells::number).findFirst()
                            .orElse(Cells.NONE)));
        }
        table("Handshakes, and idle peers", "10,000 peers connect, 32 at a time; then they are idle while the heap is "
                + "collected and measured. Resident memory is that of a round before the others, in a fresh process.",
                List.of("server", "CPU a handshake, µs", "handshakes/s", "live heap a peer, KiB",
                        "resident a peer, KiB"), rows);
    }
}
