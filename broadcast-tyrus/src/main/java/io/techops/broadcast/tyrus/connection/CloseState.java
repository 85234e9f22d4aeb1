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
 * the peer has     CLOSE_RECEIVED -> ANSWERING --left--> LINGERING             DONE
 * said its last      |                  |                   |
 *                  inputEnded         inputEnded          inputEnded
 *                    v                  v                   v
 * end of stream    INPUT_ENDED ----> FINAL_FLUSH -left-> DONE
 *
 * The peer says its last with a close frame or by breaking a rule; what comes after that is not looked at. If the hub
 * owes it nothing then, the reading thread sends the close frame, otherwise the hub does so later.
 *
 * inputEnded leads from every state of the first row, BROKEN too, to DONE: a peer that goes without a close frame is
 * not waited for. failed leads from the first row to BROKEN, so that what the peer sent before is still read; from the
 * other rows to ENDED, because there is nothing to wait for. An abort, and the end of the socket, lead to ENDED, but
 * from LINGERING and DONE to DONE. An abort resets the connection in ENDED; in DONE the socket is closed, and the
 * kernel goes on to deliver what it holds. To close it may take a moment, and another abort that comes meanwhile, as
 * that of the hub and that of a time limit may, must not reset it. A peer that has not answered our close frame may be
 * one that reads nothing.
 *
 * BROKEN, ANSWERING, FINAL_FLUSH and LINGERING have a time limit. The others wait for the peer as long as the hub's own
 * timeouts allow.
 */

/**
 * Where a connection is on its way from the handshake to its end. Each method is an event, and returns the next state.
 */
enum CloseState {

    /** Both directions are in use. */
    OPEN(true, true, true, false, null),
    /** The hub has closed the peer; the close frame waits behind what was written before. */
    CLOSING(true, true, false, false, null),
    /** The close frame has left; the peer's answer is awaited. */
    CLOSE_SENT(true, false, false, false, null),
    /** Writing has failed; what came before can still be read. */
    BROKEN(true, false, false, false, Limits.DRAIN),
    /** The peer has said its last; the hub may still owe it something. */
    CLOSE_RECEIVED(false, true, true, false, null),
    /** Both have said their last, and the close frame waits. */
    ANSWERING(false, true, false, false, Limits.FLUSH),
    /** The close frame has left, and the input is drained, so that a reset does not destroy it. */
    LINGERING(false, false, false, true, Limits.FLUSH),
    /** As {@link #CLOSE_RECEIVED}, and the stream has ended. */
    INPUT_ENDED(false, true, true, false, null),
    /** As {@link #ANSWERING}, and the stream has ended. */
    FINAL_FLUSH(false, true, false, false, Limits.FLUSH),
    /** Nothing more is written or read: the socket is being closed; what was written before still leaves. */
    DONE(false, false, false, true, null),
    /** The socket is closed, or being aborted. */
    ENDED(false, false, false, false, null);

    /** Of a nested class, because constants of the enum cannot refer to those of their own. */
    private static final class Limits {
        /** How long it may take to read what came before writing failed. */
        static final Duration DRAIN = Duration.ofSeconds(5);
        /**
         * How long a peer that is not read any more may take nothing while the close frame waits; and how long what it
         * still sends is read and dropped after that has left.
         */
        static final Duration FLUSH = Duration.ofSeconds(5);
    }

    /** Whether what comes is looked at. */
    final boolean reads;
    /** Whether anything can be written. */
    final boolean writes;
    /** Whether messages can be written: the close frame is the last. */
    final boolean takesMessages;
    /** Whether both have said all, and the kernel has it: an abort lets it deliver that. */
    final boolean delivers;
    /** After what time the connection is aborted; null if the hub's timeouts see to that. */
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

    /** The peer has said its last. */
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
