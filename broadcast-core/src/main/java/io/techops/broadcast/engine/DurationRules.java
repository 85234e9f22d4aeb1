package io.techops.broadcast.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * The rules of the builders for durations: each method returns its duration, or throws an {@link
 * IllegalArgumentException} that names the setting and the rule.
 */
public final class DurationRules {

    private static final Duration LONGEST = Duration.ofDays(365);

    private DurationRules() {
    }

    static Duration positive(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be more than zero: " + value);
        }
        return bounded(name, value);
    }

    public static Duration notNegative(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
        return bounded(name, value);
    }

    /** {@return the limit, shortened to the longest one that the timer can be given} */
    static Duration bound(Duration limit) {
        return limit.compareTo(LONGEST) < 0 ? limit : LONGEST;
    }

    private static Duration bounded(String name, Duration value) {
        if (value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be at most 365 days: " + value);
        }
        return value;
    }
}
