package io.techops.broadcast;

import io.techops.broadcast.text.Utf8;
import io.techops.broadcast.text.WellFormed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One immutable message: a text or a binary payload (RFC 6455 section 5.6).
 *
 * <pre>{@code
 * Message news = Message.text("hello");
 * if (news instanceof Message.Text text) {
 *     System.out.println(text.text());
 * }
 * }</pre>
 *
 * <p>A message carries nothing but its payload: no envelope, no sender, no time. Text is kept as UTF-8 bytes, as it is
 * sent, so that it is encoded once for all peers. Two messages are equal if they are of the same kind and have the same
 * payload. Safe for use by any number of threads.
 */
public abstract sealed class Message {

    private final byte[] payload;

    private Message(byte[] payload) {
        this.payload = payload;
    }

    /**
     * Makes a text message.
     *
     * @param text any text, the empty one included; a surrogate without its partner, which UTF-8 cannot express, is
     *     sent as the replacement character U+FFFD
     * @return the message
     */
    public static Text text(String text) {
        return new Text(WellFormed.text(Objects.requireNonNull(text, "text")).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes a text message from a copy of the remaining bytes of {@code payload}, whose position does not change. No
     * {@link String} is made for it.
     *
     * @param payload UTF-8, which may be empty
     * @return the message
     * @throws IllegalArgumentException if {@code payload} is not UTF-8 (RFC 3629): a broken, overlong or surrogate form
     */
    public static Text utf8(ByteBuffer payload) {
        byte[] copy = copyOf(payload);
        if (!Utf8.isWellFormed(copy)) {
            throw new IllegalArgumentException("payload must be UTF-8");
        }
        return new Text(copy);
    }

    /**
     * Makes a binary message from a copy of {@code payload}.
     *
     * @param payload the bytes, which may be none
     * @return the message
     */
    public static Binary binary(byte[] payload) {
        return new Binary(Objects.requireNonNull(payload, "payload").clone());
    }

    /**
     * Makes a binary message from a copy of the remaining bytes of {@code payload}, whose position does not change.
     *
     * @param payload the bytes, which may be none
     * @return the message
     */
    public static Binary binary(ByteBuffer payload) {
        return new Binary(copyOf(payload));
    }

    private static byte[] copyOf(ByteBuffer payload) {
        Objects.requireNonNull(payload, "payload");
        byte[] copy = new byte[payload.remaining()];
        payload.get(payload.position(), copy);
        return copy;
    }

    /** {@return the number of payload bytes} */
    public final int size() {
        return payload.length;
    }

    /** {@return the payload, as a new read-only buffer} */
    public final ByteBuffer payload() {
        return ByteBuffer.wrap(payload).asReadOnlyBuffer();
    }

    /**
     * Copies a part of the payload to the position of {@code target}, without allocating an object.
     *
     * @param from the index of the first byte to copy
     * @param length how many bytes to copy
     * @param target the buffer to copy to
     * @throws IndexOutOfBoundsException if the payload has no such part
     * @throws java.nio.BufferOverflowException if {@code target} has less than {@code length} bytes remaining
     */
    public final void copyTo(int from, int length, ByteBuffer target) {
        Objects.requireNonNull(target, "target").put(payload, from, length);
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Message that && getClass() == that.getClass() && Arrays.equals(payload, that.payload);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(payload);
    }

    /** A text message: its payload is well-formed UTF-8. */
    public static final class Text extends Message {

        private Text(byte[] payload) {
            super(payload);
        }

        /** {@return the text, decoded anew by every call} */
        public String text() {
            return new String(super.payload, StandardCharsets.UTF_8);
        }

        /** {@return the kind and the size; never the payload, so that a message may be logged} */
        @Override
        public String toString() {
            return "text of " + size() + " bytes";
        }
    }

    /** A binary message: its payload is bytes of any kind. */
    public static final class Binary extends Message {

        private Binary(byte[] payload) {
            super(payload);
        }

        /** {@return the kind and the size; never the payload, so that a message may be logged} */
        @Override
        public String toString() {
            return "binary of " + size() + " bytes";
        }
    }
}
