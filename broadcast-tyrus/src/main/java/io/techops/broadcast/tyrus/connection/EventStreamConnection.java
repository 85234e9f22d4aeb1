package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.sse.EventStreamFormat;
import java.nio.ByteBuffer;
import java.util.function.Function;

/*
 * The stream is the body of one response, which ends with the connection (RFC 9112 section 6.3): so its bytes are those
 * of the events, whatever the version of HTTP, and all peers share them. A body that is cut off loses nothing, because
 * a client drops an event that is not whole (HTML standard, section 9.2.6).
 *
 * Such a peer sends nothing. Input is dropped: a second request is not answered, as the connection ends with the
 * stream. The end of the input is the peer's end: a client that shuts down only its output cannot be told from one that
 * has gone. As nothing answers a heartbeat, each write that the socket takes is a sign of life; a client that has
 * vanished is noticed when TCP gives up, or when the socket takes no more.
 */

/**
 * A peer that receives Server-Sent Events (HTML standard, section 9.2).
 */
public final class EventStreamConnection extends PeerConnection {

    private static final CloseReason VANISHED =
            CloseReason.of(CloseReason.ABNORMAL, "the client has ended the event stream");
    private static final CloseReason UNEXPECTED_INPUT =
            CloseReason.of(CloseReason.POLICY_VIOLATION, "a client of an event stream must not send anything");

    /** How many bytes the peer may send: as many as the server skips behind a request. */
    private static final int MOST_INPUT = 64 << 10;

    /** Owned by the reading thread. */
    private int dropped;

    /**
     * @param encoder the same object for all event streams of a server, so that they share its encodings
     * @param whenEnded called once the socket is closed, perhaps more than once
     */
    public EventStreamConnection(BroadcastHub hub, WriteReadiness watch, SocketTransport pipe,
            Function<Batch, EncodedBatch> encoder, Runnable whenEnded) {
        super(hub, watch, pipe, encoder, VANISHED, whenEnded);
    }

    @Override
    SocketReader reader() {
        return pipe.reader(SocketReader.LEAST_READ);
    }

    @Override
    boolean read(Source source) {
        for (ByteBuffer piece = source.next(); piece != null; piece = source.next()) {
            dropped = Math.min(MOST_INPUT + 1, dropped + piece.remaining());
        }
        if (dropped > MOST_INPUT && state().reads) {
            closeReceived(UNEXPECTED_INPUT, false);
        }
        return true;
    }

    @Override
    public void onResume(Runnable resumption) {
        resumption.run(); // an event stream is never paused
    }

    @Override
    public void resume() {
        // An event stream is never paused.
    }

    @Override
    public boolean knowsPositions() {
        return true;
    }

    @Override
    public boolean tell(StreamEvent event) {
        return tell(EventStreamFormat.event(event));
    }

    @Override
    public void ping() {
        ping(EventStreamFormat.heartbeat());
    }

    @Override
    void sayClose(CloseReason reason) {
        close(EventStreamFormat.end(reason));
    }

    @Override
    void batchFits() {
        isAlive();
        super.batchFits();
    }

    @Override
    void someLeft() {
        isAlive();
        super.someLeft();
    }

    private void isAlive() {
        if (registration != null) {
            registration.pong();
        }
    }

    /** No close frame of the peer follows the end of our stream. */
    @Override
    void closeLeft() {
        enterCloseReceived();
        goOn();
    }
}
