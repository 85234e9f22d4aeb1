package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Where the log goes. Everything, Tyrus and Grizzly included, ends in {@code java.util.logging}: warnings on standard
 * error; with debug, what the library says of peers and broadcasts on standard output; all from INFO up in the log
 * file, if there is one.
 */
final class Logging {

    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger(LogLine.LIBRARY); // kept, or its level would go

    private Logging() {
    }

    /**
     * Sets it up.
     *
     * @param debug whether registrations, broadcasts and departures are logged
     * @param file a file to append to, or {@code null} for none
     * @throws BadOption if the file cannot be written
     */
    static void configure(boolean debug, @Nullable Path file) throws BadOption {
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
        }
        if (debug) {
            OURS.addHandler(new LineHandler(LineOutput.standardOutput(), Level.ALL, Level.WARNING, errors));
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
