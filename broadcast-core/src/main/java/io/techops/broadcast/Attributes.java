package io.techops.broadcast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * The pairs are one array: key, value, key, value. An array is never changed once it is published: copies share it, and
 * readers need no lock. A writer makes a new array and publishes it by compare-and-set. A peer has a handful of
 * attributes: a linear search is as fast as hashing and takes a third of the memory.
 */

/**
 * Values that belong to one object, such as a {@link Peer}, each under a {@linkplain AttributeKey typed key}: what the
 * adapter knows about the connection, and what the host application stores with it.
 *
 * <pre>{@code
 * static final AttributeKey<Session> SESSION = AttributeKey.of("session", Session.class);
 *
 * peer.attributes().set(SESSION, session);
 * Session session = peer.attributes().get(SESSION);                  // null if there is none
 * }</pre>
 *
 * <p>Made for few values that are read much more often than they are set: setting one copies the references to all
 * others. No value is null. Safe for use by any number of threads; a value that one thread has set is visible to all
 * threads at once.
 */
public final class Attributes {

    private static final Object[] NONE = {};
    private static final VarHandle PAIRS;

    static {
        try {
            PAIRS = MethodHandles.lookup().findVarHandle(Attributes.class, "pairs", Object[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Object[] pairs;

    /** Makes attributes of which none is set. */
    public Attributes() {
        pairs = NONE;
    }

    private Attributes(Object[] pairs) {
        this.pairs = pairs;
    }

    /** {@return new attributes with the values that these have now} The values themselves are not copied. */
    public Attributes copy() {
        return new Attributes(pairs);
    }

    /**
     * {@return the value of an attribute, or {@code null} if it is not set}
     *
     * @param key its key
     * @param <T> the type of the value
     */
    public <T> @Nullable T get(AttributeKey<T> key) {
        Objects.requireNonNull(key, "key");
        Object[] now = pairs;
        int at = indexOf(now, key);
        return at < 0 ? null : key.cast(now[at + 1]);
    }

    /**
     * Sets an attribute, in place of the value that it has.
     *
     * @param key its key
     * @param value its value
     * @param <T> the type of the value
     * @return these attributes
     * @throws ClassCastException if the value is not of the key's type, which unchecked code can bring about
     */
    public <T> Attributes set(AttributeKey<T> key, T value) {
        Objects.requireNonNull(key, "key");
        key.cast(Objects.requireNonNull(value, "value"));
        Object[] now;
        do {
            now = pairs;
        } while (!PAIRS.compareAndSet(this, now, with(now, key, value)));
        return this;
    }

    /**
     * Sets every attribute that is set in {@code others}, in place of the values that these attributes have.
     *
     * @param others the others
     * @return these attributes
     */
    public Attributes setAll(Attributes others) {
        Object[] all = Objects.requireNonNull(others, "others").pairs;
        Object[] now;
        Object[] then;
        do {
            now = pairs;
            then = now;
            for (int i = 0; i < all.length; i += 2) {
                then = with(then, all[i], all[i + 1]);
            }
        } while (!PAIRS.compareAndSet(this, now, then));
        return this;
    }

    /**
     * {@return the value of an attribute, which is set if it was not}
     *
     * @param key its key
     * @param value makes the value. It is called on this thread, without a lock: if two threads find the attribute not
     *     set, both make a value, and both are given the one that was set first
     * @param <T> the type of the value
     * @throws NullPointerException if {@code value} makes null
     */
    public <T> T computeIfAbsent(AttributeKey<T> key, Supplier<? extends T> value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        T made = null;
        while (true) {
            Object[] now = pairs;
            int at = indexOf(now, key);
            if (at >= 0) {
                return key.cast(now[at + 1]);
            }
            if (made == null) {
                made = key.cast(Objects.requireNonNull(value.get(), "what value makes"));
            } else if (PAIRS.compareAndSet(this, now, with(now, key, made))) {
                return made;
            }
        }
    }

    /**
     * Removes an attribute; does nothing if it is not set.
     *
     * @param key its key
     */
    public void remove(AttributeKey<?> key) {
        Objects.requireNonNull(key, "key");
        Object[] now;
        Object[] then;
        do {
            now = pairs;
            int at = indexOf(now, key);
            if (at < 0) {
                return;
            }
            then = new Object[now.length - 2];
            System.arraycopy(now, 0, then, 0, at);
            System.arraycopy(now, at + 2, then, at, then.length - at);
        } while (!PAIRS.compareAndSet(this, now, then));
    }

    /**
     * {@return the attributes that are set now, secret values included, in the order in which they were first set; an
     * unmodifiable copy, for tests}
     */
    public Map<AttributeKey<?>, Object> toMap() {
        Map<AttributeKey<?>, Object> map = new LinkedHashMap<>();
        Object[] now = pairs;
        for (int i = 0; i < now.length; i += 2) {
            map.put((AttributeKey<?>) now[i], now[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }

    private static int indexOf(Object[] pairs, Object key) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i] == key) {
                return i;
            }
        }
        return -1;
    }

    private static Object[] with(Object[] pairs, Object key, Object value) {
        int at = indexOf(pairs, key);
        Object[] then = Arrays.copyOf(pairs, at < 0 ? pairs.length + 2 : pairs.length);
        then[at < 0 ? pairs.length : at] = key;
        then[at < 0 ? pairs.length + 1 : at + 1] = value;
        return then;
    }

    /**
     * {@return what is set now, for logs, such as <code>&#123;path=/live, user=ann, query=***&#125;</code>} Values of
     * {@linkplain AttributeKey#secret secret} keys are not shown.
     */
    @Override
    public String toString() {
        Map<AttributeKey<?>, Object> shown = new LinkedHashMap<>();
        toMap().forEach((key, value) -> shown.put(key, key.isSecret() ? "***" : value));
        return shown.toString();
    }
}
