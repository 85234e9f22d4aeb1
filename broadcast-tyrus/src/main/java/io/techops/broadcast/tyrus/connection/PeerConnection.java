package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Replay;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * In:  the socket -> read(). HttpConnection hands on what came right behind the request.
 * Out: the hub's batches and frames -> FrameWriter -> the socket.
 *
 * CloseState has the ways to the end of a connection, which begin with
 *   the peer's close          its close frame: nothing that comes after it is read. If the hub still has messages for
 *                             the peer, it calls close() after them (promise I12); otherwise the answer leaves at once
 *   a violation               likewise, with the rule that was broken
 *   the hub's close           our close frame leaves after what was written before; then the peer answers, or the hub
 *                             aborts
 *   end of stream             if our close frame has not left yet, it leaves first, as the input alone has ended
 *   reset                     found by reading, even if a write has failed before: what the peer sent until then counts
 * and always end with ended(), which Grizzly calls once the socket is closed.
 * TCP is never closed right after our close frame: that would reset the connection and destroy it if the peer is still
 * sending. The output is shut down, and the input read until its end, or until the state's limit is over; then the
 * socket is closed with nothing unread, and the kernel goes on to deliver what it has.
 */

/**
 * A connection of the standalone server that belongs to a peer: its {@link Transport}, and its reading side. One thread
 * at a time reads.
 */
public abstract class PeerConnection extends FrameWriter implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);
    private static final CloseReason TORN =
            CloseReason.of(CloseReason.ABNORMAL, "the connection could not be written to");
    private static final CloseReason FAILED =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "the connection could not be served");

    final AdapterHub hub;
    private final WriteReadiness watch;
    private final CloseReason vanished;
    private final Runnable whenEnded;

    /** Set before the connection is opened, never changed. */
    @Nullable Registration registration;

    /**
     * The state that {@link #goOn} has handled last, and the deadline that aborts the connection if the state lasts too
     * long. Guarded by the lock.
     */
    private CloseState acted = CloseState.OPEN;
    private @Nullable Deadline abortDeadline;

    /**
     * @param vanished the close reason for the hub if the connection ends without a close frame of either side
     * @param whenEnded called once the socket is closed, perhaps more than once
     */
    PeerConnection(BroadcastHub hub, WriteReadiness watch, SocketTransport pipe, Function<Batch, EncodedBatch> encoder,
            CloseReason vanished, Runnable whenEnded) {
        super(pipe, encoder);
        this.hub = AdapterHub.of(hub);
        this.watch = watch;
        this.vanished = vanished;
        this.whenEnded = whenEnded;
    }

    /** Registers with the hub, before the answer is written. Throws what {@link AdapterHub#register} does. */
    public void register(Attributes attributes, Replay replay) {
        registration = hub.register(this, attributes, replay);
    }

    /** {@return whether reading may wait for foreign code} */
    public boolean mayBlock() {
        return false;
    }

    // The reading side.

    /** {@return the input from the socket} For the reading thread. */
    abstract SocketReader reader();

    /** The result of a turn of reading. */
    public enum Reading {
        /** More may come. */
        GOES_ON,
        /** The peer must not be read before it is resumed: use {@link #onResume}. */
        PAUSED,
        /** Nothing more will come: the stream has ended, or broken. Our close frame has still to leave. */
        ENDED,
        /** The connection is closed. */
        CLOSED
    }

    /**
     * Reads the input, after what was left when the hub paused the peer. For the reading thread.
     *
     * @param before the bytes that came behind the request; null if none
     */
    public final Reading read(@Nullable ByteBuffer before) {
        if (before != null && !read(new ArrayDeque<>(List.of(before))::poll)) {
            return Reading.PAUSED;
        }
        SocketReader reader = reader();
        boolean goesOn;
        boolean ended;
        try {
            goesOn = read(reader);
        } finally {
            ended = reader.end();
        }
        if (ended) {
            return inputEnded() ? Reading.CLOSED : Reading.ENDED;
        }
        return goesOn ? Reading.GOES_ON : Reading.PAUSED;
    }

    /** Reads all of {@code source}. {@return false if the peer must not be read before it is resumed} */
    abstract boolean read(Source source);

    /** Runs {@code resumption} once, when the pause is over, perhaps at once. */
    public abstract void onResume(Runnable resumption);

    /** Writes our close frame, if it was not written before. */
    abstract void sayClose(CloseReason reason);

    /** Reads nothing more. Our close frame leaves when the hub has no message left for the peer. */
    final void closeReceived(CloseReason reason, boolean byPeer) {
        enterCloseReceived();
        if (registration.ending(reason, byPeer)) {
            sayClose(reason);
        }
        goOn();
    }

    final void enterCloseReceived() {
        synchronized (this) {
            enter(state().closeReceived());
        }
    }

    /** Aborts the connection because of an unexpected failure. */
    final void failed(Throwable thrown) {
        try {
            FAILURES.warn("A connection could not be served, and is closed", thrown);
            closeReceived(FAILED, false);
        } catch (Throwable again) { // no memory for that either
            abort();
        }
    }

    /**
     * Notes that nothing more will come: the stream has ended, or broken. Closes the connection, unless our close frame
     * has still to leave.
     *
     * @return whether the connection is closed now
     */
    final boolean inputEnded() {
        synchronized (this) {
            enter(state().inputEnded());
        }
        goOn();
        return !state().writes;
    }

    // The end.

    /** Does what the connection's state requires, once for each state. */
    final void goOn() {
        CloseState now;
        synchronized (this) {
            now = state();
            if (now == acted) {
                return;
            }
            limit(now); // first: without memory for it, the next call does all of this
            acted = now;
        }
        if (now == CloseState.LINGERING) {
            pipe.finish();
        } else if (now == CloseState.DONE) {
            pipe.close();
        }
    }

    /**
     * Starts the time limit of a state. Called with the lock held. Without memory, the limit of the state before
     * remains.
     */
    private void limit(CloseState now) {
        Deadline before = abortDeadline;
        abortDeadline = now.limit == null ? null : watch.after(now.limit, this::abort);
        if (before != null) {
            before.cancel();
        }
    }

    /** The socket is closed. */
    public void ended() {
        whenEnded.run();
        try {
            end();
            goOn();
            pipe.ended();
        } finally { // also if there is no memory
            if (registration != null) {
                registration.unregister(vanished);
            }
        }
    }

    // What the hub asks for.

    @Override
    public final void close(CloseReason reason) {
        sayClose(reason);
        goOn();
        if (state().reads) {
            resume(); // the peer's close frame has to be read
        }
    }

    @Override
    public final void abort() {
        boolean delivers = false;
        try {
            delivers = end().delivers;
        } finally {
            pipe.abort(delivers);
        }
    }

    // Called by the outbound side.

    @Override
    void batchFits() {
        Registration mine = registration;
        if (mine != null) {
            mine.writable();
        }
    }

    @Override
    void someLeft() {
        Registration mine = registration;
        if (mine != null) {
            mine.progressed();
        }
        synchronized (this) {
            if (acted.writes && acted.limit != null && state() == acted) {
                limit(acted);
            }
        }
    }

    @Override
    void closeLeft() {
        goOn();
    }

    /** The peer will not get the batch: all that it has got so far is whole, and a close frame follows. */
    @Override
    void noMemory(OutOfMemoryError thrown) {
        FAILURES.warn("No memory for a batch (-XX:MaxDirectMemorySize): the peer is closed", thrown);
        enterCloseReceived();
        try {
            registration.unregister(FAILED);
            sayClose(FAILED);
            goOn();
        } catch (Throwable again) { // no memory for that either
            abort();
        }
    }

    /** The peer may have got a part of a frame: only an abort tells it that the rest will not come. */
    @Override
    void torn() {
        try {
            if (registration != null) {
                registration.unregister(TORN);
            }
        } finally {
            abort();
        }
    }

    /** What the peer sent before may still wait to be read; the end follows behind it. */
    @Override
    void broken() {
        if (state() == CloseState.ENDED) {
            abort();
        } else {
            goOn();
        }
    }
}
