package io.techops.broadcast.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Frames of a client, valid and invalid ones.
 */
public final class ClientFrames {

    private ClientFrames() {
    }

    /** {@return a masked frame with these bytes} */
    public static byte[] frame(int first, int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return RawClient.frame(first, bytes);
    }

    /** {@return a masked frame with the UTF-8 of {@code payload}} */
    public static byte[] frame(int first, String payload) {
        return RawClient.frame(first, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** {@return a masked frame with a payload of this length} */
    public static byte[] frameOf(int first, int length) {
        return frame(first, "p".repeat(length));
    }

    /** {@return only the header of a masked frame, with the length in this many bytes behind the second byte} */
    public static byte[] header(int first, int lengthBytes, long length) {
        ByteBuffer header = ByteBuffer.allocate(2 + lengthBytes + 4).put((byte) first);
        if (lengthBytes == 0) {
            header.put((byte) (0x80 | length));
        } else if (lengthBytes == 2) {
            header.put((byte) 0xFE).putShort((short) length);
        } else {
            header.put((byte) 0xFF).putLong(length);
        }
        return header.putInt(0x01020304).array();
    }

    /** {@return a masked close frame} */
    public static byte[] close(int code, String phrase) {
        byte[] text = phrase.getBytes(StandardCharsets.UTF_8);
        return RawClient.frame(0x88, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    /** {@return the parts, one behind the other} */
    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
