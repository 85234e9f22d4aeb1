package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes frames apart, those of messages with their positions too. */
final class FrameParser implements Parser {

    private static final byte[] NOTHING = new byte[0];
    /** RSV1, which says that a message is compressed. */
    private static final int COMPRESSED = 0x40;
    private static final int FINAL_TEXT = 0x80 | ClientFrames.TEXT;

    private final boolean numbered;
    private final Found found;
    private byte[] fragments = NOTHING;
    private boolean compressed;
    private @Nullable Inflation inflation;

    FrameParser(boolean numbered, Found found) {
        this.numbered = numbered;
        this.found = found;
    }

    /** Takes compressed messages too from now on. */
    void inflates(Inflation with) {
        inflation = with;
    }

    @Override
    public int consume(byte[] in, int from, int length) throws IOException {
        int at = from;
        long now = System.nanoTime();
        while (length - at >= 2) {
            int payload = in[at + 1];
            int header = payload < 126 ? 2 : payload == 126 ? 4 : 10;
            if (payload < 0) {
                throw found.broken("a masked frame from the server");
            }
            if (length - at < header) {
                break;
            }
            if (header > 2) {
                payload = header == 4 ? (in[at + 2] & 0xff) << 8 | in[at + 3] & 0xff
                        : ByteBuffer.wrap(in, at + 6, 4).getInt();
            }
            if (length - at < header + payload) {
                break;
            }
            frame(in[at] & 0xff, in, at + header, payload, now);
            at += header + payload;
        }
        return at;
    }

    private void frame(int begin, byte[] in, int at, int length, long now) throws IOException {
        int first = begin;
        if ((begin & 0x0f) == ClientFrames.TEXT) {
            compressed = inflation != null && (begin & COMPRESSED) != 0;
            first = compressed ? begin & ~COMPRESSED : begin;
        }
        if (first == FINAL_TEXT) {
            text(in, at, length, now);
            return;
        }
        if ((first & 0x70) != 0) {
            throw found.broken("reserved bits of a frame that begins with " + Integer.toHexString(begin));
        }
        switch (first & 0x0f) {
            case ClientFrames.TEXT, ClientFrames.CONTINUATION -> {
                byte[] joined = Arrays.copyOf(fragments, fragments.length + length);
                System.arraycopy(in, at, joined, fragments.length, length);
                fragments = joined;
                if ((first & 0x80) != 0) {
                    fragments = NOTHING;
                    text(joined, 0, joined.length, now);
                }
            }
            case ClientFrames.PING -> found.ping(Arrays.copyOfRange(in, at, at + length));
            case ClientFrames.PONG -> { }
            default -> throw found.broken("a frame that begins with " + Integer.toHexString(first) + ", of " + length
                    + " bytes" + (length > 2 ? ": " + new String(in, at + 2, length - 2) : ""));
        }
    }

    private void text(byte[] in, int at, int length, long now) throws IOException {
        if (compressed && inflation != null) {
            found.inflated(inflation.message(in, at, length), now);
        } else {
            payload(in, at, length, now);
        }
    }

    private void payload(byte[] in, int at, int length, long now) throws IOException {
        if (!numbered) {
            found.message(in, at, length, now);
        } else if (in[at] == 'i') {
            int from = at;
            while (in[from] != '\n' || in[from + 1] != '\n') {
                from++;
            }
            found.message(in, from + 2, length - (from + 2 - at), now);
        } else {
            found.event(in, at, length);
        }
    }
}
