package io.techops.broadcast.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The targets of this library, and whether a run meets them. */
final class Targets {

    /**
     * A cost, as a multiple of another one of the same round.
     *
     * @param scenario what is measured
     * @param base what is measured in the same rounds
     * @param limit the server that {@code base} is measured with
     * @param name of what the cost is divided by, in the report
     * @param most the target
     */
    private record Ratio(Scenario scenario, Scenario base, String limit, String name, double most) {
    }

    private static final List<Ratio> RATIOS = List.of(
            loop(Scenario.FAN_1, 1.10), loop(Scenario.FAN_64, 1.15), loop(Scenario.WIDE, 1.15),
            loop(Scenario.CHAT, 1.5), loop(Scenario.CHAT_4, 1.5), loop(Scenario.CHAT_ONE, 1.5),
            loop(Scenario.CHAT_4_ONE, 1.5), loop(Scenario.LARGE, 1.15), loop(Scenario.LARGE_ONE, 1.15),
            loop(Scenario.HANDSHAKE, 1.5), loop(Scenario.HANDSHAKE_AWAY, 1.5), loop(Scenario.HANDSHAKE_EMPTY, 1.5),
            closing(Scenario.HANDSHAKE_AWAY), closing(Scenario.HANDSHAKE_EMPTY),
            plain(Scenario.NUMBERED_1, Scenario.FAN_1), plain(Scenario.NUMBERED_64, Scenario.FAN_64),
            deflated(Scenario.DEFLATE_1K_1, Scenario.SIZE_1K_1), deflated(Scenario.DEFLATE_1K_64, Scenario.SIZE_1K_64),
            deflated(Scenario.DEFLATE_16K_1, Scenario.SIZE_16K_1),
            deflated(Scenario.DEFLATE_16K_64, Scenario.SIZE_16K_64));
    /** How much longer a delivery may take while others come back. */
    private static final double DELAY = 1.10;
    private static final Contender OURS = Contender.named(Contender.OURS);
    /** How many times the messages a second of the other server on Redis. */
    private static final double REDIS_TIMES = 5;
    private static final double GROWTH = 1.1;
    private static final double IDLE_KIB = 2;
    /** What may be allocated for a message, whatever the number of peers that it is for. */
    private static final double MESSAGE_BYTES = 1024;

    private final Figures figures;
    private final List<List<String>> rows = new ArrayList<>();

    Targets(Figures figures) {
        this.figures = figures;
    }

    private static Ratio loop(Scenario scenario, double most) {
        String limit = scenario.limit("nio");
        return new Ratio(scenario, scenario, limit, "x the " + Contender.named(limit).title(), most);
    }

    private static Ratio closing(Scenario scenario) {
        return new Ratio(scenario, Scenario.HANDSHAKE, Contender.OURS, "x the same with 1000", 1.2);
    }

    private static Ratio plain(Scenario scenario, Scenario plain) {
        return new Ratio(scenario, plain, Contender.OURS, "x a plain one", 1.10);
    }

    private static Ratio deflated(Scenario scenario, Scenario size) {
        return new Ratio(scenario, size, Contender.OURS, "x messages as large as the compressed ones", 1.15);
    }

    /** {@return what is measured for them, but for those about others and about nodes that share Redis} */
    static List<Scenario> scenarios() {
        return Stream.concat(RATIOS.stream().flatMap(ratio -> Stream.of(ratio.base, ratio.scenario)),
                Stream.of(Scenario.GROW_100, Scenario.GROW_10000)).distinct().toList();
    }

    /** {@return a row for each target that the run has figures for: what, at most, measured, met} */
    List<List<String>> rows() {
        for (Ratio ratio : RATIOS) {
            Figures.Spread measured = figures.ratio(ratio.scenario, OURS, ratio.base, ratio.limit);
            if (measured != null) {
                add(ratio.scenario.title(), Cells.number(ratio.most) + " " + ratio.name, Cells.spread(measured),
                        measured.median() <= ratio.most);
            }
        }
        growth();
        Figures.Spread idle = figures.idleKib(Scenario.GROW_10000, OURS);
        if (idle != null) {
            add("An idle peer", Cells.number(IDLE_KIB) + " KiB of live heap", Cells.spread(idle),
                    idle.median() <= IDLE_KIB);
        }
        for (Scenario scenario : List.of(Scenario.FAN_1, Scenario.FAN_64, Scenario.NUMBERED_1,
                Scenario.NUMBERED_64, Scenario.TLS_1, Scenario.TLS_64)) {
            double most = MESSAGE_BYTES / scenario.traffic().peers();
            figures.once(scenario, OURS, Sample::allocatedBytes).ifPresent(bytes -> add(
                    scenario.title() + ": allocated on the heap",
                    "0 B a delivery, 1 KiB a message: " + Cells.number(most) + " B a delivery",
                    Cells.number(bytes) + " B", bytes <= most));
        }
        for (Scenario base : List.of(Scenario.RESUME_PRESENT, Scenario.RESUME_NONE)) {
            delay("p50", base, sample -> sample.result().p50());
            delay("p99", base, sample -> sample.result().p99());
        }
        latency("p50", 50);
        latency("p99", 99);
        redis();
        return rows;
    }

    private void redis() {
        Contender other = Contender.named(Contender.SOCKET_IO);
        Figures.Spread times = figures.ratio(Scenario.REDIS_2, OURS, Scenario.REDIS_2, other.id(),
                Sample::messagesPerSecond);
        if (times != null) {
            add(Scenario.REDIS_2.title() + ": messages a second", "at least " + Cells.number(REDIS_TIMES) + " x "
                    + other.title(), Cells.spread(times), times.median() >= REDIS_TIMES);
        }
        for (Scenario scenario : List.of(Scenario.REDIS_2, Scenario.REDIS_RATE)) {
            Figures.Spread ours = figures.spread(scenario, OURS, sample -> sample.result().p99() / 1e6);
            Figures.Spread theirs = figures.spread(scenario, other, sample -> sample.result().p50() / 1e6);
            if (ours != null && theirs != null) {
                add(scenario.title() + ": p99", "below the p50 of " + other.title() + ", " + millis(theirs.median()),
                        millis(ours.median()), ours.median() < theirs.median());
            }
        }
    }

    private void add(String what, String target, String measured, boolean met) {
        rows.add(List.of(what, target, measured, met ? "yes" : "**no**"));
    }

    private void growth() {
        Double ours = figures.growth(Contender.OURS);
        Double loop = figures.growth("c");
        if (ours != null && loop != null) {
            add("Growth from 100 to 10,000 peers", Cells.number(GROWTH) + " x the C loop's, " + Cells.number(loop),
                    Cells.number(ours / loop) + " x: " + Cells.number(ours), ours / loop <= GROWTH);
        }
    }

    private void delay(String name, Scenario base, ToDoubleFunction<Sample> percentile) {
        Figures.Spread measured = figures.ratio(Scenario.RESUME, OURS, base, Contender.OURS, percentile);
        if (measured != null) {
            add(Scenario.RESUME.title() + ": " + name,
                    Cells.number(DELAY) + (base.traffic().background().peers() > 0
                            ? " x the same peers, none of which had missed anything"
                            : " x without those that come back"),
                    Cells.spread(measured), measured.median() <= DELAY);
        }
    }

    private void latency(String name, int percentile) {
        Double ours = latency(OURS, percentile);
        Contender best = null;
        double least = Double.MAX_VALUE;
        for (Contender other : figures.servers(Scenario.RATE)) {
            Double theirs = latency(other, percentile);
            if (other.isJava() && !other.isOurs() && !other.isLimit() && theirs != null && theirs < least) {
                best = other;
                least = theirs;
            }
        }
        if (ours != null && best != null) {
            add(Scenario.RATE.title() + ": " + name, "below every other server on the JVM: " + best.title() + ", "
                    + millis(least), millis(ours), ours < least);
        }
    }

    private @Nullable Double latency(Contender server, int percentile) {
        Figures.Spread spread = figures.spread(Scenario.RATE, server, sample ->
                (percentile == 50 ? sample.result().p50() : sample.result().p99()) / 1e6);
        return spread == null ? null : spread.median();
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.1f ms", value);
    }
}
