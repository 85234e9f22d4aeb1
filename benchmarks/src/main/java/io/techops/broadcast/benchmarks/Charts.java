package io.techops.broadcast.benchmarks;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler;

/** The results as charts: one a scenario, and how the cost grows. */
final class Charts {

    private static final int WIDTH = 900;
    /** Two or three bars are no chart. */
    private static final int FEWEST = 4;
    private static final Color OURS = new Color(0x1b, 0x7f, 0x5c);
    private static final Color LIMIT = new Color(0x7a, 0x7a, 0x7a);
    private static final Color OTHER = new Color(0x5b, 0x84, 0xb1);

    private final Results results;
    private final Figures figures;

    Charts(Results results) throws IOException {
        System.setProperty("java.awt.headless", "true");
        this.results = results;
        figures = new Figures(results.samples());
    }

    void draw() throws IOException {
        for (Scenario scenario : figures.scenarios()) {
            if (!scenario.others()) {
                continue; // no more than this library and the limits
            }
            if (scenario.equals(Scenario.DEFLATE_IDLE)) {
                bars(scenario, "Resident memory a peer with compression, KiB",
                        server -> figures.residentKib(scenario, server));
            } else if (scenario.traffic().rate() > 0) {
                medians(scenario, scenario.title() + ": 99th percentile, µs", sample -> sample.result().p99() / 1e3);
            } else {
                medians(scenario, scenario.title() + ": server CPU a " + scenario.traffic().unit() + ", µs",
                        Sample::cpuMicros);
            }
        }
        ratios();
        compression();
        growth();
    }

    /** What compression costs this library, as a multiple of as many bytes without it. */
    private void compression() throws IOException {
        Contender ours = Contender.named(Contender.OURS);
        List<Deflated.Trio> trios = Deflated.Trio.ALL.stream().filter(trio -> trio.size() != trio.plain()
                && figures.ratio(trio.deflated(), ours, trio.size(), Contender.OURS) != null).toList();
        if (trios.isEmpty()) {
            return;
        }
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(420)
                .title("Server CPU a delivery: a multiple of that of as many bytes without compression").build();
        style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.5).setLabelsVisible(true);
        chart.getStyler().setYAxisMin(0.0);
        List<String> names = trios.stream().map(Deflated.Trio::title).toList();
        chart.addSeries("compressed", names, multiples(trios, Deflated.Trio::deflated)).setFillColor(OURS);
        chart.addSeries("the same JSON without compression", names, multiples(trios, Deflated.Trio::plain))
                .setFillColor(OTHER);
        save(chart, "compression");
    }

    private List<Double> multiples(List<Deflated.Trio> trios, Function<Deflated.Trio, Scenario> of) {
        Contender ours = Contender.named(Contender.OURS);
        List<Double> multiples = new ArrayList<>();
        for (Deflated.Trio trio : trios) {
            Figures.Spread ratio = figures.ratio(of.apply(trio), ours, trio.size(), Contender.OURS);
            multiples.add(ratio == null ? null : rounded(ratio.median()));
        }
        return multiples;
    }

    /** What this library costs, as a multiple of the limit in Java. */
    private void ratios() throws IOException {
        Contender ours = Contender.named(Contender.OURS);
        List<Scenario> scenarios = figures.scenarios().stream()
                .filter(scenario -> figures.ratio(scenario, ours, scenario.limit("nio")) != null).toList();
        if (scenarios.isEmpty()) {
            return;
        }
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(520)
                .title("Server CPU: a multiple of the NIO loop's").build();
        style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.7).setLabelsVisible(true).setXAxisLabelRotation(35);
        chart.getStyler().setYAxisMin(0.0);
        List<String> names = scenarios.stream().map(Scenario::id).toList();
        for (Contender server : List.of(Contender.named(Contender.BEFORE), ours)) {
            List<Double> values = new ArrayList<>();
            for (Scenario scenario : scenarios) {
                Figures.Spread ratio = figures.ratio(scenario, server, scenario.limit("nio"));
                values.add(ratio == null ? null : rounded(ratio.median()));
            }
            if (values.stream().anyMatch(Objects::nonNull)) {
                chart.addSeries(server.title(), names, Collections.unmodifiableList(values))
                        .setFillColor(server.equals(ours) ? OURS : OTHER);
            }
        }
        save(chart, "ratios");
    }

    /** A bar is a server's median. */
    private record Bar(Contender server, double value) {
    }

    private void medians(Scenario scenario, String title, ToDoubleFunction<Sample> figure) throws IOException {
        bars(scenario, title, server -> {
            Figures.Spread spread = figures.spread(scenario, server, figure);
            return spread == null ? OptionalDouble.empty() : OptionalDouble.of(spread.median());
        });
    }

    private void bars(Scenario scenario, String title, Function<Contender, OptionalDouble> figure) throws IOException {
        List<Bar> bars = new ArrayList<>();
        for (Contender server : figures.servers(scenario)) {
            figure.apply(server).ifPresent(value -> bars.add(new Bar(server, value)));
        }
        if (bars.size() < FEWEST) {
            return;
        }
        bars.sort(Comparator.comparingDouble(Bar::value));
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(520).title(title).build();
        style(chart.getStyler());
        chart.getStyler().setOverlapped(true).setAvailableSpaceFill(0.7).setLabelsVisible(true).setLabelsPosition(1.04)
                .setLabelsFontColor(Color.DARK_GRAY).setLabelsFontColorAutomaticEnabled(false);
        chart.getStyler().setXAxisLabelRotation(35);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(bars.get(bars.size() - 1).value() * 1.1);
        List<String> names = bars.stream().map(bar -> bar.server().title()).toList();
        series(chart, "ours", OURS, bars, names, bar -> bar.server().isOurs());
        series(chart, "a bare loop, the limit", LIMIT, bars, names, bar -> bar.server().isLimit());
        series(chart, "other servers", OTHER, bars, names,
                bar -> !bar.server().isLimit() && !bar.server().isOurs());
        save(chart, scenario.id());
    }

    private static void series(CategoryChart chart, String name, Color color, List<Bar> bars, List<String> names,
            Predicate<Bar> belongs) {
        if (bars.stream().noneMatch(belongs)) {
            return;
        }
        List<Double> values = new ArrayList<>();
        for (Bar bar : bars) {
            values.add(belongs.test(bar) ? rounded(bar.value()) : null);
        }
        chart.addSeries(name, names, Collections.unmodifiableList(values)).setFillColor(color);
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3g", value));
    }

    private void growth() throws IOException {
        List<Scenario> steps = List.of(Scenario.GROW_100, Scenario.FAN_1, Scenario.GROW_10000);
        if (!figures.scenarios().containsAll(steps)) {
            return;
        }
        XYChart chart = new XYChartBuilder().width(WIDTH).height(560)
                .title("How the cost grows: server CPU a delivery, µs, 1 message in flight")
                .xAxisTitle("peers").yAxisTitle("µs").build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        for (Contender server : figures.servers(Scenario.FAN_1)) {
            List<Double> peers = new ArrayList<>();
            List<Double> costs = new ArrayList<>();
            for (Scenario step : steps) {
                Figures.Spread spread = figures.spread(step, server, Sample::cpuMicros);
                if (spread != null) {
                    peers.add((double) step.traffic().peers());
                    costs.add(spread.median());
                }
            }
            if (!costs.isEmpty()) {
                chart.addSeries(server.title(), peers, costs);
            }
        }
        save(chart, "growth");
    }

    private static void style(Styler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    }

    private void save(IChart chart, String id) throws IOException {
        ChartEncoder.saveChart(chart, results.file("-" + id + ".svg").toString(), "svg");
    }
}
