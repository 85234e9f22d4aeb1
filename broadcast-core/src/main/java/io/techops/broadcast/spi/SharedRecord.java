package io.techops.broadcast.spi;

import io.techops.broadcast.Message;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A message in a {@link SharedLog}, or on its way there. Immutable. */
public final class SharedRecord {

    private final Message message;
    private final @Nullable String key;
    private final @Nullable Duration timeToLive;
    private final String producer;
    private final long number;
    private final int index;
    private final long appendedAtMillis;

    private SharedRecord(Message message, @Nullable String key, @Nullable Duration timeToLive, String producer,
            long number, int index, long appendedAtMillis) {
        this.message = message;
        this.key = key;
        this.timeToLive = timeToLive;
        this.producer = producer;
        this.number = number;
        this.index = index;
        this.appendedAtMillis = appendedAtMillis;
    }

    /**
     * {@return a record that is to be appended}
     *
     * @param message the message
     * @param key the key; {@code null} if the message has none
     * @param timeToLive how long the message is delivered after it was appended, more than zero; {@code null} without a
     *     limit
     */
    public static SharedRecord of(Message message, @Nullable String key, @Nullable Duration timeToLive) {
        return new SharedRecord(Objects.requireNonNull(message, "message"), key, timeToLive, "", 0, 0, 0);
    }

    /**
     * {@return this record as it is in the log}
     *
     * @param producer the producer that appended it
     * @param number the number of that append
     * @param index its place among the records of that append, from 0
     * @param appendedAtMillis when it was appended, in milliseconds by the engine's clock
     */
    public SharedRecord appended(String producer, long number, int index, long appendedAtMillis) {
        return new SharedRecord(message, key, timeToLive, Objects.requireNonNull(producer, "producer"), number, index,
                appendedAtMillis);
    }

    /** {@return the message} */
    public Message message() {
        return message;
    }

    /** {@return what the message is about; {@code null} if it has no key} */
    public @Nullable String key() {
        return key;
    }

    /** {@return how long the message is delivered after it was appended; {@code null} without a limit} */
    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    /** {@return the producer that appended it; empty if it is not appended yet} */
    public String producer() {
        return producer;
    }

    /** {@return the number of the append; 0 if it is not appended yet} */
    public long number() {
        return number;
    }

    /** {@return the index of this record among those of its append, from 0} */
    public int index() {
        return index;
    }

    /** {@return when it was appended, in milliseconds by the engine's clock; 0 if it is not appended yet} */
    public long appendedAtMillis() {
        return appendedAtMillis;
    }

    @Override
    public String toString() {
        return message + (key == null ? "" : " of key " + key) + (producer.isEmpty() ? ""
                : " by " + producer + " " + number + "." + index);
    }
}
