package io.techops.broadcast.benchmarks;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates messages (RFC 7692 section 7.2.2). Without context, it serves all peers of a thread: bytes that
 * were inflated once are compared after that, and not inflated again for each peer. With context, a message depends on
 * those before it, and each peer has an inflation of its own. For one thread.
 */
final class Inflation implements AutoCloseable {

    /** More than there are messages under way. */
    private static final int KEPT = 256;
    /** So many that two messages under way hardly ever have the same place. */
    private static final int PLACES = 1 << 16;
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final byte[] NOTHING = new byte[0];

    /** A message that was inflated, the same object for all peers that get the same bytes. */
    static final class Inflated {
        private final byte[] compressed;
        private final byte[] bytes;
        private boolean intact;

        Inflated(byte[] compressed, byte[] bytes) {
            this.compressed = compressed;
            this.bytes = bytes;
        }

        /** {@return the message, not to be changed} */
        byte[] bytes() {
            return bytes;
        }

        /** {@return whether every byte was found right, so that it need not be compared for another peer} */
        boolean isIntact() {
            return intact;
        }

        /** Says that every byte is right. */
        void foundIntact() {
            intact = true;
        }
    }

    private final boolean context;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 sum = new CRC32();
    private final @Nullable Inflated[] kept = new @Nullable Inflated[KEPT];
    /** By checksum: which of those that are kept. */
    private final int[] places;
    private int next;
    private byte[] room = new byte[1 << 15];

    /**
     * @param context whether the window of one message is that of the next
     */
    Inflation(boolean context) {
        this.context = context;
        places = new int[context ? 0 : PLACES];
    }

    /** {@return a message} */
    Inflated message(byte[] in, int at, int length) {
        if (context) {
            return new Inflated(NOTHING, inflate(in, at, length));
        }
        sum.reset();
        sum.update(in, at, length);
        int place = (int) sum.getValue() & PLACES - 1;
        Inflated known = kept[places[place]];
        if (known != null && Arrays.equals(known.compressed, 0, known.compressed.length, in, at, at + length)) {
            return known;
        }
        Inflated message = new Inflated(Arrays.copyOfRange(in, at, at + length), inflate(in, at, length));
        next = next + 1 & KEPT - 1;
        places[place] = next;
        kept[next] = message;
        return message;
    }

    private byte[] inflate(byte[] in, int at, int length) {
        try {
            if (!context) {
                inflater.reset();
            }
            inflater.setInput(in, at, length);
            int filled = fill(0);
            inflater.setInput(TAIL);
            filled = fill(filled);
            inflater.setInput(NOTHING);
            if (inflater.finished()) {
                inflater.reset();
            }
            return Arrays.copyOf(room, filled);
        } catch (DataFormatException e) {
            throw new BrokenDelivery("corrupt: what was compressed cannot be inflated: " + e.getMessage());
        }
    }

    private int fill(int from) throws DataFormatException {
        int filled = from;
        while (true) {
            int more = inflater.inflate(room, filled, room.length - filled);
            filled += more;
            if (filled == room.length) {
                room = Arrays.copyOf(room, room.length * 2);
            } else if (more == 0 || inflater.needsInput()) {
                return filled;
            }
        }
    }

    /** Frees the memory of the inflater. */
    @Override
    public void close() {
        inflater.end();
    }
}
