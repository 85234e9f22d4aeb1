package io.techops.broadcast;

import java.util.Objects;

/**
 * The key of an {@linkplain Attributes attribute}, with the type of its values. Keep it in a constant: a key is equal
 * only to itself. Two keys with the same name are therefore two attributes, and code that does not have the key cannot
 * read or overwrite the attribute by accident.
 *
 * <pre>{@code
 * static final AttributeKey<String> USER = AttributeKey.of("user", String.class);
 *
 * peer.attributes().set(USER, "ann");
 * String user = peer.attributes().get(USER);
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param <T> the type of the values
 */
public final class AttributeKey<T> {

    private final String name;
    private final Class<T> type;

    private final boolean secret;

    private AttributeKey(String name, Class<T> type, boolean secret) {
        this.name = Objects.requireNonNull(name, "name");
        this.type = Objects.requireNonNull(type, "type");
        this.secret = secret;
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty");
        }
        if (type.isPrimitive()) {
            throw new IllegalArgumentException("type must not be a primitive type: " + type);
        }
    }

    /**
     * {@return a new key}
     *
     * @param name what the key is called in logs; not empty, need not be unique
     * @param type the class of the values
     * @param <T> the type of the values
     * @throws IllegalArgumentException if {@code name} is empty, or {@code type} is a primitive type
     */
    public static <T> AttributeKey<T> of(String name, Class<T> type) {
        return new AttributeKey<>(name, type, false);
    }

    /**
     * {@return a new key whose values may be secret} Logs and {@link Attributes#toString} show {@code ***} in place of
     * such a value.
     *
     * @param name what the key is called in logs; not empty, need not be unique
     * @param type the class of the values
     * @param <T> the type of the values
     * @throws IllegalArgumentException if {@code name} is empty, or {@code type} is a primitive type
     */
    public static <T> AttributeKey<T> secret(String name, Class<T> type) {
        return new AttributeKey<>(name, type, true);
    }

    /** {@return what the key is called in logs} */
    public String name() {
        return name;
    }

    /** {@return whether values may be secret, so that no log shows them} */
    public boolean isSecret() {
        return secret;
    }

    /** {@return the class of the values} */
    public Class<T> type() {
        return type;
    }

    /**
     * {@return a value, with its type checked}
     *
     * @param value the value
     * @throws ClassCastException if it is not of the key's {@link #type}
     */
    public T cast(Object value) {
        Objects.requireNonNull(value, "value");
        if (!type.isInstance(value)) {
            throw new ClassCastException("value of " + name + " must be a " + type.getName() + ": "
                    + value.getClass().getName());
        }
        return type.cast(value);
    }

    /** {@return the key's name} */
    @Override
    public String toString() {
        return name;
    }
}
