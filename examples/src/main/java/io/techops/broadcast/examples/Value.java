package io.techops.broadcast.examples;

import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Formatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses one kind of option value, or fails with what is allowed. Immutable.
 *
 * @param <T> the type of the value
 */
abstract class Value<T> implements ITypeConverter<T> {

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
            super("must be from 0 to 65535", text -> Quantity.count(text, 0, 65_535));
        }
    }

    /** A number of messages to keep. */
    static final class Messages extends Value<Integer> {
        Messages() {
            super("must be from 1 to " + Retention.MAX_MESSAGES,
                    text -> Quantity.count(text, 1, Retention.MAX_MESSAGES));
        }
    }

    /** A number of peers. */
    static final class Peers extends Value<Integer> {
        Peers() {
            super("must be from 1 to " + Integer.MAX_VALUE,
                    text -> Quantity.count(text, 1, Integer.MAX_VALUE));
        }
    }

    /** The size of one message. */
    static final class MessageBytes extends Value<Integer> {
        private static final int LEAST = 125;
        private static final int MOST = 1 << 30;

        MessageBytes() {
            super("must be a number of bytes from " + LEAST + " to 1GiB, such as 65536 or 64KiB",
                    text -> Quantity.toInt(Quantity.bytes(text, LEAST, MOST)));
        }
    }

    /** The size of the log. */
    static final class LogBytes extends Value<Long> {
        private static final long MOST = 1L << 40;

        LogBytes() {
            super("must be a number of bytes from " + Retention.OVERHEAD_BYTES + " to 1024GiB, such as 8388608 or 8MiB",
                    text -> Quantity.bytes(text, Retention.OVERHEAD_BYTES, MOST));
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

    /** Whether and how messages are compressed. */
    static final class Compressed extends Value<Compression> {
        Compressed() {
            super("must be off, or a level from 1 to 9", text -> text.equals("off") ? Compression.off()
                    : text.matches("[1-9]") ? Compression.deflate().level(Integer.parseInt(text)) : null);
        }
    }

    /** How many of the newest messages a new peer gets; {@link #LATEST} for the newest of every key. */
    static final class Replayed extends Value<Integer> {
        /** The word {@code latest}. */
        static final Integer LATEST = -1;

        Replayed() {
            super("must be a number of messages from 1 to " + Retention.MAX_MESSAGES + ", or latest",
                    text -> text.equals("latest") ? LATEST
                            : Quantity.count(text, 1, Retention.MAX_MESSAGES));
        }
    }

    /** How a line of the log is written. */
    static final class LogFormat extends Value<Supplier<Formatter>> {
        LogFormat() {
            super("must be text or json", Map.<String, Supplier<Formatter>>of("text", LogLine::new,
                    "json", JsonLine::new)::get);
        }
    }

    /** How many topics there may be. */
    static final class TopicCount extends Value<Integer> {
        private static final int MOST = 1_000_000;

        TopicCount() {
            super("must be from 1 to " + MOST, text -> Quantity.count(text, 1, MOST));
        }
    }

    /** What becomes of a message whose peer may not speak. */
    static final class RefuseBy extends Value<RefuseBy.Way> {

        /** One of the two. */
        enum Way {
            CLOSE, IGNORE;

            String word() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        RefuseBy() {
            super("must be close or ignore", Map.of("close", Way.CLOSE, "ignore", Way.IGNORE)::get);
        }
    }

    /** Where to listen. */
    static final class Host extends Value<String> {
        Host() {
            super("must be a name or an address of this machine, such as localhost, 127.0.0.1 or ::1",
                    text -> accepted(text, BroadcastServer.builder()::host));
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
                    text -> text.indexOf('{') < 0 ? accepted(text, BroadcastServer.builder()::path) : null);
        }
    }

    /** The path of topics. */
    static final class TopicPath extends Value<String> {
        TopicPath() {
            super("must be a path with one segment {topic}, such as /topics/{topic}",
                    text -> text.contains("{topic}") ? accepted(text, BroadcastServer.builder()::path) : null);
        }
    }

    /** The address of a proxy, or of a block of them. */
    static final class Proxy extends Value<String> {
        Proxy() {
            super("must be an IP address, or a block of them such as 10.0.0.0/8",
                    text -> accepted(text, BroadcastServer.builder()::trustedProxy));
        }
    }

    /** The name of a header. */
    static final class HeaderName extends Value<String> {
        HeaderName() {
            super("must be the name of a header",
                    text -> accepted(text, BroadcastServer.builder()::clientAddressHeader));
        }
    }

    /** A length of time. */
    static final class Time extends Value<Duration> {
        Time() {
            super("must be a time from 1ms to 8760h, such as 500ms, 10s or 2m",
                    text -> Quantity.time(text, Duration.ofDays(365)));
        }
    }

    /** A length of time, or none. */
    static final class TimeOrOff extends Value<Duration> {
        TimeOrOff() {
            super("must be a time from 1ms to 8760h, such as 500ms, 10s or 2m, or off",
                    text -> text.equals("off") ? Duration.ZERO : Quantity.time(text, Duration.ofDays(365)));
        }
    }

    /** How long a handshake may take. */
    static final class HandshakeTime extends Value<Duration> {
        HandshakeTime() {
            super("must be a time from 1ms to 24h, such as 500ms, 10s or 2m",
                    text -> Quantity.time(text, Duration.ofDays(1)));
        }
    }

    /** How long a connection to the pages may be idle. */
    static final class PageIdleTime extends Value<Duration> {
        PageIdleTime() {
            super("must be a time from 1s to 24h, such as 75s or 2m",
                    text -> accepted(Quantity.time(text, Duration.ofDays(1)),
                            BroadcastServer.builder()::pageIdleTimeout));
        }
    }

    /** How long the end may take. */
    static final class DrainTime extends Value<Duration> {
        DrainTime() {
            super("must be a time from 1ms to 1h, such as 500ms, 10s or 2m",
                    text -> Quantity.time(text, Duration.ofHours(1)));
        }
    }

    /**
     * A number in a time.
     *
     * @param permits how many
     * @param per the time
     */
    record PerTime(int permits, Duration per) {
    }

    /** How fast a peer may be. */
    static final class Rate extends Value<PerTime> {
        private static final int MOST = 100_000;

        Rate() {
            super("must be a number of messages from 1 to " + MOST
                    + ", a slash and a time from 1ms to 24h, such as 20/1s",
                    Rate::read);
        }

        private static @Nullable PerTime read(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                return null;
            }
            Integer permits = Quantity.count(text.substring(0, slash), 1, MOST);
            Duration per = Quantity.time(text.substring(slash + 1), Duration.ofDays(1));
            return permits == null || per == null ? null : new PerTime(permits, per);
        }
    }

    /** {@return {@code value} if a setter takes it} */
    private static <V> @Nullable V accepted(@Nullable V value, Consumer<V> setter) {
        if (value == null) {
            return null;
        }
        try {
            setter.accept(value);
            return value;
        } catch (IllegalArgumentException refused) {
            return null;
        }
    }
}
