package io.techops.broadcast.examples;

import java.io.IOException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes every record from one level up to, but not including, another one. Never throws: a line that cannot be written
 * is lost and counted, whatever the cause. The first one is reported to another handler at once, and their number to
 * both as soon as a line can be written again. Safe for use by any number of threads.
 */
final class LineHandler extends Handler {

    private final LineOutput output;
    private final Level below;
    private final @Nullable Handler operator;
    /** How many lines were lost since the last one that was written; guarded by this. */
    private long lost;

    /**
     * @param operator reports that lines are lost; null if there is no other handler
     */
    LineHandler(LineOutput output, Level from, Level below, @Nullable Handler operator) {
        this.output = output;
        this.below = below;
        this.operator = operator;
        setLevel(from);
        setFormatter(new LogLine());
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record) || record.getLevel().intValue() >= below.intValue()) {
            return;
        }
        try {
            write(getFormatter().format(record));
        } catch (Throwable e) { // also an Error: the thread that logs must go on with its own work
            lose(e);
        }
    }

    /**
     * Opens the file again by its name, after the old one was moved away.
     *
     * @throws IOException if it cannot be opened: then the old file is still used
     */
    synchronized void reopen() throws IOException {
        output.reopen();
    }

    private synchronized void write(String line) throws IOException {
        if (lost == 0) {
            output.write(line);
            return;
        }
        LogRecord summary = new LogRecord(Level.WARNING, (lost == 1 ? "1 line was" : lost + " lines were")
                + " lost before this one: " + output.name() + " could not be written");
        summary.setLoggerName(LogLine.LIBRARY);
        output.write(getFormatter().format(summary) + line);
        lost = 0;
        tell(summary);
    }

    private synchronized void lose(Throwable cause) {
        lost++;
        if (lost > 1) {
            return;
        }
        try {
            LogRecord warning = new LogRecord(Level.WARNING, output.name() + " cannot be written, lines are lost: "
                    + (cause instanceof IOException ? cause.getMessage() : cause));
            warning.setLoggerName(LogLine.LIBRARY);
            tell(warning);
        } catch (Throwable e) {
            // The line is counted; the summary will report it.
        }
    }

    private void tell(LogRecord record) {
        if (operator != null) {
            operator.publish(record);
        }
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        // The outputs stay open to the end of the process.
    }
}
