package io.techops.broadcast.spring;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Applies a property to a setting of a builder. */
final class Setting {

    private Setting() {
    }

    /**
     * Applies a value, or leaves the builder's default if there is no value.
     *
     * @throws IllegalArgumentException if the builder does not accept the value; the message names the property
     */
    static <T> void set(String property, @Nullable T value, Consumer<T> setting) {
        if (value == null) {
            return;
        }
        try {
            setting.accept(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(property + ": " + e.getMessage(), e);
        }
    }
}
