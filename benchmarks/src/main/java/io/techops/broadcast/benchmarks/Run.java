package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * Scenario by scenario: all servers are started and stay idle unless it is their turn; each is warmed up, a virtual
 * machine first with few peers and many messages, because what runs once a message would take it minutes to compile if
 * each goes to thousands, and then all with the very load they are measured with; then round by round, each round in another order, each server gets one window. So a figure
 * and the limit it is divided by were taken within the same minute, and whatever the machine did besides hit all alike.
 */

/** Runs a plan. */
final class Run {

    private static final Duration CELL_LIMIT = Duration.ofSeconds(25);
    private static final Duration SHORTEST_WINDOW = Duration.ofMillis(200);
    /** In this round, which counts for nothing else, the memory of a fresh process is measured. */
    private static final int FRESH = 0;

    private final Plan plan;
    private final Workshop workshop;
    private final Consumer<Sample> samples;
    private final long deadline;
    private boolean outOfTime;

    /**
     * @param samples takes what was measured, as it is measured
     */
    Run(Plan plan, Workshop workshop, Consumer<Sample> samples) {
        this.plan = plan;
        this.workshop = workshop;
        this.samples = samples;
        deadline = System.nanoTime() + plan.limit().toNanos();
    }

    /** {@return whether there was time for all of it} */
    boolean all() throws IOException, InterruptedException {
        List<Contender> able = new ArrayList<>();
        for (Contender contender : plan.contenders()) {
            String missing = workshop.missing(contender);
            if (missing == null) {
                able.add(contender);
            } else {
                say("skipped: %s: %s", contender.title(), missing);
            }
        }
        for (Scenario scenario : plan.scenarios()) {
            if (!outOfTime()) {
                say("%n%s", scenario.title());
                run(scenario, able.stream().filter(contender -> !scenario.tls() || contender.tls()).toList());
            }
        }
        if (outOfTime) {
            say("%nThere was no time for the rest: the limit is %d s.", plan.limit().toSeconds());
        }
        return !outOfTime;
    }

    private boolean outOfTime() {
        outOfTime |= System.nanoTime() - deadline > 0;
        return outOfTime;
    }

    private void run(Scenario scenario, List<Contender> contenders) throws IOException, InterruptedException {
        List<ServerProcess> servers = new ArrayList<>();
        try (LoadProcess load = new LoadProcess(workshop)) {
            for (Contender contender : contenders) {
                servers.add(new ServerProcess(contender, scenario, workshop));
            }
            List<ServerProcess> ready = new ArrayList<>();
            for (ServerProcess server : servers) {
                if (works(scenario, server, server::awaitPort)) {
                    ready.add(server);
                }
            }
            // Only now, so that nobody is warmed up while others still start.
            ready.removeIf(server -> outOfTime() || !works(scenario, server, () -> warmUp(scenario, server, load)));
            for (int round = scenario.memory() ? FRESH : 1; round <= plan.rounds(); round++) {
                Collections.rotate(ready, 1);
                round(scenario, round, ready, load);
            }
        } finally {
            servers.forEach(ServerProcess::close);
        }
    }

    /** A part of getting a server ready. */
    private interface Step {
        void take() throws IOException, InterruptedException;
    }

    /** {@return whether a step succeeds; reports it if not} */
    private boolean works(Scenario scenario, ServerProcess server, Step step) {
        try {
            step.take();
            return true;
        } catch (IOException e) {
            report(Sample.of(scenario, server.contender(), 0, LoadResult.failed(String.valueOf(e.getMessage()))));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void warmUp(Scenario scenario, ServerProcess server, LoadProcess load)
            throws IOException, InterruptedException {
        if (server.contender().isJava()) {
            publish(scenario.busy(), server, load);
        }
        if (!scenario.memory()) { // otherwise it is to meet many peers for the first time when its memory is measured
            publish(scenario, server, load);
        }
    }

    private void publish(Scenario scenario, ServerProcess server, LoadProcess load)
            throws IOException, InterruptedException {
        LoadResult result = load.measure(scenario.spec(server.pid(), server.port(),
                plan.warmUp(server.contender()), SHORTEST_WINDOW, CELL_LIMIT), () -> { });
        if (!result.failure().isEmpty()) {
            throw new IOException(result.failure());
        }
    }

    private void round(Scenario scenario, int round, List<ServerProcess> ready, LoadProcess load)
            throws IOException, InterruptedException {
        List<ServerProcess> failed = new ArrayList<>();
        for (ServerProcess server : ready) {
            if (outOfTime()) {
                return;
            }
            Sample sample;
            try {
                sample = cell(scenario, round, server, load);
            } catch (IOException e) {
                sample = Sample.of(scenario, server.contender(), round,
                        LoadResult.failed(String.valueOf(e.getMessage())));
            }
            report(sample);
            if (sample.failed()) {
                failed.add(server);
            }
        }
        ready.removeAll(failed); // whatever state it is in, it is not one to be measured
    }

    private Sample cell(Scenario scenario, int round, ServerProcess server, LoadProcess load)
            throws IOException, InterruptedException {
        LoadSpec spec = scenario.spec(server.pid(), server.port(), plan.settle(), plan.window(scenario), CELL_LIMIT);
        if (!scenario.memory()) {
            Sample sample = Sample.of(scenario, server.contender(), round, load.measure(spec, () -> { }));
            return round < plan.rounds() ? sample
                    : sample.withMemory(server.liveHeap(), server.resident(), Sample.UNKNOWN, Sample.UNKNOWN);
        }
        long heapBefore = server.liveHeap();
        long residentBefore = server.residentBefore();
        long[] idle = {Sample.UNKNOWN, Sample.UNKNOWN};
        LoadResult result = load.measure(spec, () -> {
            idle[0] = server.liveHeap();
            idle[1] = server.resident();
        });
        return Sample.of(scenario, server.contender(), round, result)
                .withMemory(idle[0], idle[1], heapBefore, residentBefore);
    }

    private void report(Sample sample) {
        String server = Contender.named(sample.server()).title();
        if (sample.failed()) {
            say("  %d  %-24s FAILED: %s", sample.round(), server, sample.result().failure());
        } else {
            say("  %d  %-24s %8.3f us a delivery %,12.0f deliveries/s   p99 %,9.0f us   load generator %3.0f %%",
                    sample.round(), server, sample.cpuMicros(), sample.deliveriesPerSecond(),
                    sample.result().p99() / 1e3, sample.loadShare() * 100);
        }
        samples.accept(sample);
    }

    private static void say(String format, @Nullable Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
