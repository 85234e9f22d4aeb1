package io.techops.broadcast.tyrus.connection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * A row is what has become of the input, a column what has become of the output. Nothing goes back.
 *
 *                  messages are      our close frame     our close frame      writing
 *                  written           waits               has left             has failed
 *
 * input is read    OPEN --closing--> CLOSING --left----> CLOSE_SENT           BROKEN
 *                    |                  |                   |                    |
 *               closeReceived      closeReceived       closeReceived        closeReceived
 *                    v                  v                   v                    v
 * input is         CLOSE_RECEIVED -> ANSWERING --left--> LINGERING             DONE
 * ignored            |                  |                   |
 *                  inputEnded         inputEnded          inputEnded
 *                    v                  v                   v
 * end of stream    INPUT_ENDED ----> FINAL_FLUSH -left-> DONE
 *
 * The peer's input ends with a close frame or a violation; what comes after that is ignored. If the hub has no message
 * left for the peer then, the reading thread sends the close frame, otherwise the hub does so later.
 *
 * inputEnded leads from every state of the first row, BROKEN too, to DONE: nothing waits for a peer that ends without a
 * close frame. failed leads from the first row to BROKEN, so that what the peer sent before is still read; from the
 * other rows to ENDED, because there is nothing left to read. An abort and the end of the socket lead to DONE from
 * LINGERING and DONE, and to ENDED from all other states. An abort in ENDED resets the connection; in DONE the socket
 * is closed, and the kernel goes on to deliver what it holds. The close may take a moment, and a second abort meanwhile
 * (the hub and a time limit may both abort) must not reset the connection. A peer that has not answered our close frame
 * may be one that reads nothing.
 *
 * BROKEN, ANSWERING, FINAL_FLUSH and LINGERING have a time limit. The other states last as long as the hub's own
 * timeouts allow.
 */

/**
 * The state of a connection between its handshake and its end. Each method is an event, and returns the next state.
 */
enum CloseState {

    /** Both directions are in use. */
    OPEN(true, true, true, false, null),
    /** The hub has closed the peer; the close frame waits behind what was written before. */
    CLOSING(true, true, false, false, null),
    /** The close frame has left; the peer's answer is awaited. */
    CLOSE_SENT(true, false, false, false, null),
    /** Writing has failed; what the peer sent before can still be read. */
    BROKEN(true, false, false, false, Limits.DRAIN),
    /** The peer's input is over; the hub may still have messages for it. */
    CLOSE_RECEIVED(false, true, true, false, null),
    /** The input is over, and our close frame waits. */
    ANSWERING(false, true, false, false, Limits.FLUSH),
    /** The close frame has left, and the input is drained, so that no reset destroys the close frame. */
    LINGERING(false, false, false, true, Limits.FLUSH),
    /** Like {@link #CLOSE_RECEIVED}, and the stream has ended. */
    INPUT_ENDED(false, true, true, false, null),
    /** Like {@link #ANSWERING}, and the stream has ended. */
    FINAL_FLUSH(false, true, false, false, Limits.FLUSH),
    /** Nothing more is written or read: the socket is being closed; what was written before still leaves. */
    DONE(false, false, false, true, null),
    /** The socket is closed, or being aborted. */
    ENDED(false, false, false, false, null);

    /** A nested class, because the enum's constants cannot refer to constants of the enum itself. */
    private static final class Limits {
        /** How long the reading of what came before writing failed may take. */
        static final Duration DRAIN = Duration.ofSeconds(5);
        /**
         * How long a peer that is not read any more may take nothing while the close frame waits; and how long its
         * input is drained after the close frame has left.
         */
        static final Duration FLUSH = Duration.ofSeconds(5);
    }

    /** Whether input is decoded. */
    final boolean reads;
    /** Whether anything can be written. */
    final boolean writes;
    /** Whether messages can be written: the close frame is the last. */
    final boolean takesMessages;
    /** Whether both sides are done and the kernel has all our bytes: an abort lets it deliver them. */
    final boolean delivers;
    /** How long the state may last before the connection is aborted; null if the hub's timeouts bound it. */
    final @Nullable Duration limit;

    CloseState(boolean reads, boolean writes, boolean takesMessages, boolean delivers, @Nullable Duration limit) {
        this.reads = reads;
        this.writes = writes;
        this.takesMessages = takesMessages;
        this.delivers = delivers;
        this.limit = limit;
    }

    /** Our close frame is to be sent. Only the first one counts. */
    CloseState closing() {
        return switch (this) {
            case OPEN -> CLOSING;
            case CLOSE_RECEIVED -> ANSWERING;
            case INPUT_ENDED -> FINAL_FLUSH;
            default -> this;
        };
    }

    /** Our close frame has left. */
    CloseState left() {
        return switch (this) {
            case CLOSING -> CLOSE_SENT;
            case ANSWERING -> LINGERING;
            case FINAL_FLUSH -> DONE;
            default -> this;
        };
    }

    /** The peer's input is over: it sent a close frame, or broke a rule. */
    CloseState closeReceived() {
        return switch (this) {
            case OPEN -> CLOSE_RECEIVED;
            case CLOSING -> ANSWERING;
            case CLOSE_SENT -> LINGERING;
            case BROKEN -> DONE;
            default -> this;
        };
    }

    /** The stream from the peer has ended, or broken. */
    CloseState inputEnded() {
        return switch (this) {
            case OPEN, CLOSING, CLOSE_SENT, BROKEN, LINGERING -> DONE;
            case CLOSE_RECEIVED -> INPUT_ENDED;
            case ANSWERING -> FINAL_FLUSH;
            default -> this;
        };
    }

    /** The connection is aborted, or the socket closed. */
    CloseState ended() {
        return delivers ? DONE : ENDED;
    }

    /** Writing has failed. */
    CloseState failed() {
        return reads ? BROKEN : this == DONE ? DONE : ENDED;
    }
}
