package io.techops.broadcast.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes a record as one line: time stamp with offset, level, message; and the logger if it is not one of this library.
 * From WARN up, a stack trace follows on lines of its own. What peers can put into a message, such as the phrase of a
 * close frame, can neither begin a line nor control a terminal.
 */
final class LogLine extends Formatter {

    /** The prefix of the names of all loggers of this library. */
    static final String LIBRARY = "io.techops.broadcast";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    /**
     * Formats a line with everything that a line can have. Some classes of the JDK open a file at their first use, for
     * example those for time zones; if there is no descriptor at that moment they stay unusable for the life of the
     * process. So they are used at the start.
     */
    static void prepare() {
        LogRecord record = new LogRecord(Level.SEVERE, "{0}\n");
        record.setParameters(new Object[] {1});
        record.setThrown(new IllegalStateException(new IllegalArgumentException()));
        new LogLine().format(record);
    }

    @Override
    public String format(LogRecord record) {
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(record.getInstant().atZone(ZoneId.systemDefault()), line);
        line.append(' ').append(name(record.getLevel())).append(' ');
        String logger = record.getLoggerName();
        if (logger != null && !logger.startsWith(LIBRARY)) {
            line.append(logger).append(": ");
        }
        appendPrintable(line, formatMessage(record));
        Throwable thrown = record.getThrown();
        if (thrown == null) {
            return line.append(System.lineSeparator()).toString();
        }
        if (record.getLevel().intValue() < Level.WARNING.intValue()) {
            line.append(": ");
            appendPrintable(line, thrown.toString());
            return line.append(System.lineSeparator()).toString();
        }
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return line.append(System.lineSeparator()).append(trace).toString();
    }

    /** {@return a level in five characters} */
    static String name(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARN ";
        }
        return value >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }

    private static void appendPrintable(StringBuilder line, String message) {
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                line.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                line.append(c);
            }
        }
    }
}
