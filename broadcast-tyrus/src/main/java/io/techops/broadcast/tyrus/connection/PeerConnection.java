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
 * In: the pipe -> read(). HttpConnection hands on what came right behind the request.
 * Out: what the hub asks for -> FrameWriter -> the pipe.
 *
 * CloseState has the ways to its end, which begin with
 *   the peer's close          its close frame: nothing that comes after it is read. If the hub still owes the peer
 *                             something, it calls close() after that (promise I12); otherwise the answer leaves at once
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
 * One connection of the standalone server once it is a peer's: its {@link Transport}, and its reading side. Reading is
 * one thread at a time.
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

    /** Guarded by the lock: the state that was acted upon last, and what aborts the connection if it lasts too long. */
    private CloseState acted = CloseState.OPEN;
    private @Nullable Deadline abortDeadline;

    /**
     * @param vanished what the hub is told if the connection ends before either side has said its last
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

    /** {@return what has come from the socket} For the reading thread. */
    abstract SocketReader reader();

    /** What a turn of reading has come to. */
    public enum Reading {
        /** More may come. */
        GOES_ON,
        /** The peer must not be read before it is resumed: {@link #onResume} says what to do then. */
        PAUSED,
        /** Nothing will ever come: the stream has ended, or broken. Our last words have still to leave. */
        ENDED,
        /** The connection is closed. */
        CLOSED
    }

    /**
     * Reads what has come, after what was left when the hub paused the peer. For the reading thread.
     *
     * @param before what came behind the request; null for nothing
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

    /** Runs {@code resumption} once, when the pause is over, which may be now. */
    public abstract void onResume(Runnable resumption);

    /** Writes our close frame, if it was not written before. */
    abstract void sayClose(CloseReason reason);

    /** Nothing more is read. Our close frame leaves when the hub owes the peer nothing more. */
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

    /** Something threw that was not expected: the connection cannot go on. */
    final void failed(Throwable thrown) {
        try {
            FAILURES.warn("A connection could not be served, and is closed", thrown);
            closeReceived(FAILED, false);
        } catch (Throwable again) { // no memory for that either
            abort();
        }
    }

    /**
     * Says that nothing more will come: the stream has ended, or broken. Closes the connection, unless our close frame
     * has still to leave.
     *
     * @return whether it is closed now
     */
    final boolean inputEnded() {
        synchronized (this) {
            enter(state().inputEnded());
        }
        goOn();
        return !state().writes;
    }

    // The end.

    /** Does what the state that the connection has come to asks for, once. */
    final void goOn() {
        CloseState now;
        synchronized (this) {
            now = state();
            if (now == acted) {
                return;
            }
            limit(now); // first: without memory for it, the next call does all this
            acted = now;
        }
        if (now == CloseState.LINGERING) {
            pipe.finish();
        } else if (now == CloseState.DONE) {
            pipe.close();
        }
    }

    /** With the lock held: a state's time begins now. Without memory, that of the state before goes on. */
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
            resume(); // the answer has to be read
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

    // What the outbound side tells.

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

    /** The peer will not get the batch: whatever it has got so far is whole, and ends with a close frame. */
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

    /** The peer may have got a part of a frame: only an abort tells it that no more of it comes. */
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

    /** What the peer sent before may still wait to be read, and then says that this is the end. */
    @Override
    void broken() {
        if (state() == CloseState.ENDED) {
            abort();
        } else {
            goOn();
        }
    }
}
