package io.techops.broadcast.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** What the runner says to this process, on its standard input. The process ends with it, however the runner ended. */
final class ControlLine {

    private ControlLine() {
    }

    /** Hands every line to {@code command}, on a thread of its own; at the end, ends the process. */
    static void follow(Consumer<String> command) {
        Thread thread = new Thread(() -> {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    command.accept(line);
                }
            } catch (IOException e) {
                // The runner is gone: the same as the end.
            }
            Runtime.getRuntime().halt(0);
        }, "control-line");
        thread.setDaemon(true);
        thread.start();
    }
}
