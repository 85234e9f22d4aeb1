package io.techops.broadcast.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The raw data of one run, in two files: {@code name.csv}, a line a measurement, and {@code name.txt}, the machine.
 *
 * @param folder where they are
 * @param name the plan's
 */
record Results(Path folder, String name) {

    private static final String SEPARATOR = ": ";

    Path file(String suffix) {
        return folder.resolve(name + suffix);
    }

    /** Begins anew. */
    void begin(Map<String, String> facts) throws IOException {
        Files.createDirectories(folder);
        List<String> lines = new ArrayList<>();
        facts.forEach((key, value) -> lines.add(key + SEPARATOR + value));
        Files.write(file(".txt"), lines);
        Files.write(file(".csv"), List.of(Sample.HEADER));
    }

    /** Adds a measurement at once, so that a run that is cut short has left what it had. */
    void add(Sample sample) {
        try (BufferedWriter out = Files.newBufferedWriter(file(".csv"), java.nio.file.StandardOpenOption.APPEND)) {
            out.write(sample.line() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Sample> samples() throws IOException {
        return Files.readAllLines(file(".csv")).stream().skip(1).map(Sample::parse).toList();
    }

    Map<String, String> facts() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file(".txt"))) {
            int at = line.indexOf(SEPARATOR);
            facts.put(line.substring(0, at), line.substring(at + SEPARATOR.length()));
        }
        return facts;
    }
}
