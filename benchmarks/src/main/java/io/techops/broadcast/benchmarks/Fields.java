package io.techops.broadcast.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What two of the processes say to each other: one line of {@code name=value} pairs. A value has no white space but
 * for the last one, {@code text}, which takes the rest of the line.
 */
final class Fields {

    private static final String TEXT = "text";

    private final Map<String, String> values = new LinkedHashMap<>();

    static Fields parse(String line) {
        Fields fields = new Fields();
        String rest = line.strip();
        while (!rest.isEmpty()) {
            int equals = rest.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("a field must be name=value: " + rest);
            }
            String name = rest.substring(0, equals);
            int end = name.equals(TEXT) ? rest.length() : rest.indexOf(' ', equals);
            end = end < 0 ? rest.length() : end;
            fields.values.put(name, rest.substring(equals + 1, end));
            rest = rest.substring(end).strip();
        }
        return fields;
    }

    Fields with(String name, Object value) {
        values.put(name, String.valueOf(value));
        return this;
    }

    /** Adds the field that may have white space; it must be the last one. */
    Fields withText(String text) {
        return with(TEXT, text.replace('\n', ' '));
    }

    String text() {
        return values.getOrDefault(TEXT, "");
    }

    String get(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there must be a field " + name + ": " + this);
        }
        return value;
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    int number(String name) {
        return Integer.parseInt(get(name));
    }

    long big(String name) {
        return Long.parseLong(get(name));
    }

    @Override
    public String toString() {
        StringJoiner line = new StringJoiner(" ");
        values.forEach((name, value) -> line.add(name + "=" + value));
        return line.toString();
    }
}
