package io.techops.broadcast.tyrus.frame;

/**
 * Checks UTF-8 byte by byte (RFC 3629 section 4), so that invalid bytes are found at once: overlong forms, surrogates,
 * code points beyond U+10FFFF, stray and missing continuation bytes. For one thread.
 */
final class Utf8Validator {

    private static final int LEAST = 0x80;
    private static final int MOST = 0xBF;

    /** How many bytes of a character are still to come, and the range of the next one. */
    private int due;
    private int least = LEAST;
    private int most = MOST;

    /** {@return whether the text can go on with these bytes} Must not be called again after it returned false. */
    boolean takes(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((due > 0 || bytes[i] < 0) && !takes(bytes[i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    private boolean takes(int value) {
        if (due > 0) {
            boolean fits = value >= least && value <= most;
            due--;
            least = LEAST;
            most = MOST;
            return fits;
        }
        if (value < 0xC2 || value > 0xF4) {
            return false;
        }
        due = value < 0xE0 ? 1 : value < 0xF0 ? 2 : 3;
        switch (value) {
            case 0xE0 -> least = 0xA0;
            case 0xED -> most = 0x9F;
            case 0xF0 -> least = 0x90;
            case 0xF4 -> most = 0x8F;
            default -> { }
        }
        return true;
    }
}
