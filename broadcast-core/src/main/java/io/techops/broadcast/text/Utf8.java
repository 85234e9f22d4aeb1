package io.techops.broadcast.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Which bytes are text (RFC 3629 section 4). */
public final class Utf8 {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private Utf8() {
    }

    /**
     * {@return whether the bytes are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF, nothing incomplete}
     */
    public static boolean isWellFormed(byte[] bytes) {
        int at = 0;
        while (true) {
            at = skipAscii(bytes, at);
            if (at == bytes.length) {
                return true;
            }
            int more = following(bytes, at);
            if (more == 0 || more > bytes.length - at - 1) {
                return false;
            }
            at += 2; // the second byte is checked already
            for (int i = 1; i < more; i++) {
                if (bytes[at++] >= (byte) 0xC0) {
                    return false;
                }
            }
        }
    }

    private static int skipAscii(byte[] bytes, int from) {
        int at = from;
        while (at + Long.BYTES <= bytes.length && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) {
            at += Long.BYTES;
        }
        while (at < bytes.length && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /**
     * {@return how many bytes follow the first byte of a character; 0 if the first two bytes cannot begin a character}
     */
    private static int following(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        if (first < 0xC2 || first > 0xF4 || at + 1 == bytes.length) {
            return 0;
        }
        int second = bytes[at + 1] & 0xFF;
        int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < least || second > most) {
            return 0;
        }
        return first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    }
}
