package io.techops.broadcast.logging;

import io.techops.broadcast.text.WellFormed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes harmless for a log what a peer may have written: its address, its query, the phrase of its close frame, the
 * message of an exception that quotes it. What comes out is one line of bounded length, without control characters, so
 * that no value can forge a line, or control the terminal of the reader.
 */
public final class LogSanitizer {

    private static final int MAX_LENGTH = 1_000;
    private static final int MAX_CAUSES = 10;

    private LogSanitizer() {
    }

    /** {@return the text of a value, fit for a log; its class if it cannot say more} */
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

    /** {@return a throwable that is printed as {@code thrown} is, fit for a log; itself if it is already} */
    public static Throwable of(Throwable thrown) {
        return of(thrown, List.of());
    }

    /**
     * {@return the same, with {@code ***} for what no log may show} In its message and in those of its causes.
     *
     * @param secrets none is empty; of two of which one contains the other, the longer one is first
     */
    public static Throwable of(Throwable thrown, List<String> secrets) {
        try {
            return isHarmless(thrown, secrets, MAX_CAUSES) ? thrown
                    : new SanitizedException(thrown, secrets, MAX_CAUSES);
        } catch (Throwable again) { // by one of its methods, or by one of its causes'
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

    /** Stands for another throwable: its text made harmless, its stack trace, its causes; not what was suppressed. */
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
