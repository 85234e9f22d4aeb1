package io.techops.broadcast.stream;

import io.techops.broadcast.spi.Batch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/*
 * The array is reused from one message to the next, and its beginning, with the epoch, stays the same: only the digits
 * of the sequence and the key are written for each message. Nothing is allocated, unless a key is not ASCII.
 */

/**
 * Makes the headers of {@link NumberedFormat} for one message after the other: for a broadcast, its position and its
 * key; for a message that was addressed to the peer, {@code event: direct}. For use by one thread at a time.
 */
public final class NumberedHeader {

    private static final byte[] DIRECT = ascii("event: direct\n\n");
    private static final String ID = "id: ";
    private static final byte[] KEY = ascii("\nkey: ");
    private static final byte[] END = ascii("\n\n");
    /** The length of {@link #ID}, the hyphen and {@link #END}. */
    private static final int AROUND = 7;

    private byte[] bytes = new byte[96];
    private String epoch = "";
    /** How many bytes at the beginning are the same for all messages of the epoch. */
    private int start;

    /** Makes an object without headers. */
    public NumberedHeader() {
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * {@return the number of bytes of the headers of a message, the empty line included}
     *
     * @param batch the batch
     * @param index the index of the message
     */
    public static int length(Batch batch, int index) {
        long sequence = batch.sequence(index);
        if (sequence == Batch.UNNUMBERED) {
            return DIRECT.length;
        }
        String key = batch.key(index);
        return AROUND + batch.epoch().length() + digits(sequence) + (key == null ? 0 : KEY.length + utf8Length(key));
    }

    /**
     * Makes the headers of a message.
     *
     * @param batch the batch
     * @param index the index of the message
     * @return the number of bytes, as {@link #length} returns it
     */
    public int set(Batch batch, int index) {
        long sequence = batch.sequence(index);
        if (sequence == Batch.UNNUMBERED) {
            epoch = "";
            return append(DIRECT, 0);
        }
        begin(batch.epoch());
        int at = start + digits(sequence);
        long rest = sequence;
        for (int i = at - 1; i >= start; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        String key = batch.key(index);
        if (key != null) {
            at = append(key, append(KEY, at));
        }
        return append(END, at);
    }

    /**
     * Copies a part of the headers that were made last.
     *
     * @param from the index of the first byte to copy
     * @param length how many bytes to copy
     * @param target the buffer to copy to, which must have room for them
     */
    public void copyTo(int from, int length, ByteBuffer target) {
        target.put(bytes, from, length);
    }

    private void begin(String of) {
        if (!epoch.equals(of)) {
            epoch = of;
            start = append(ascii(ID + of + '-'), 0);
        }
    }

    private int append(byte[] part, int at) {
        makeRoom(at + part.length);
        System.arraycopy(part, 0, bytes, at, part.length);
        return at + part.length;
    }

    private int append(String key, int at) {
        makeRoom(at + key.length());
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c >= 128) {
                return append(key.substring(i).getBytes(StandardCharsets.UTF_8), at + i);
            }
            bytes[at + i] = (byte) c;
        }
        return at + key.length();
    }

    private void makeRoom(int length) {
        if (length > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** {@return the number of bytes of a key, which has no unpaired surrogates} */
    private static int utf8Length(String key) {
        int length = key.length();
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            length += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return length;
    }
}
