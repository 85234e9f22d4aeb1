package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures as a plan says, perhaps with changes. */
@Command(mixinStandardHelpOptions = true)
abstract class RunCommand implements Callable<Integer> {

    private final Plan plan;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(names = "--scenario", split = ",", paramLabel = "ID", description = "only these scenarios")
    List<String> scenarios = List.of();

    @Option(names = "--server", split = ",", paramLabel = "ID", description = "only these servers")
    List<String> servers = List.of();

    @Option(names = "--rounds", description = "how many rounds")
    int rounds;

    @Option(names = "--warm-up", paramLabel = "MILLIS", description = "how long a process is warmed up")
    long warmUpMillis;

    @Option(names = "--window", paramLabel = "MILLIS", description = "how long a measured window is")
    long windowMillis;

    @Option(names = "--limit", paramLabel = "SECONDS", description = "after what time no measurement is begun any more")
    long limitSeconds;

    @Option(names = "--before", paramLabel = "CLASS-PATH", description = "another build of this library, measured "
            + "beside this one as ours-before: its jars, folders of jars, folders of classes")
    String before = "";

    @Option(names = "--npm", description = "install the servers on Node into target, with npm")
    boolean npm;

    @Option(names = "--python", defaultValue = "/usr/bin/python3",
            description = "the interpreter that may have Autobahn: ${DEFAULT-VALUE}")
    String python = "";

    @Option(names = "--name", description = "the name of the files with the results")
    @Nullable String name;

    @Option(names = "--results", paramLabel = "FOLDER", description = "where the results go: benchmarks/results")
    @Nullable Path folder;

    RunCommand(Plan plan) {
        this.plan = plan;
    }

    /** Ours, the limits, stock Tyrus. */
    @Command(name = "quick", description = "Measures ours, the limits and stock Tyrus, in under five minutes.")
    static final class Quick extends RunCommand {
        Quick() {
            super(Plan.quick());
        }
    }

    /** What there are targets for. */
    @Command(name = "targets", description = "Measures ours and the limits as the targets say, in under 30 minutes.")
    static final class ForTargets extends RunCommand {
        ForTargets() {
            super(Plan.targets());
        }
    }

    /** Everything. */
    @Command(name = "full", description = "Measures everything, in under 45 minutes.")
    static final class Full extends RunCommand {
        Full() {
            super(Plan.full());
        }
    }

    /** Messages that are compressed. */
    @Command(name = "deflate", description = "Measures compression, in under 45 minutes.")
    static final class Deflate extends RunCommand {
        Deflate() {
            super(Plan.deflate());
        }
    }

    /** Nodes that share a Redis server. */
    @Command(name = "redis", description = "Measures nodes on Redis, in under 6 minutes.")
    static final class Redis extends RunCommand {
        Redis() {
            super(Plan.redis());
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Plan chosen = chosen();
        Workshop workshop = new Workshop(spec.root().userObject().getClass(), python, before);
        if (npm) {
            workshop.installPackages();
        }
        Results results = new Results(folder != null ? folder : Workshop.module().resolve("results"), chosen.name());
        results.begin(Machine.facts());
        boolean complete = new Run(chosen, workshop, results::add).all();
        new Report(results).write();
        System.out.println("\n" + results.file(".md"));
        boolean sound = new Figures(results.samples()).failures().isEmpty();
        return complete && sound ? 0 : 1;
    }

    private Plan chosen() {
        return new Plan(name != null ? name : plan.name(),
                scenarios.isEmpty() ? plan.scenarios() : scenarios.stream().map(Scenario::named).toList(),
                contenders(),
                plan.brief(),
                rounds > 0 ? rounds : plan.rounds(),
                warmUpMillis > 0 ? Duration.ofMillis(warmUpMillis) : plan.warmUp(),
                plan.settle(),
                windowMillis > 0 ? Duration.ofMillis(windowMillis) : plan.window(),
                plan.longest(),
                limitSeconds > 0 ? Duration.ofSeconds(limitSeconds) : plan.limit());
    }

    private List<Contender> contenders() {
        if (!servers.isEmpty()) {
            return servers.stream().map(Contender::named).toList();
        }
        return plan.contenders().stream()
                .filter(contender -> !contender.id().equals(Contender.BEFORE) || !before.isEmpty()).toList();
    }
}
