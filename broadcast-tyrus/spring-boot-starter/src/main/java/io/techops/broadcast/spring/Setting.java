package io.techops.broadcast.spring;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A setting of a builder, from a property. */
final class Setting {

    private Setting() {
    }

    /**
     * Sets what is set, and leaves the builder's default otherwise.
     *
     * @throws IllegalArgumentException with the name of the property, if the builder does not take the value
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
