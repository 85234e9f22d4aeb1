package io.techops.broadcast.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

/** Messages as a server of quotes has them: a list of objects with the same keys and with values that differ. */
final class Json {

    /** The size of a small message, in bytes. */
    static final int SMALL = 1024;
    /** What a small message has after compression with level 6, in bytes. */
    static final int SMALL_DEFLATED = 441;
    /** The same of a large one, of 16 KiB. */
    static final int LARGE_DEFLATED = 3895;

    /** What stands before the header of a message. */
    static final byte[] BEGIN = "{\"id\":\"".getBytes(StandardCharsets.US_ASCII);

    private static final String LIST = "\",\"type\":\"quotes\",\"quotes\":[";
    private static final String NOTE = "],\"note\":\"";
    private static final String END = "\"}";
    private static final String[] VENUES = {"XETRA", "XNAS", "XNYS", "XLON", "XTKS"};
    private static final int LETTERS = 26;

    private Json() {
    }

    /**
     * {@return what follows the header in each of some messages, one after the other}
     *
     * @param count how many messages
     * @param bytes how many bytes each has
     */
    static byte[] bodies(int count, int bytes) {
        Random random = new Random(7692);
        StringBuilder all = new StringBuilder(count * bytes);
        for (int i = 0; i < count; i++) {
            all.append(body(bytes, random));
        }
        return all.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String body(int bytes, Random random) {
        StringBuilder body = new StringBuilder(LIST);
        int room = bytes - NOTE.length() - END.length();
        String quote = quote(random);
        for (String separator = ""; body.length() + separator.length() + quote.length() <= room; separator = ",") {
            body.append(separator).append(quote);
            quote = quote(random);
        }
        body.append(NOTE);
        while (body.length() < bytes - END.length()) {
            body.append((char) ('a' + random.nextInt(LETTERS)));
        }
        return body.append(END).toString();
    }

    private static String quote(Random random) {
        double bid = 10 + random.nextInt(49_000) / 100.0;
        return String.format(Locale.ROOT, "{\"symbol\":\"%c%c%c%c\",\"bid\":%.2f,\"ask\":%.2f,\"volume\":%d,"
                + "\"time\":\"2026-11-28T%02d:%02d:%02d.%03dZ\",\"venue\":\"%s\",\"halted\":false}",
                letter(random), letter(random), letter(random), letter(random), bid,
                bid + (1 + random.nextInt(20)) / 100.0, random.nextInt(1_000_000), random.nextInt(24),
                random.nextInt(60), random.nextInt(60), random.nextInt(1000), VENUES[random.nextInt(VENUES.length)]);
    }

    private static char letter(Random random) {
        return (char) ('A' + random.nextInt(LETTERS));
    }
}
