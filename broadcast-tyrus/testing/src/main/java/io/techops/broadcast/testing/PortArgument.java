package io.techops.broadcast.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.function.Function;

/** What a program does with a port that it cannot use. */
public final class PortArgument {

    private PortArgument() {
    }

    /**
     * Asserts that a program ends with one line, and the right exit code, if its port is a word or is in use.
     *
     * @param program starts the program with the port as its argument
     */
    public static void isCheckedBy(Function<String, Program> program) throws IOException {
        try (Program bad = program.apply("http"); ServerSocket taken = new ServerSocket(0)) {
            bad.refuses(2, "the port must be a number from 0 to 65535: http");
            String port = Integer.toString(taken.getLocalPort());
            try (Program late = program.apply(port)) {
                late.refuses(1, ".*\\b" + port + "\\b.*");
            }
        }
    }
}
