package io.techops.broadcast.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** What a run says of compression. */
final class Deflated {

    static final String TEXT = "Server CPU a delivery, in µs, of JSON that is compressed, beside ours: the same JSON "
            + "without compression, and messages without compression that have as many bytes as the compressed ones. "
            + "Memory a peer is that of peers that have got one message, in a process without any before; heap is part "
            + "of the resident memory.";
    static final List<String> HEADER = List.of("", "CPU, µs", "x ours without compression",
            "x ours with messages of this size", "wire, B", "resident a peer, KiB", "heap a peer, KiB");

    private final Figures figures;

    Deflated(Figures figures) {
        this.figures = figures;
    }

    /** A scenario, the same without compression, and the one with as many bytes on the wire. */
    record Trio(Scenario deflated, Scenario plain, Scenario size) {

        /** {@return what makes it differ from the others} */
        String title() {
            Traffic traffic = deflated.traffic();
            return traffic.bytes() / 1024 + " KiB, " + traffic.inFlight() + " in flight";
        }

        static final List<Trio> ALL = List.of(
                new Trio(Scenario.DEFLATE_1K_1, Scenario.JSON_1K_1, Scenario.SIZE_1K_1),
                new Trio(Scenario.DEFLATE_1K_64, Scenario.JSON_1K_64, Scenario.SIZE_1K_64),
                new Trio(Scenario.DEFLATE_16K_1, Scenario.JSON_16K_1, Scenario.SIZE_16K_1),
                new Trio(Scenario.DEFLATE_16K_64, Scenario.JSON_16K_64, Scenario.SIZE_16K_64),
                new Trio(Scenario.DEFLATE_IDLE, Scenario.JSON_IDLE, Scenario.JSON_IDLE));
    }

    /** {@return a row for each server and scenario} */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Trio trio : Trio.ALL) {
            row(rows, trio, trio.plain, Contender.named(Contender.OURS));
            if (trio.size != trio.plain) {
                row(rows, trio, trio.size, Contender.named(Contender.OURS));
            }
            figures.servers(trio.deflated).forEach(server -> row(rows, trio, trio.deflated, server));
        }
        return rows;
    }

    private void row(List<List<String>> rows, Trio trio, Scenario scenario, Contender server) {
        Figures.Spread cpu = figures.spread(scenario, server, Sample::cpuMicros);
        if (cpu == null) {
            return;
        }
        rows.add(List.of(scenario.title() + ": " + server.title(), Cells.spread(cpu),
                Cells.spread(figures.ratio(scenario, server, trio.plain, Contender.OURS)),
                trio.size == trio.plain ? Cells.NONE
                        : Cells.spread(figures.ratio(scenario, server, trio.size, Contender.OURS)),
                Cells.whole(figures.spread(scenario, server, Sample::wireBytes)),
                resident(scenario, server), scenario.memory() ? Cells.spread(figures.idleKib(scenario, server))
                        : Cells.NONE));
    }

    private String resident(Scenario scenario, Contender server) {
        return scenario.memory() ? figures.residentKib(scenario, server).stream().mapToObj(Cells::number).findFirst()
                .orElse(Cells.NONE) : Cells.NONE;
    }
}
