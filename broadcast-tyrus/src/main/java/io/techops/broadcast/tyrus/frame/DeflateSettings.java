package io.techops.broadcast.tyrus.frame;

import java.util.List;

/**
 * How messages are compressed.
 *
 * @param level of the compression, from 1 to 9 (zlib)
 * @param minBytes the size of the smallest message that is compressed, in bytes
 * @param exceptions texts; the offers of a client whose {@code User-Agent} contains one of them are declined
 */
public record DeflateSettings(int level, int minBytes, List<String> exceptions) {

    /** {@return settings without exceptions} */
    public static DeflateSettings of(int level, int minBytes) {
        return new DeflateSettings(level, minBytes, List.of());
    }
}
