package io.techops.broadcast.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.logging.Formatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options about what is logged, where, and in which format. */
final class LogOptions {

    @Parameters(arity = "0..*", paramLabel = "debug", description = "The bare word does what --debug does.")
    private List<String> words = new ArrayList<>();

    @Option(names = "--debug",
            description = "Logs registrations, broadcasts and departures to standard output (default: off).")
    private boolean debugOption;

    @Option(names = "--log-file", paramLabel = "FILE",
            description = "Appends the log to this file (default: none; warnings go to standard error in any case).")
    private @Nullable Path logFile;

    @Option(names = "--log-format", paramLabel = "text|json", converter = Value.LogFormat.class,
            defaultValue = "text",
            description = "How a line of the log is written, wherever it goes (default: ${DEFAULT-VALUE}).")
    private Supplier<Formatter> logFormat = LogLine::new;

    boolean debug() {
        return debugOption || !words.isEmpty();
    }

    @Nullable Path file() {
        return logFile;
    }

    Supplier<Formatter> format() {
        return logFormat;
    }

    /** @throws BadOption if there is another word than debug */
    void check() throws BadOption {
        for (String word : words) {
            if (!word.equals("debug")) {
                throw new BadOption("a bare word", "must be debug; --help lists the options", word);
            }
        }
    }
}
