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
 * Scenario by scenario, or a few scenarios together: all servers are started and stay idle unless it is their turn.
 * Each is warmed up: a virtual machine first with few peers and many messages, because what runs once a message would
 * take it minutes to compile if each goes to thousands; then all with the load they are measured with, on all
 * processors. Only then is a server left those processors that the scenario allows. Then round by round, each round in
 * another order, each server gets one window a scenario. So a figure and the limit it is divided by were taken within
 * the same minute, and whatever else the machine did affected both.
 */

/** Runs a plan. */
final class Run {

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
        for (List<Scenario> together : plan.together()) {
            String missing = workshop.missing(together);
            if (missing != null) {
                together.forEach(scenario -> say("skipped: %s: %s", scenario.title(), missing));
            } else if (!outOfTime()) {
                run(together, able);
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

    /** {@return how many processors the servers may use; scenarios that are measured together agree about it} */
    private static int processors(List<Scenario> together) {
        return together.get(0).setup().processors();
    }

    private void run(List<Scenario> together, List<Contender> contenders) throws IOException, InterruptedException {
        together.forEach(scenario -> say("%n%s", scenario.title()));
        List<ServerProcess> servers = new ArrayList<>();
        try (LoadProcess load = new LoadProcess(workshop, processors(together))) {
            for (Scenario scenario : together) {
                for (Contender contender : contenders) {
                    if (plan.measures(scenario, contender)
                            && servers.stream().noneMatch(server -> server.serves(scenario, contender))) {
                        servers.add(new ServerProcess(contender, scenario, workshop));
                    }
                }
            }
            List<ServerProcess> ready = new ArrayList<>();
            for (ServerProcess server : servers) {
                if (works(server.scenario(), server, server::awaitPorts)) {
                    ready.add(server);
                }
            }
            // Only now, so that no server is warmed up while others still start.
            ready.removeIf(server -> outOfTime()
                    || !works(server.scenario(), server, () -> warmUp(together, server, load)));
            boolean memory = together.stream().anyMatch(Scenario::memory);
            for (int round = memory ? FRESH : 1; round <= plan.rounds(); round++) {
                if (round % 2 == 0) {
                    Collections.reverse(ready);
                } else {
                    Collections.rotate(ready, 1);
                }
                for (Scenario scenario : together) {
                    round(scenario, round, ready, load);
                }
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

    private void warmUp(List<Scenario> together, ServerProcess server, LoadProcess load)
            throws IOException, InterruptedException {
        Scenario first = server.scenario();
        if (server.contender().isJava() && first.traffic().closing() == null) {
            warmUp(server.load(first.traffic().busy(), plan.warmUp(server.contender(), first), SHORTEST_WINDOW,
                    false, plan.longest()), load);
        }
        for (Scenario scenario : together) {
            // Otherwise it is to meet many peers for the first time when its memory is measured.
            if (!scenario.memory() && server.serves(scenario, server.contender())) {
                warmUp(server.load(scenario.traffic(), plan.warmUp(server.contender(), scenario),
                        SHORTEST_WINDOW, false, plan.longest()), load);
            }
        }
        server.confine();
    }

    private static void warmUp(LoadSpec spec, LoadProcess load) throws IOException, InterruptedException {
        LoadResult result = load.measure(spec, stage -> { });
        if (!result.failure().isEmpty()) {
            throw new IOException(result.failure());
        }
    }

    private void round(Scenario scenario, int round, List<ServerProcess> ready, LoadProcess load)
            throws IOException, InterruptedException {
        List<ServerProcess> failed = new ArrayList<>();
        for (ServerProcess server : ready) {
            if (!server.serves(scenario, server.contender())) {
                continue;
            }
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
        boolean last = round == plan.rounds();
        LoadSpec spec = server.load(scenario.traffic(), plan.settle(), plan.window(scenario),
                scenario.memory() || last, plan.longest());
        long heapBefore = scenario.memory() ? server.liveHeap() : Sample.UNKNOWN;
        long residentBefore = scenario.memory() ? server.residentBefore() : Sample.UNKNOWN;
        long[] heap = {Sample.UNKNOWN};
        long[] resident = {Sample.UNKNOWN};
        long[] allocated = new long[Stage.values().length];
        Sample sample = Sample.of(scenario, server.contender(), round, load.measure(spec, stage -> {
            if (scenario.memory() && stage == Stage.CONNECTED) {
                heap[0] = server.liveHeap();
                resident[0] = server.resident();
            }
            allocated[stage.ordinal()] = server.allocated();
        }));
        if (last && !scenario.memory()) {
            heap[0] = server.liveHeap();
            resident[0] = server.resident();
        }
        long within = allocated[Stage.DONE.ordinal()] - allocated[Stage.WARM.ordinal()];
        return sample.withMemory(heap[0], resident[0], heapBefore, residentBefore)
                .withAllocated(within > 0 ? within : Sample.UNKNOWN);
    }

    private void report(Sample sample) {
        String server = Contender.named(sample.server()).title();
        if (sample.failed()) {
            say("  %d  %-18s %-24s FAILED: %s", sample.round(), sample.scenario(), server,
                    sample.result().failure());
        } else {
            say("  %d  %-18s %-24s %8.3f us of CPU %,12.0f/s   p99 %,9.0f us   load generator %3.0f %%",
                    sample.round(), sample.scenario(), server, sample.cpuMicros(), sample.deliveriesPerSecond(),
                    sample.result().p99() / 1e3, sample.loadShare() * 100);
        }
        samples.accept(sample);
    }

    private static void say(String format, @Nullable Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
