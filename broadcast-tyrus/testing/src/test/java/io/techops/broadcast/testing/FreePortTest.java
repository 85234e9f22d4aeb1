package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ports of processes that run at the same time. */
class FreePortTest {

    private static final int BLOCKS = 2;

    /** A process that takes a block, and has it until its input ends. */
    static final class Taker {

        private Taker() {
        }

        /** Prints the block. */
        public static void main(String[] folder) throws IOException {
            System.out.println(FreePort.takeBlock(Path.of(folder[0]), BLOCKS));
            while (System.in.read() >= 0) {
                // nothing is sent
            }
        }
    }

    @Test
    void aBlockBelongsToOneProcessUntilItEnds(@TempDir Path folder) throws Exception {
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                String.join(File.pathSeparator, "target/classes", "target/test-classes"), Taker.class.getName(),
                folder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        int taken;
        int own;
        try {
            taken = other.inputReader(StandardCharsets.UTF_8).readLine().charAt(0) - '0';
            own = FreePort.takeBlock(folder, BLOCKS);
            assertThat(own).isBetween(0, BLOCKS - 1).isNotEqualTo(taken);
            assertThatThrownBy(() -> FreePort.takeBlock(folder, BLOCKS)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(folder.toString());
        } finally {
            other.getOutputStream().close();
            assertThat(other.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(FreePort.takeBlock(folder, BLOCKS)).isEqualTo(taken);
    }

    @Test
    void noPortIsFoundTwice() {
        Set<Integer> found = new HashSet<>();
        for (int i = 0; i < 150; i++) {
            assertThat(found.add(FreePort.find())).isTrue();
        }
        assertThat(found).allMatch(port -> port >= 10_000 && port < 20_000);
    }
}
