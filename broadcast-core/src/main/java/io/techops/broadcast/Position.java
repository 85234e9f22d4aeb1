package io.techops.broadcast;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The place of a broadcast in the order of a hub: the epoch of the order, and the sequence of the message in it.
 *
 * <pre>{@code
 * hub.publish("hello").thenAccept(position -> System.out.println("published as " + position));   // k3f9x2m7qa-1
 * }</pre>
 *
 * <p>Sequences start at 1 and grow by one with every broadcast; the position with sequence 0 stands before the first
 * message of its epoch. Every hub, and every instance of a topic, has an epoch of its own, which is random, so that two
 * different messages never have the same position. Positions of the same epoch are ordered by their sequence, positions
 * of different epochs are not ordered at all.
 *
 * <p>Its text form is {@code <epoch>-<sequence>}: what {@link #toString} makes, and {@link #parse} reads. Immutable.
 */
public final class Position {

    /** The largest sequence, which JavaScript can still hold exactly: 2<sup>53</sup> - 1. */
    public static final long MAX_SEQUENCE = (1L << 53) - 1;

    /** The most characters of an epoch. */
    public static final int MAX_EPOCH_LENGTH = 32;

    private static final String FORM = "position must be <epoch>-<sequence>, an epoch of 1 to " + MAX_EPOCH_LENGTH
            + " of 0-9a-z and a decimal sequence from 0 to " + MAX_SEQUENCE + ": ";

    private final String epoch;
    private final long sequence;

    private Position(String epoch, long sequence) {
        this.epoch = epoch;
        this.sequence = sequence;
    }

    /**
     * {@return a position}
     *
     * @param epoch 1 to {@value #MAX_EPOCH_LENGTH} of the characters {@code 0-9a-z}
     * @param sequence from 0, which stands before the first message, to {@value #MAX_SEQUENCE}
     * @throws IllegalArgumentException if one of them is invalid
     */
    public static Position of(String epoch, long sequence) {
        Objects.requireNonNull(epoch, "epoch");
        if (!isEpoch(epoch)) {
            throw new IllegalArgumentException(
                    "epoch must be 1 to " + MAX_EPOCH_LENGTH + " of the characters 0-9a-z: " + epoch);
        }
        return new Position(epoch, checked(sequence));
    }

    /**
     * {@return the position that a text denotes} Only the form that {@link #toString} makes is accepted: no sign, no
     * leading zeros, no spaces.
     *
     * @param text the text, which need not be trusted
     * @throws IllegalArgumentException if it is not a position; the message holds the text
     */
    public static Position parse(String text) {
        Objects.requireNonNull(text, "text");
        int dash = text.indexOf('-');
        if (dash < 0 || !isEpoch(text.substring(0, dash))) {
            throw new IllegalArgumentException(FORM + text);
        }
        String digits = text.substring(dash + 1);
        if (!isNumber(digits)) {
            throw new IllegalArgumentException(FORM + text);
        }
        long sequence = Long.parseLong(digits);
        if (sequence > MAX_SEQUENCE) {
            throw new IllegalArgumentException(FORM + text);
        }
        return new Position(text.substring(0, dash), sequence);
    }

    private static boolean isEpoch(String epoch) {
        return !epoch.isEmpty() && epoch.length() <= MAX_EPOCH_LENGTH
                && epoch.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'z');
    }

    /** {@return whether the digits are in canonical form, and few enough to be parsed as a long} */
    private static boolean isNumber(String digits) {
        return !digits.isEmpty() && digits.length() <= Long.toString(MAX_SEQUENCE).length()
                && (digits.charAt(0) != '0' || digits.length() == 1)
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long checked(long sequence) {
        if (sequence < 0 || sequence > MAX_SEQUENCE) {
            throw new IllegalArgumentException("sequence must be from 0 to " + MAX_SEQUENCE + ": " + sequence);
        }
        return sequence;
    }

    /** {@return the epoch, 1 to {@value #MAX_EPOCH_LENGTH} of the characters {@code 0-9a-z}} */
    public String epoch() {
        return epoch;
    }

    /** {@return the sequence, from 0, which stands before the first message, to {@value #MAX_SEQUENCE}} */
    public long sequence() {
        return sequence;
    }

    /**
     * {@return the position of another sequence in the same epoch}
     *
     * @param sequence from 0 to {@value #MAX_SEQUENCE}
     * @throws IllegalArgumentException if it is not
     */
    public Position at(long sequence) {
        return new Position(epoch, checked(sequence));
    }

    /**
     * {@return whether a position is of the same epoch, so that the two can be compared by their sequences}
     *
     * @param other the other position
     */
    public boolean hasEpochOf(Position other) {
        return epoch.equals(Objects.requireNonNull(other, "other").epoch);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Position that && sequence == that.sequence && epoch.equals(that.epoch);
    }

    @Override
    public int hashCode() {
        return 31 * epoch.hashCode() + Long.hashCode(sequence);
    }

    /** {@return the position as {@code <epoch>-<sequence>}} */
    @Override
    public String toString() {
        return epoch + "-" + sequence;
    }
}
