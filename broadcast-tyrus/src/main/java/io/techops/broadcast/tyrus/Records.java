package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * All whole records of what has come are decrypted at once, into one piece, because the two buffers are of one size;
 * what is behind them, the beginning of a record, is kept until the rest of it comes.
 */

/**
 * What comes through TLS. A thread has two buffers; a connection has but the beginning of a record, in memory for what
 * has come of it and half as much again.
 */
final class Records extends Incoming {

    static final int HEADER_BYTES = 5;
    /** A handshake message in the clear (RFC 8446 section 5.1, RFC 5246 section 6.2.1). */
    static final int HANDSHAKE = 22;
    /** The most that a record can have behind its header (RFC 5246 section 6.2.3; RFC 8446 section 5.2 allows less). */
    static final int MOST_BYTES = (16 << 10) + 2048;

    /** The most bytes of records in a row that bring nothing: each five of them may cost as much as a new key. */
    private static final int MOST_EMPTY_BYTES = 1 << 10;
    private static final int FIRST_BYTES = 128;
    private static final Logger LOG = LoggerFactory.getLogger(Records.class);

    private final ByteBuffer records = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable State state;

    /** What is known of a connection between two turns. Owned by its reading thread. */
    static final class State {
        private final TlsPipe pipe;
        private final SSLEngine engine;
        private @Nullable ByteBuffer begun;
        /** How many bytes in a row have brought nothing. */
        private int empty;
        /** The engine takes no more: what was decrypted before may still be read. */
        private boolean over;

        /**
         * @param begun the beginning of a record
         */
        State(TlsPipe pipe, SSLEngine engine, @Nullable ByteBuffer begun) {
            this.pipe = pipe;
            this.engine = engine;
            this.begun = begun;
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
    Records begin(State of) {
        state = of;
        records.clear();
        if (of.begun != null) {
            records.put(of.begun);
        }
        records.flip();
        return this;
    }

    @Override
    boolean end() {
        boolean ended = super.end();
        if (state.over && ended) {
            state.pipe.bye();
        }
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
            while (!state.over && isWhole(records)) {
                if (!unwrap()) {
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("A connection's TLS broke: {}", e.toString());
            state.over = true;
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
            default -> {
                HandshakeStatus status = result.getHandshakeStatus();
                if (result.bytesProduced() > 0) {
                    if (status != HandshakeStatus.NEED_WRAP) { // a peer that does not read gets no answers
                        state.empty = 0;
                    }
                } else {
                    state.empty += result.bytesConsumed();
                    if (state.empty > MOST_EMPTY_BYTES) {
                        throw new SSLException("more than " + MOST_EMPTY_BYTES + " bytes in a row bring nothing");
                    }
                }
                if (status == HandshakeStatus.NEED_TASK) {
                    runTasks();
                }
                if (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
                    state.pipe.answer();
                }
            }
        }
        return true;
    }

    private void runTasks() {
        for (Runnable task = state.engine.getDelegatedTask(); task != null; task = state.engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** {@return whether there is a whole record} */
    private static boolean isWhole(ByteBuffer records) throws SSLException {
        if (records.remaining() < HEADER_BYTES) {
            return false;
        }
        int start = records.position();
        if (records.get(start) == HANDSHAKE) {
            throw new SSLException("there is no second handshake");
        }
        int length = records.getShort(start + HEADER_BYTES - 2) & 0xFFFF;
        if (length > MOST_BYTES) {
            throw new SSLException("a record of " + length + " bytes is too long");
        }
        return records.remaining() >= HEADER_BYTES + length;
    }
}
