package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws the charts from the raw data, and writes the pages anew, with the charts in them. */
@Command(name = "draw", mixinStandardHelpOptions = true, description = "Draws the charts of all runs in the results.")
final class DrawCommand implements Callable<Integer> {

    private static final String RAW = ".csv";

    @Option(names = "--results", paramLabel = "FOLDER", description = "where the results are: benchmarks/results")
    @Nullable Path folder;

    @Override
    public Integer call() throws IOException {
        Path from = folder != null ? folder : Workshop.module().resolve("results");
        List<String> names;
        try (Stream<Path> files = Files.list(from)) {
            names = files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(RAW))
                    .map(name -> name.substring(0, name.length() - RAW.length())).sorted().toList();
        }
        for (String name : names) {
            Results results = new Results(from, name);
            new Charts(results).draw();
            new Report(results).write();
            System.out.println(results.file(".md"));
        }
        return 0;
    }
}
