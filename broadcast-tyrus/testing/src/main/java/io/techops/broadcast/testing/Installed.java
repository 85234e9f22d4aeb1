package io.techops.broadcast.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Checks for programs of the system that tests start. */
public final class Installed {

    private Installed() {
    }

    /**
     * Skips the test if a program is not in the path, and gives that as the reason. If the environment variable {@code
     * required} is {@code true}, as in CI, the test is not skipped, and fails when it starts the program.
     */
    public static void orSkip(String program, String required) {
        boolean isInstalled = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
        if (!isInstalled && !"true".equals(System.getenv(required))) {
            Assumptions.abort("there is no " + program + " in the path, and " + required + " is not true");
        }
    }
}
