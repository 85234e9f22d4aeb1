package io.techops.broadcast.tyrus.connection;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 * All whole records of what has come are decrypted at once, into one piece, because the two buffers are of one size;
 * what is behind them, the beginning of a record, is kept until the rest of it comes. Where the handshake has something
 * to compute, the turn ends, and what is behind is kept as well.
 */

/**
 * What comes through TLS. A thread has two buffers; a connection has but the beginning of a record, in memory for what
 * has come of it and half as much again.
 */
final class TlsReader extends SocketReader {

    private final ByteBuffer records = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable TlsInput input;

    /** Begins a turn, whose socket is known. */
    TlsReader begin(TlsInput of) {
        input = of;
        records.clear();
        of.begin(records);
        records.flip();
        return this;
    }

    @Override
    public boolean end() {
        boolean ended = super.end();
        input.keep(records);
        input = null;
        return ended;
    }

    @Override
    public @Nullable ByteBuffer next() {
        plain.clear();
        while (true) {
            input.decrypt(records, plain);
            if (plain.position() > 0) {
                return plain.flip();
            }
            if (input.isOver()) {
                over();
                return null;
            }
            if (input.mustCompute() || input.saidInTheClear() != null) {
                return null;
            }
            records.compact();
            boolean came = receive(records);
            records.flip();
            if (!came) {
                return null;
            }
        }
    }
}
