package io.techops.broadcast.tyrus.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    static final int HEADER_BYTES = 5;
    /** A handshake message in the clear (RFC 8446 section 5.1, RFC 5246 section 6.2.1). */
    static final int HANDSHAKE = 22;
    /** The most that a record can have behind its header (RFC 5246 section 6.2.3; RFC 8446 section 5.2 allows less). */
    static final int MOST_BYTES = (16 << 10) + 2048;

    /** The most bytes of records in a row that bring nothing: each five of them may cost as much as a new key. */
    private static final int MOST_EMPTY_BYTES = 1 << 10;
    /** The most bytes of a handshake: chains of certificates are a tenth of it. */
    private static final int MOST_HANDSHAKE_BYTES = 128 << 10;
    private static final int FIRST_BYTES = 128;
    /** How much is shown of what is said in the clear: a method and a space. */
    private static final int MOST_SHOWN = 16;
    private static final Logger LOG = LoggerFactory.getLogger(TlsReader.class);

    private final ByteBuffer records = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable State state;

    /** What is known of a connection between two turns. Owned by its reading thread. */
    static final class State {
        private final TlsSocketTransport pipe;
        private final SSLEngine engine;
        private @Nullable ByteBuffer begun;
        /** How many bytes in a row have brought nothing. */
        private int empty;
        /** The engine takes no more: what was decrypted before may still be read. */
        private boolean over;
        private boolean handshaking = true;
        private boolean mustCompute;
        private @Nullable String saidInTheClear;

        State(TlsSocketTransport pipe, SSLEngine engine) {
            this.pipe = pipe;
            this.engine = engine;
        }

        boolean mustCompute() {
            return mustCompute;
        }

        @Nullable String saidInTheClear() {
            return saidInTheClear;
        }

        boolean hasKept() {
            return over || begun != null;
        }

        void compute() {
            mustCompute = false;
            try {
                runTasks();
                settle();
            } catch (IOException | RuntimeException e) { // of a manager of keys, for all we know
                broke(e);
            }
        }

        private void runTasks() {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            Thread.interrupted(); // by a host's manager of keys
        }

        /** Does what the handshake needs next, or notes that it is over. */
        private void settle() throws IOException {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                pipe.answerHandshake();
            }
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> mustCompute = true;
                case NOT_HANDSHAKING -> {
                    handshaking = false;
                    empty = 0;
                }
                default -> { }
            }
        }

        private void broke(Exception e) {
            LOG.debug("A connection's TLS broke: {}", e.toString());
            over = true;
        }

        private void keep(ByteBuffer rest) {
            if (!rest.hasRemaining()) {
                begun = null;
                return;
            }
            int length = rest.remaining();
            if (begun == null || begun.capacity() < length) {
                begun = ByteBuffer.allocate(Math.max(FIRST_BYTES, length + length / 2));
            }
            begun.clear().put(rest).flip();
        }
    }

    /** Begins a turn, whose socket is known. */
    TlsReader begin(State of) {
        state = of;
        records.clear();
        if (of.begun != null) {
            records.put(of.begun);
        }
        records.flip();
        return this;
    }

    @Override
    public boolean end() {
        boolean ended = super.end();
        state.keep(records);
        state = null;
        return ended;
    }

    @Override
    public @Nullable ByteBuffer next() {
        plain.clear();
        while (true) {
            decrypt();
            if (plain.position() > 0) {
                return plain.flip();
            }
            if (state.over) {
                over();
                return null;
            }
            if (state.mustCompute || state.saidInTheClear != null) {
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

    private void decrypt() {
        try {
            while (!state.over && !state.mustCompute && isWhole(records)) {
                if (!unwrap()) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) { // of a manager of keys, for all we know
            state.broke(e);
        }
    }

    /** {@return whether there may be room for the next one} */
    private boolean unwrap() throws IOException {
        SSLEngineResult result = state.engine.unwrap(records, plain);
        switch (result.getStatus()) {
            case CLOSED -> state.over = true;
            case BUFFER_OVERFLOW -> {
                if (plain.position() == 0) {
                    throw new SSLException("a record does not fit into " + plain.capacity() + " bytes");
                }
                return false;
            }
            case BUFFER_UNDERFLOW -> throw new SSLException("a whole record is not enough");
            default -> goOn(result);
        }
        return true;
    }

    private void goOn(SSLEngineResult result) throws IOException {
        HandshakeStatus status = result.getHandshakeStatus();
        if (result.bytesProduced() == 0) {
            state.empty += result.bytesConsumed();
            int most = state.handshaking ? MOST_HANDSHAKE_BYTES : MOST_EMPTY_BYTES;
            if (state.empty > most) {
                throw new SSLException("more than " + most + " bytes in a row bring nothing");
            }
        } else if (status != HandshakeStatus.NEED_WRAP) { // a peer that does not read gets no answers
            state.empty = 0;
        }
        if (state.handshaking) {
            state.settle();
        } else if (status == HandshakeStatus.NEED_TASK) {
            state.runTasks();
            state.pipe.answer();
        } else if (status == HandshakeStatus.NEED_WRAP) {
            state.pipe.answer();
        }
    }

    /** {@return whether there is a whole record} */
    private boolean isWhole(ByteBuffer records) throws SSLException {
        int start = records.position();
        if (state.handshaking && state.empty == 0 && records.hasRemaining()
                && Character.isAlphabetic(records.get(start) & 0x7F)) {
            // The types of records (RFC 8446 section 5.1) are no letters, and methods begin with one.
            state.saidInTheClear = new String(records.array(), start, Math.min(records.remaining(), MOST_SHOWN),
                    StandardCharsets.ISO_8859_1);
            return false;
        }
        if (records.remaining() < HEADER_BYTES) {
            return false;
        }
        if (records.get(start) == HANDSHAKE && !state.handshaking) {
            throw new SSLException("there is no second handshake");
        }
        int length = records.getShort(start + HEADER_BYTES - 2) & 0xFFFF;
        if (length > MOST_BYTES) {
            throw new SSLException("a record of " + length + " bytes is too long");
        }
        return records.remaining() >= HEADER_BYTES + length;
    }
}
