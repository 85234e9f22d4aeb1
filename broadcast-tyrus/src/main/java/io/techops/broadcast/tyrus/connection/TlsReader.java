package io.techops.broadcast.tyrus.connection;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 * All whole records of a read are decrypted at once, into one piece, because the two buffers have the same size. The
 * beginning of a record behind them is kept until its rest comes. Where the handshake has something to compute, the
 * turn ends, and the rest of the input is kept too.
 */

/**
 * Reads input through TLS. A thread has two buffers; a connection keeps only the beginning of a record, in at most one
 * and a half times its size.
 */
final class TlsReader extends SocketReader {

    private final ByteBuffer records = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable TlsInput input;

    /** Begins a turn of a connection whose socket is set already. */
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
