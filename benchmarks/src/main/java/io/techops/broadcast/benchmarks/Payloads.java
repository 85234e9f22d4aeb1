package io.techops.broadcast.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * The messages. Each says who published it and which of his it is; the rest is a piece of a pattern, chosen by these
 * two, so that a receiver can check every byte. All of it is printable ASCII, six bits a character.
 *
 * <p>{@code M ppp sssss pattern…}, or {@code {"id":"M ppp sssss","type":…}} without the spaces: then the piece is one
 * of {@value #DOCUMENTS} ends of a document in JSON.
 */
final class Payloads {

    /** The smallest message. */
    static final int MIN_BYTES = 16;
    /** How many messages that are ignored are sent in one write. */
    static final int IGNORED_AT_ONCE = 250;

    private static final int HEADER = 9;
    private static final int VARIANTS = 4096;
    private static final int DOCUMENTS = 64;
    private static final int ZERO = '0';
    /** Must not be in a string of JSON, so another character stands for it in a header. */
    private static final int BACKSLASH = '\\';
    private static final int NO_BACKSLASH = '~';

    private final int bytes;
    private final byte[] before;
    private final byte[] pattern;
    private final int variants;
    /** From the beginning of one piece to that of the next. */
    private final int stride;

    /**
     * @param bytes the size of every message
     * @param json whether they are JSON
     */
    Payloads(int bytes, boolean json) {
        this.bytes = bytes;
        before = json ? Json.BEGIN : new byte[0];
        variants = json ? DOCUMENTS : VARIANTS;
        stride = json ? bytes - head() : 1;
        pattern = json ? Json.bodies(DOCUMENTS, stride) : random(bytes);
    }

    private static byte[] random(int bytes) {
        byte[] pattern = new byte[bytes + VARIANTS];
        Random random = new Random(6455);
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = (byte) (ZERO + random.nextInt(64));
        }
        return pattern;
    }

    private int head() {
        return before.length + HEADER;
    }

    int bytes() {
        return bytes;
    }

    void put(int publisher, int sequence, byte[] target, int start) {
        System.arraycopy(before, 0, target, start, before.length);
        int at = start + before.length;
        target[at] = 'M';
        for (int i = 0; i < 3; i++) {
            target[at + 1 + i] = digit(publisher >> 6 * i & 63);
        }
        for (int i = 0; i < 5; i++) {
            target[at + 4 + i] = digit(sequence >> 6 * i & 63);
        }
        System.arraycopy(pattern, piece(publisher, sequence), target, start + head(), bytes - head());
    }

    private static byte digit(int value) {
        int digit = ZERO + value;
        return (byte) (digit == BACKSLASH ? NO_BACKSLASH : digit);
    }

    private static int value(byte digit) {
        return (digit == NO_BACKSLASH ? BACKSLASH : digit) - ZERO;
    }

    int publisher(byte[] in, int start) {
        int at = start + before.length;
        return value(in[at + 1]) | value(in[at + 2]) << 6 | value(in[at + 3]) << 12;
    }

    int sequence(byte[] in, int start) {
        return sequenceOf(in, start + before.length);
    }

    private static int sequenceOf(byte[] in, int at) {
        return value(in[at + 4]) | value(in[at + 5]) << 6 | value(in[at + 6]) << 12 | value(in[at + 7]) << 18
                | value(in[at + 8]) << 24;
    }

    /** {@return the sequence of a message that is not JSON} */
    static int sequence(ByteBuffer message) {
        byte[] header = new byte[HEADER];
        message.get(0, header);
        return sequenceOf(header, 0);
    }

    /** {@return whether a message is, byte for byte, what its own header makes it} */
    boolean intact(byte[] in, int at, int length) {
        if (length != bytes || in[at + before.length] != 'M'
                || !Arrays.equals(in, at, at + before.length, before, 0, before.length)) {
            return false;
        }
        int from = piece(publisher(in, at), sequence(in, at));
        return Arrays.equals(in, at + head(), at + bytes, pattern, from, from + bytes - head());
    }

    /** {@return where the piece of a message begins} */
    private int piece(int publisher, int sequence) {
        return ((publisher * 31 + sequence * 7) & variants - 1) * stride;
    }

    /** {@return {@link #IGNORED_AT_ONCE} binary frames of a client, one after the other} No server relays them. */
    ByteBuffer ignored() {
        ByteBuffer frames = ByteBuffer.allocateDirect(IGNORED_AT_ONCE * (bytes + ClientFrames.MAX_HEADER));
        for (int i = 0; i < IGNORED_AT_ONCE; i++) {
            ClientFrames.put(ClientFrames.BINARY, Arrays.copyOf(pattern, bytes), 0x5bd1_e995 * (i + 1), frames);
        }
        return frames.flip().slice();
    }

    /** {@return how many bytes a client's frame has at most} */
    int most(Dialect dialect) {
        return (dialect == Dialect.SOCKET_IO ? SocketIoParser.most(bytes) : bytes) + ClientFrames.MAX_HEADER;
    }

    /** Puts a client's text frame, masked as RFC 6455 section 5.3 demands, into {@code target}. */
    void frame(int publisher, int sequence, Dialect dialect, ByteBuffer target) {
        byte[] plain = new byte[bytes];
        put(publisher, sequence, plain, 0);
        byte[] text = dialect == Dialect.SOCKET_IO ? SocketIoParser.event(plain) : plain;
        ClientFrames.put(ClientFrames.TEXT, text, 0x5bd1_e995 * (sequence + 1), target);
    }
}
