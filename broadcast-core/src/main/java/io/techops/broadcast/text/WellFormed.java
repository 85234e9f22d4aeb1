package io.techops.broadcast.text;

/**
 * Makes text that UTF-8 can encode, for messages, close reasons and log lines. An unpaired surrogate becomes the
 * replacement character U+FFFD, as in the conversion to a {@code USVString} in the Web IDL standard.
 */
public final class WellFormed {

    private static final char REPLACEMENT = 0xFFFD;

    private WellFormed() {
    }

    /** {@return {@code text} with unpaired surrogates replaced; {@code text} itself if there are none} */
    public static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return replaced(text, i);
            }
        }
        return text;
    }

    private static String replaced(String text, int first) {
        StringBuilder replaced = new StringBuilder(text);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                replaced.setCharAt(i, REPLACEMENT);
            }
        }
        return replaced.toString();
    }
}
