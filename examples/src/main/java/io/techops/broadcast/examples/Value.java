package io.techops.broadcast.examples;

import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads one kind of option value, or says what is allowed. Immutable.
 *
 * @param <T> what the value means
 */
abstract class Value<T> implements ITypeConverter<T> {

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([A-Za-z]*)");

    private final String rule;
    private final Function<String, @Nullable T> reader;

    /**
     * @param rule what is allowed, beginning with a verb
     * @param reader reads a value; {@code null}, or an {@link ArithmeticException}, if it breaks the rule
     */
    private Value(String rule, Function<String, @Nullable T> reader) {
        this.rule = rule;
        this.reader = reader;
    }

    /** {@return what is allowed, beginning with a verb} */
    final String rule() {
        return rule;
    }

    @Override
    public final T convert(String text) {
        try {
            T value = reader.apply(text);
            if (value != null) {
                return value;
            }
        } catch (ArithmeticException tooLarge) {
            // Breaks the rule like any other bad value.
        }
        throw new TypeConversionException(rule);
    }

    /** A TCP port; 0 is any free one. */
    static final class Port extends Value<Integer> {
        Port() {
            super("must be from 0 to 65535", text -> toInt(within(0, 65_535, quantity(text, Map.of("", 1L)))));
        }
    }

    /** A number of messages to keep. */
    static final class Messages extends Value<Integer> {
        Messages() {
            super("must be from 1 to " + Retention.MAX_MESSAGES,
                    text -> toInt(within(1, Retention.MAX_MESSAGES, quantity(text, Map.of("", 1L)))));
        }
    }

    /** The size of one message. */
    static final class MessageBytes extends Value<Integer> {
        private static final int LEAST = 125;
        private static final int MOST = 1 << 30;

        MessageBytes() {
            super("must be a number of bytes from " + LEAST + " to 1GiB, such as 65536 or 64KiB",
                    text -> toInt(within(LEAST, MOST, size(text))));
        }
    }

    /** The size of the log. */
    static final class LogBytes extends Value<Long> {
        private static final long MOST = 1L << 40;

        LogBytes() {
            super("must be a number of bytes from " + Retention.OVERHEAD + " to 1024GiB, such as 8388608 or 8MiB",
                    text -> within(Retention.OVERHEAD, MOST, size(text)));
        }
    }

    /** What becomes of a slow peer. */
    static final class Overflow extends Value<OverflowPolicy> {
        private static final Map<String, OverflowPolicy> POLICIES =
                Map.of("disconnect", OverflowPolicy.disconnect(), "skip", OverflowPolicy.skip());

        Overflow() {
            super("must be disconnect or skip", POLICIES::get);
        }
    }

    /** Where a page may come from (RFC 6454 section 6.2). */
    static final class Origin extends Value<String> {
        Origin() {
            super("must be like https://example.org or http://localhost:8080, or null for pages opened as a file, or * "
                    + "for any", text -> accepted(text, BroadcastServer.builder()::allowOrigin));
        }
    }

    /** The path of a URI. */
    static final class UriPath extends Value<String> {
        UriPath() {
            super("must begin with / and be written as in a URI, without ? and #",
                    text -> accepted(text, BroadcastServer.builder()::path));
        }
    }

    /** A length of time. */
    static final class Time extends Value<Duration> {
        private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
        private static final long MOST = Duration.ofDays(365).toMillis();

        Time() {
            super("must be a time from 1ms to 8760h, such as 500ms, 10s or 2m", text -> {
                Long millis = within(1, MOST, quantity(text, MILLIS));
                return millis == null ? null : Duration.ofMillis(millis);
            });
        }
    }

    /** {@return {@code text} if a setter takes it} */
    private static @Nullable String accepted(String text, Consumer<String> setter) {
        try {
            setter.accept(text);
            return text;
        } catch (IllegalArgumentException refused) {
            return null;
        }
    }

    private static @Nullable Long size(String text) {
        return quantity(text, Map.of("", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30));
    }

    private static @Nullable Long quantity(String text, Map<String, Long> units) {
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

    private static @Nullable Integer toInt(@Nullable Long value) {
        return value == null ? null : value.intValue();
    }
}
