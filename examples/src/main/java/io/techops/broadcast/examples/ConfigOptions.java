package io.techops.broadcast.examples;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about where other options come from, apart from the command line; {@link Configuration} reads those. */
final class ConfigOptions {

    /** The option that names the file. */
    static final String FILE = "--config";

    /** The option that prints all options. */
    static final String PRINT = "--print-config";

    @Option(names = FILE, paramLabel = "FILE",
            description = "Properties with options, named without their dashes: port=5000. An option is taken from the "
                    + "command line, or else from the environment (BROADCAST_PORT), or else from here (default: none).")
    private @Nullable Path file;

    @Option(names = PRINT,
            description = "Prints every option, and where it comes from, as such a file with defaults as comments, and "
                    + "exits (default: off).")
    private boolean print;

    /** {@return whether the options are to be printed} */
    boolean print() {
        return print;
    }
}
