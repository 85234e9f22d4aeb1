package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sets up the log. Everything, including Tyrus and Grizzly, goes to {@code java.util.logging}: warnings to standard
 * error; with debug, the library's lines about peers and broadcasts to standard output; all from INFO up to the log
 * file, if there is one.
 */
final class Logging {

    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger(LogLine.LIBRARY); // kept, or its level would be lost

    private static volatile @Nullable LineHandler logFile;

    private Logging() {
    }

    /**
     * Sets it up.
     *
     * @param debug whether registrations, broadcasts and departures are logged
     * @param file a file to append to, or {@code null} for none
     * @param format makes the formatter
     * @throws BadOption if the file cannot be written
     */
    static void configure(boolean debug, @Nullable Path file, Supplier<Formatter> format) throws BadOption {
        LogLine.prepare();
        LineHandler errors = new LineHandler(LineOutput.standardError(), Level.WARNING, Level.OFF, null);
        LineHandler log = file == null ? null : new LineHandler(open(file), Level.ALL, Level.OFF, errors);
        LogManager.getLogManager().reset();
        ServiceLogManager.keep();
        ROOT.setLevel(file == null ? Level.WARNING : Level.INFO);
        OURS.setLevel(debug ? Level.FINE : null);
        ROOT.addHandler(errors);
        if (log != null) {
            ROOT.addHandler(log);
            logFile = log;
        }
        if (debug) {
            OURS.addHandler(new LineHandler(LineOutput.standardOutput(), Level.ALL, Level.WARNING, errors));
        }
        Stream.of(ROOT, OURS).flatMap(logger -> Stream.of(logger.getHandlers()))
                .forEach(handler -> handler.setFormatter(format.get()));
    }

    /** Opens the log file again by its name, for the case that the old one was moved away. */
    static void reopen() {
        LineHandler log = logFile;
        if (log != null) {
            try {
                log.reopen();
            } catch (IOException e) {
                OURS.log(Level.WARNING, "The log file cannot be opened again, and the log goes on in the one that is "
                        + "open until the next SIGHUP: {0}", e.getMessage());
            }
        }
    }

    private static LineOutput open(Path file) throws BadOption {
        try {
            return LineOutput.appendingTo(file);
        } catch (IOException e) {
            throw new BadOption("--log-file", "must be a file that can be written", file);
        }
    }
}
