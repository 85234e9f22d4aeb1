package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProcessorsTest {

    private static String allowed(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow();
    }

    @Test
    void aServerIsLeftOneProcessorAndTheLoadTheOthers() throws IOException {
        assumeThat(Processors.missing(2)).as("needs two processors and taskset").isNull();
        assumeThat(Processors.missing(1)).as("needs two processors and taskset").isNull();
        Process server = new ProcessBuilder("sleep", "60").start();
        Process load = new ProcessBuilder("sleep", "60").start();
        try {
            String all = allowed(load);
            Processors.confine(server.pid(), 0);
            assertThat(allowed(server)).isEqualTo(all);
            Processors.confine(server.pid(), 1);
            Processors.spare(load.pid(), 1);
            assertThat(allowed(server)).isNotEqualTo(all).doesNotContain("-").doesNotContain(",");
            assertThat(allowed(load)).isNotEqualTo(all).isNotEqualTo(allowed(server));
        } finally {
            server.destroyForcibly();
            load.destroyForcibly();
        }
    }

    @Test
    void moreProcessorsThanThereAreAreMissing() throws IOException {
        assertThat(Processors.missing(100_000)).contains("only");
        assertThat(Processors.missing(0)).isNull();
    }
}
