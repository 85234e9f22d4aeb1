package io.techops.broadcast.logging;

import io.techops.broadcast.text.WellFormed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes values that a peer controls safe for a log: its address, its query, the phrase of its close frame, the message
 * of an exception that quotes it. The result is one line of bounded length without control characters, so that no value
 * can forge a line, or control the terminal of a reader.
 */
public final class LogSanitizer {

    private static final int MAX_LENGTH = 1_000;
    private static final int MAX_CAUSES = 10;

    private LogSanitizer() {
    }

    /** {@return the text of a value, safe for a log; the name of its class if its {@code toString} throws} */
    public static String of(Object value) {
        try {
            return line(String.valueOf(value));
        } catch (Throwable thrown) { // by its toString, or by that of what it holds
            return value.getClass().getName() + ", whose toString threw " + thrown.getClass().getName();
        }
    }

    private static String line(String raw) {
        String text = WellFormed.text(raw);
        StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 16);
        int i = 0;
        while (i < text.length() && i < MAX_LENGTH) {
            int point = text.codePointAt(i);
            int next = i + Character.charCount(point);
            if (isHarmless(point)) {
                line.appendCodePoint(point);
            } else {
                text.substring(i, next).chars().forEach(c -> line.append(String.format("\\u%04x", c)));
            }
            i = next;
        }
        return i < text.length() ? line.append("... ").append(text.length()).append(" in all").toString()
                : line.toString();
    }

    /**
     * {@return a throwable that prints like {@code thrown}, safe for a log; {@code thrown} itself if it is safe
     * already}
     */
    public static Throwable of(Throwable thrown) {
        return of(thrown, List.of());
    }

    /**
     * {@return the same, with {@code ***} in place of secrets} They are replaced in its message and in those of its
     * causes.
     *
     * @param secrets the secrets, none of them empty; a secret that contains another one is before it
     */
    public static Throwable of(Throwable thrown, List<String> secrets) {
        try {
            return isHarmless(thrown, secrets, MAX_CAUSES) ? thrown
                    : new SanitizedException(thrown, secrets, MAX_CAUSES);
        } catch (Throwable again) { // thrown by a method of it, or of one of its causes
            return new SanitizedException(thrown.getClass().getName() + ", which threw " + again.getClass().getName()
                    + " when it was to be printed");
        }
    }

    private static boolean isHarmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static boolean isHarmless(Throwable thrown, List<String> secrets, int causes) {
        Throwable cause = thrown.getCause();
        String text = String.valueOf(thrown);
        return thrown.getSuppressed().length == 0 && line(text, secrets).equals(text) && thrown.getStackTrace() != null
                && (cause == null || causes > 0 && isHarmless(cause, secrets, causes - 1));
    }

    private static String line(String raw, List<String> secrets) {
        String shown = raw;
        for (String secret : secrets) {
            shown = shown.replace(secret, "***");
        }
        return line(shown);
    }

    /**
     * Represents another throwable by its sanitized text, its stack trace and its causes, without its suppressed
     * exceptions.
     */
    private static final class SanitizedException extends Exception {

        private static final long serialVersionUID = 1;

        SanitizedException(Throwable thrown, List<String> secrets, int causes) {
            super(line(String.valueOf(thrown), secrets), cause(thrown, secrets, causes), false, true);
            setStackTrace(thrown.getStackTrace());
        }

        SanitizedException(String text) {
            super(text, null, false, true);
        }

        private static @Nullable Throwable cause(Throwable thrown, List<String> secrets, int causes) {
            Throwable cause = thrown.getCause();
            return cause == null || causes == 0 ? null : new SanitizedException(cause, secrets, causes - 1);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }
}
