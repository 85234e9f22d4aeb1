package io.techops.broadcast.examples;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads numbers, perhaps with a unit. The result is {@code null} if the text is not such a number or not within its
 * bounds; a number too large for a {@code long} may throw an {@link ArithmeticException} instead.
 */
final class Quantity {

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([A-Za-z]*)");

    private Quantity() {
    }

    /** {@return a number without a unit} */
    static @Nullable Integer count(String text, int least, int most) {
        return toInt(within(least, most, read(text, Map.of("", 1L))));
    }

    /** {@return a number of bytes, such as 65536 or 64KiB} */
    static @Nullable Long bytes(String text, long least, long most) {
        return within(least, most, read(text, Map.of("", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30)));
    }

    /** {@return a time of at least a millisecond, such as 500ms, 10s or 2m} */
    static @Nullable Duration time(String text, Duration most) {
        Long millis = within(1, most.toMillis(),
                read(text, Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L)));
        return millis == null ? null : Duration.ofMillis(millis);
    }

    /** {@return the number, whose bounds are those of an {@code int}} */
    static @Nullable Integer toInt(@Nullable Long value) {
        return value == null ? null : value.intValue();
    }

    private static @Nullable Long read(String text, Map<String, Long> units) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches() || matcher.group(1).length() > 18) {
            return null;
        }
        Long unit = units.get(matcher.group(2));
        return unit == null ? null : Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    }

    private static @Nullable Long within(long least, long most, @Nullable Long value) {
        return value == null || value < least || value > most ? null : value;
    }
}
