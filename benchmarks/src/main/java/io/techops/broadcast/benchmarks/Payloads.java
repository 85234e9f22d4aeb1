package io.techops.broadcast.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * The messages. Each says who published it and which of his it is; the rest is a piece of a pattern, chosen by these
 * two, so that a receiver can check every byte. All of it is printable ASCII, six bits a character.
 *
 * <p>{@code M ppp sssss pattern…}
 */
final class Payloads {

    /** The smallest message. */
    static final int MIN_BYTES = 16;
    /** How many messages that are ignored are sent in one write. */
    static final int IGNORED_AT_ONCE = 250;

    private static final int HEADER = 9;
    private static final int VARIANTS = 4096;
    private static final int ZERO = '0';

    private final int bytes;
    private final byte[] pattern;

    /**
     * @param bytes the size of every message
     */
    Payloads(int bytes) {
        this.bytes = bytes;
        pattern = new byte[bytes + VARIANTS];
        Random random = new Random(6455);
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = (byte) (ZERO + random.nextInt(64));
        }
    }

    int bytes() {
        return bytes;
    }

    void put(int publisher, int sequence, byte[] target, int at) {
        target[at] = 'M';
        for (int i = 0; i < 3; i++) {
            target[at + 1 + i] = (byte) (ZERO + (publisher >> 6 * i & 63));
        }
        for (int i = 0; i < 5; i++) {
            target[at + 4 + i] = (byte) (ZERO + (sequence >> 6 * i & 63));
        }
        System.arraycopy(pattern, variant(publisher, sequence), target, at + HEADER, bytes - HEADER);
    }

    int publisher(byte[] in, int at) {
        return in[at + 1] - ZERO | in[at + 2] - ZERO << 6 | in[at + 3] - ZERO << 12;
    }

    int sequence(byte[] in, int at) {
        return sequenceOf(in, at);
    }

    private static int sequenceOf(byte[] in, int at) {
        return in[at + 4] - ZERO | in[at + 5] - ZERO << 6 | in[at + 6] - ZERO << 12 | in[at + 7] - ZERO << 18
                | in[at + 8] - ZERO << 24;
    }

    static int sequence(ByteBuffer message) {
        byte[] header = new byte[HEADER];
        message.get(0, header);
        return sequenceOf(header, 0);
    }

    /** {@return whether a message is, byte for byte, what its own header makes it} */
    boolean intact(byte[] in, int at, int length) {
        if (length != bytes || in[at] != 'M') {
            return false;
        }
        int from = variant(publisher(in, at), sequence(in, at));
        return Arrays.equals(in, at + HEADER, at + bytes, pattern, from, from + bytes - HEADER);
    }

    private static int variant(int publisher, int sequence) {
        return (publisher * 31 + sequence * 7) & VARIANTS - 1;
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
