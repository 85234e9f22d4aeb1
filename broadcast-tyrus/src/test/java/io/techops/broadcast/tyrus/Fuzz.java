package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * Bytes that a hostile or broken client could send: handshakes and frames, right, nearly right, and none at all. The
 * same random numbers give the same bytes.
 */
final class Fuzz {

    private static final String[] HEADERS = {
        "Origin: http://127.0.0.1:8000", "Origin: null", "Origin: \u00FF://", "Cookie: " + "c=d; ".repeat(50),
        "Sec-WebSocket-Protocol: chat, superchat", "Sec-WebSocket-Extensions: permessage-deflate; x=\"\\",
        "Expect: 100-continue",
        "Transfer-Encoding: chunked", "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999",
        "Host: again", "Upgrade: h2c", "Connection: close", "Sec-WebSocket-Version: 8", "X: " + "y".repeat(2_000),
        "X: " + "z".repeat(20_000), "X-Forwarded-For: 1.2.3.4, ,,", "Accept-Encoding: gzip", ": no name", "no colon",
        " folded: line", "\tfolded", "Nul: \0", "Sec-WebSocket-Key1: 18x 6]8vM;54 *(5:  {   U1]8  z [  8"};
    private static final String[] TOKENS = {"\r\n", "\n", "\r\n\r\n", "\0", "%00", "%", "%zz", "..", "//", "?", "#",
        " ", "\t", ":", ",", ";", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "99999999999999999999", "-1", "\u00FF\u00FE"};
    private static final int[] OPCODES = {0, 0, 1, 1, 1, 2, 8, 9, 10};
    private static final int[] CODES = {0, 999, 1000, 1001, 1005, 1006, 1011, 1013, 1015, 2999, 3000, 4999, 5000};

    private final Random random;

    Fuzz(Random random) {
        this.random = random;
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    /** {@return a handshake, mostly with something wrong with it} */
    byte[] handshake() {
        if (oneIn(10)) {
            return noise(3_000);
        }
        String[] lines = RawClient.handshake("/").split("\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String line : lines) {
            if (!oneIn(12)) {
                put(all, line + "\r\n");
            }
            if (oneIn(8)) {
                put(all, HEADERS[random.nextInt(HEADERS.length)] + "\r\n");
            }
        }
        put(all, "\r\n");
        if (oneIn(4)) {
            all.writeBytes(noise(100));
        }
        byte[] bytes = all.toByteArray();
        return oneIn(3) ? bytes : mutated(bytes, 1 + random.nextInt(6));
    }

    private static void put(ByteArrayOutputStream all, String text) {
        all.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return some frames, mostly with something wrong with one of them} */
    byte[] frames() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = random.nextInt(20); i >= 0; i--) {
            all.writeBytes(frame());
        }
        return oneIn(3) ? mutated(all.toByteArray(), 1 + random.nextInt(4)) : all.toByteArray();
    }

    private byte[] frame() {
        switch (random.nextInt(24)) {
            case 0 -> {
                return noise(50);
            }
            case 1 -> {
                return ClientFrames.header(random.nextInt(256), 8, random.nextLong() >>> random.nextInt(64));
            }
            case 2 -> {
                return ClientFrames.header(random.nextInt(256), 2, random.nextInt(65_536));
            }
            case 3 -> {
                return RawClient.frame(random.nextInt(256), noise(200));
            }
            case 4 -> {
                return ClientFrames.close(CODES[random.nextInt(CODES.length)], "going");
            }
            default -> {
                int opcode = OPCODES[random.nextInt(OPCODES.length)];
                boolean fin = opcode >= 8 || !oneIn(3);
                byte[] payload = opcode == 8 ? new byte[] {3, (byte) 0xE8} : opcode == 2 ? noise(300) : text();
                return RawClient.frame((fin ? 0x80 : 0) | opcode, opcode > 8 ? Arrays.copyOf(payload, 20) : payload);
            }
        }
    }

    private byte[] text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(oneIn(10) ? 400 : 40); i > 0; i--) {
            text.appendCodePoint(oneIn(5) ? 0x20 + random.nextInt(0x4000) : 'a' + random.nextInt(26));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return oneIn(20) ? mutated(bytes, 1) : bytes;
    }

    private byte[] noise(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] mutated(byte[] bytes, int times) {
        byte[] now = bytes;
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(now.length + 1);
            int to = Math.min(now.length, at + random.nextInt(40));
            byte[] head = Arrays.copyOf(now, at);
            byte[] piece = Arrays.copyOfRange(now, at, to);
            byte[] tail = Arrays.copyOfRange(now, to, now.length);
            now = switch (random.nextInt(7)) {
                case 0 -> ClientFrames.concat(head, tail);
                case 1 -> ClientFrames.concat(head, piece, piece, tail);
                case 2 -> ClientFrames.concat(head, noise(20), piece, tail);
                case 3 -> ClientFrames.concat(head, token(), piece, tail);
                case 4 -> ClientFrames.concat(head, token(), tail);
                case 5 -> oneIn(4) ? head : flipped(now);
                default -> flipped(now);
            };
        }
        return now;
    }

    private byte[] token() {
        return TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] flipped(byte[] bytes) {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }
}
