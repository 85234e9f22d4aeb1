package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Replay;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.tyrus.frame.Encoders;
import io.techops.broadcast.tyrus.frame.Frames;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One connection of the standalone server after its handshake: the hub's transport.
 *
 * In:  SocketFilter, which reads the pipe -> FrameReader -> FrameDecoder (frames, limits, masks, UTF-8) -> the hub.
 * HttpConnection hands on what came right behind the request.
 * Out: the hub's batches and pings, pongs and the close frame -> FrameWriter -> the pipe.
 *
 * CloseState has the ways to its end, which begin with
 *   the peer's close frame    nothing that comes after it is read. If the hub still owes the peer something, it calls
 *                             close() after that (promise I12); otherwise the answer leaves at once
 *   a violation               likewise, with the rule that was broken
 *   the hub's close           our close frame goes out after what was written before; the peer answers, or the hub
 *                             aborts
 *   end of stream             if our close frame has not left yet, it leaves first, as the input alone has ended
 *   reset                     found by reading, even if a write has failed before: what the peer sent until then counts
 * and always end with ended(), which Grizzly calls once the socket is closed.
 * TCP is never closed right after the close frame: that would reset the connection and destroy the frame if the peer is
 * still sending. The output is shut down, and the input read until the peer has seen it, or the state's limit is over.
 */

/**
 * A connection of the standalone server: its {@link Transport}, and its reading side. Reading is one thread at a time.
 */
public final class WebSocketConnection extends FrameWriter implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);
    private static final CloseReason VANISHED =
            CloseReason.of(CloseReason.ABNORMAL, "the connection ended without a close frame");
    private static final CloseReason TORN =
            CloseReason.of(CloseReason.ABNORMAL, "the connection could not be written to");
    private static final CloseReason FAILED =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "the connection could not be served");

    private final AdapterHub hub;
    private final WriteReadiness watch;
    private final int mostAtOnce;
    private final FrameReader frames;
    private final Runnable whenEnded;
    private final boolean numbered;

    /** Set before the connection is opened, never changed. */
    private @Nullable Registration registration;
    private boolean mayBlock = true;

    /** Written by the reading thread before it tells the hub: what the peer's close frame said. */
    private volatile @Nullable CloseReason said;
    /** Guarded by the lock: the state that was acted upon last, and what aborts the connection if it lasts too long. */
    private CloseState acted = CloseState.OPEN;
    private WriteReadiness.@Nullable Deadline reaper;

    /**
     * @param numbered whether the peer is told positions
     * @param whenEnded called once the socket is closed, perhaps more than once
     */
    public WebSocketConnection(BroadcastHub hub, WriteReadiness watch, SocketTransport pipe, Encoders encoders,
            boolean numbered, int maxMessageBytes, Runnable whenEnded) {
        super(pipe, numbered ? encoders.numbered() : encoders.plain());
        this.hub = AdapterHub.of(hub);
        this.watch = watch;
        this.mostAtOnce = SocketReader.mostAtOnce(maxMessageBytes);
        this.frames = new FrameReader(this, maxMessageBytes, this::heard);
        this.whenEnded = whenEnded;
        this.numbered = numbered;
    }

    /** Registers with the hub, before the 101 is written. Throws what {@link AdapterHub#register} does. */
    public void register(Attributes attributes, Replay replay) {
        registration = hub.register(this, attributes, replay);
        mayBlock = hub.mayBlockReading();
    }

    /** {@return whether reading may wait for foreign code} */
    public boolean mayBlock() {
        return mayBlock;
    }

    // The reading side.

    /** {@return what has come from the socket} For the reading thread. */
    SocketReader reader() {
        return pipe.reader(mostAtOnce);
    }

    /**
     * Reads all frames of {@code source}, after those left when the hub paused the peer.
     *
     * @return false if the peer must not be read before it is resumed: {@link #onResume} says what to do then
     */
    boolean read(Source source) {
        try {
            return frames.read(source, registration);
        } catch (Throwable thrown) { // no memory, above all
            failed(thrown);
            return true;
        } finally {
            Thread.interrupted(); // foreign code may have left it, and a channel is closed by it
        }
    }

    /** Nothing more is read. Our close frame goes out when the hub owes the peer nothing more. */
    private void heard(CloseReason reason, boolean byPeer) {
        if (byPeer) {
            said = reason;
        }
        enterHeard();
        if (registration.ending(reason, byPeer)) {
            sayClose(reason);
        }
        goOn();
    }

    private void enterHeard() {
        synchronized (this) {
            enter(state().heard());
        }
    }

    /** Something threw that was not expected: the connection cannot go on. */
    private void failed(Throwable thrown) {
        try {
            FAILURES.warn("A connection could not be served, and is closed", thrown);
            heard(FAILED, false);
        } catch (Throwable again) { // no memory for that either
            abort();
        }
    }

    /** Runs {@code resumption} once, when the pause is over, which may be now. */
    void onResume(Runnable resumption) {
        frames.onResume(resumption);
    }

    @Override
    public void resume() {
        frames.resume();
    }

    /**
     * Says that nothing more will come: the stream has ended, or broken. Closes the connection, unless our close frame
     * has still to leave.
     *
     * @return whether it is closed now
     */
    boolean inputEnded() {
        synchronized (this) {
            enter(state().inputEnded());
        }
        goOn();
        return !state().writes;
    }

    // The end.

    private void sayClose(CloseReason reason) {
        close(Frames.close(reason == said ? CloseReason.of(reason.code()) : reason));
    }

    /** Does what the state that the connection has come to asks for, once. */
    private void goOn() {
        CloseState now;
        synchronized (this) {
            now = state();
            if (now == acted) {
                return;
            }
            acted = now;
            if (reaper != null) {
                reaper.cancel();
            }
            reaper = now.limit == null ? null : watch.after(now.limit, this::abort);
        }
        if (now == CloseState.LINGERING) {
            pipe.finish();
        } else if (now == CloseState.DONE) {
            pipe.close();
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
                registration.unregister(VANISHED);
            }
        }
    }

    // What the hub asks for.

    @Override
    public boolean knowsPositions() {
        return numbered;
    }

    @Override
    public boolean tell(StreamEvent event) {
        return tell(Frames.text(NumberedFormat.message(event)));
    }

    @Override
    public void ping() {
        ping(Frames.control(Frames.PING, new byte[0]));
    }

    @Override
    public void close(CloseReason reason) {
        sayClose(reason);
        goOn();
        if (state().reads) {
            resume(); // the answer has to be read
        }
    }

    @Override
    public void abort() {
        try {
            end();
        } finally {
            pipe.abort();
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
    }

    @Override
    void closeLeft() {
        goOn();
    }

    /** The peer will not get the batch: whatever it has got so far is whole, and ends with a close frame. */
    @Override
    void noMemory(OutOfMemoryError thrown) {
        FAILURES.warn("No memory for a batch (-XX:MaxDirectMemorySize): the peer is closed", thrown);
        enterHeard();
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
