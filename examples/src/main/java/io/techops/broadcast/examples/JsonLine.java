package io.techops.broadcast.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/** Writes a record as one line of JSON (RFC 8259): time, level, logger, message, and the stack trace if it has one. */
final class JsonLine extends Formatter {

    @Override
    public String format(LogRecord record) {
        StringBuilder line = new StringBuilder(200);
        add(line.append('{'), "time", DateTimeFormatter.ISO_INSTANT.format(record.getInstant()));
        add(line.append(','), "level", LogLine.name(record.getLevel()).strip());
        add(line.append(','), "logger", record.getLoggerName());
        add(line.append(','), "message", formatMessage(record));
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace));
            add(line.append(','), "thrown", trace.toString());
        }
        return line.append('}').append(System.lineSeparator()).toString();
    }

    private static void add(StringBuilder line, String name, @Nullable String value) {
        line.append('"').append(name).append("\":\"");
        String text = value == null ? "" : value;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                line.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }
}
