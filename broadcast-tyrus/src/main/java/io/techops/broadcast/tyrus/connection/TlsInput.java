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

/**
 * The state of a connection's TLS input between two turns of reading, including the handshake. Owned by the reading
 * thread.
 */
final class TlsInput {

    private static final int HEADER_BYTES = 5;
    /** A handshake message in the clear (RFC 8446 section 5.1, RFC 5246 section 6.2.1). */
    private static final int HANDSHAKE = 22;
    /** The most bytes of a record behind its header (RFC 5246 section 6.2.3; RFC 8446 section 5.2 allows less). */
    private static final int MOST_BYTES = (16 << 10) + 2048;

    /** The longest record: the least that a read must be able to take. */
    static final int MOST_RECORD_BYTES = HEADER_BYTES + MOST_BYTES;

    /** The most bytes in a row of records without content: every five such bytes may cost as much as a new key. */
    private static final int MOST_EMPTY_BYTES = 1 << 10;
    /** The length of a record without content; one with a key update is longer (RFC 8446 sections 4.6.3, 5.2). */
    private static final int EMPTY_RECORD_BYTES = 22;
    /**
     * The most bytes of records that may be key updates: some hundred updates. One more byte is allowed for each
     * {@value #BYTES_FOR_AN_UPDATE_BYTE} bytes of content, so that content between the updates does not make them free.
     */
    private static final int MOST_UPDATE_BYTES = 16 << 10;
    private static final int BYTES_FOR_AN_UPDATE_BYTE = 512;
    /** The most bytes of a handshake: chains of certificates are a tenth of it. */
    private static final int MOST_HANDSHAKE_BYTES = 128 << 10;
    private static final int FIRST_BYTES = 128;
    /** How many characters of input without TLS are kept: enough for a method and a space. */
    private static final int MOST_SHOWN = 16;
    private static final Logger LOG = LoggerFactory.getLogger(TlsInput.class);

    private final TlsOutput out;
    private final SSLEngine engine;
    private @Nullable ByteBuffer begun;
    /** How many bytes in a row were records without content. */
    private int empty;
    /** How many bytes were records that may be key updates, and how many bytes of content there were. */
    private long updateBytes;
    private long contentBytes;
    /** Whether the engine takes no more input; what was decrypted before may still be read. */
    private boolean over;
    private boolean handshaking = true;
    private boolean mustCompute;
    private @Nullable String saidInTheClear;

    /**
     * @param out sends the answers of TLS itself to the input
     */
    TlsInput(TlsOutput out, SSLEngine engine) {
        this.out = out;
        this.engine = engine;
    }

    /** {@return whether nothing more is decrypted before {@link #compute}} */
    boolean mustCompute() {
        return mustCompute;
    }

    /** {@return the beginning of the client's input if that was not TLS; otherwise null} */
    @Nullable String saidInTheClear() {
        return saidInTheClear;
    }

    /** {@return whether nothing more can be decrypted} */
    boolean isOver() {
        return over;
    }

    /** {@return whether there may be more input, or its end, to read without reading the socket} */
    boolean hasKept() {
        return over || begun != null;
    }

    /**
     * Does the computations of the handshake, and sends their results; may wait for the host's key and trust managers.
     */
    void compute() {
        mustCompute = false;
        try {
            runTasks();
            settle();
        } catch (IOException | RuntimeException e) { // perhaps of the host's key manager
            broke(e);
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        Thread.interrupted(); // a host's key manager may have left it interrupted
    }

    /** Does the next step of the handshake, or notes that it is over. */
    private void settle() throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            out.answerHandshake();
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

    /** Begins a turn: puts what was kept to the beginning of {@code records}. */
    void begin(ByteBuffer records) {
        if (begun != null) {
            records.put(begun);
        }
    }

    /** Ends a turn: keeps what was not decrypted. */
    void keep(ByteBuffer rest) {
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

    /**
     * Decrypts whole records, as many as {@code plain} has room for, until the input ends or something must be
     * computed.
     */
    void decrypt(ByteBuffer records, ByteBuffer plain) {
        try {
            while (!over && !mustCompute && isWhole(records)) {
                if (!unwrap(records, plain)) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) { // perhaps of the host's key manager
            broke(e);
        }
    }

    /** Decrypts one record. {@return whether there may be room for the next one} */
    private boolean unwrap(ByteBuffer records, ByteBuffer plain) throws IOException {
        SSLEngineResult result = engine.unwrap(records, plain);
        switch (result.getStatus()) {
            case CLOSED -> over = true;
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
        contentBytes += result.bytesProduced();
        if (result.bytesProduced() == 0) {
            empty += result.bytesConsumed();
            int most = handshaking ? MOST_HANDSHAKE_BYTES : MOST_EMPTY_BYTES;
            if (empty > most) {
                throw new SSLException("more than " + most + " bytes in a row bring nothing");
            }
            countUpdate(result.bytesConsumed());
        } else if (status != HandshakeStatus.NEED_WRAP) { // a peer that does not read gets no answer of TLS
            empty = 0;
        }
        if (handshaking) {
            settle();
        } else if (status == HandshakeStatus.NEED_TASK) {
            runTasks();
            out.answer();
        } else if (status == HandshakeStatus.NEED_WRAP) {
            out.answer();
        }
    }

    private void countUpdate(int bytes) throws SSLException {
        if (handshaking || bytes <= EMPTY_RECORD_BYTES || !engine.getSession().getProtocol().equals("TLSv1.3")) {
            return;
        }
        updateBytes += bytes;
        if (updateBytes > MOST_UPDATE_BYTES + contentBytes / BYTES_FOR_AN_UPDATE_BYTE) {
            throw new SSLException("too many key updates");
        }
    }

    /** {@return whether there is a whole record} */
    private boolean isWhole(ByteBuffer records) throws SSLException {
        int start = records.position();
        if (handshaking && empty == 0 && records.hasRemaining()
                && Character.isAlphabetic(records.get(start) & 0x7F)) {
            // No type of a record (RFC 8446 section 5.1) is a letter, and every HTTP method begins with one.
            saidInTheClear = new String(records.array(), start, Math.min(records.remaining(), MOST_SHOWN),
                    StandardCharsets.ISO_8859_1);
            return false;
        }
        if (records.remaining() < HEADER_BYTES) {
            return false;
        }
        if (records.get(start) == HANDSHAKE && !handshaking) {
            throw new SSLException("there is no second handshake");
        }
        int length = records.getShort(start + HEADER_BYTES - 2) & 0xFFFF;
        if (length > MOST_BYTES) {
            throw new SSLException("a record of " + length + " bytes is too long");
        }
        return records.remaining() >= HEADER_BYTES + length;
    }
}
