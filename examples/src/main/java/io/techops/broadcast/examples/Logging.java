package io.techops.broadcast.examples;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
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
        PrintStream log = file == null ? null : open(file);
        LogManager.getLogManager().reset();
        ServiceLogManager.keep();
        ROOT.setLevel(file == null ? Level.WARNING : Level.INFO);
        OURS.setLevel(debug ? Level.FINE : null);
        ROOT.addHandler(new Lines(System.err, Level.WARNING, Level.OFF));
        if (log != null) {
            ROOT.addHandler(new Lines(log, Level.ALL, Level.OFF));
        }
        if (debug) {
            OURS.addHandler(new Lines(System.out, Level.ALL, Level.WARNING));
        }
    }

    private static PrintStream open(Path file) throws BadOption {
        try {
            return new PrintStream(new FileOutputStream(file.toFile(), true), false, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BadOption("--log-file", "must be a file that can be written", file);
        }
    }

    /** Writes every record from one level up to, but not including, another one, and flushes it. */
    private static final class Lines extends Handler {

        private final PrintStream out;
        private final Level below;

        Lines(PrintStream out, Level from, Level below) {
            this.out = out;
            this.below = below;
            setLevel(from);
            setFormatter(new LogLine());
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record) && record.getLevel().intValue() < below.intValue()) {
                out.print(getFormatter().format(record));
                out.flush();
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }
}
