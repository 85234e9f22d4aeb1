package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.frame.FrameDecoder;
import io.techops.broadcast.tyrus.frame.Frames;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One connection of the standalone server after its handshake: the hub's transport.
 *
 * In:  SocketFilter, which reads the pipe -> FrameDecoder (frames, limits, masks, UTF-8) -> the hub. HttpConnection
 * hands on what came right behind the request. Pings and pongs are answered here.
 * Out: the hub's batches and pings, pongs and the close frame -> FrameWriter -> the pipe.
 *
 * It ends in one of these ways, and always with ended(), which Grizzly calls once the socket is closed:
 *   the peer's close frame    nothing that comes after it is read. If the hub still owes the peer something, it calls
 *                             close() after that (promise I12); otherwise the answer leaves at once
 *   a violation               likewise, with the rule that was broken
 *   the hub's close           our close frame goes out after what was written before; the peer answers, or the hub
 *                             aborts
 *   end of stream             if our close frame has not left yet, it leaves first, as the input alone has ended
 *   reset                     found by reading, even if a write has failed before: what the peer sent until then counts
 * TCP is never closed right after the close frame: that would reset the connection and destroy the frame if the peer is
 * still sending. The output is shut down, and the input read until the peer has seen it, or LINGER is over.
 */

/**
 * A connection of the standalone server: its {@link Transport}, and its reading side. Reading is one thread at a time.
 */
public final class WebSocketConnection extends FrameWriter implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);
    /** How long a connection that has said all may go on after that. */
    private static final Duration LINGER = Duration.ofSeconds(2);
    /** How long the close frame of a connection that the hub no longer knows may wait behind a slow peer's data. */
    private static final Duration FLUSH = Duration.ofSeconds(5);
    private static final CloseReason VANISHED =
            CloseReason.of(CloseReason.ABNORMAL, "the connection ended without a close frame");
    private static final CloseReason TORN =
            CloseReason.of(CloseReason.ABNORMAL, "the connection could not be written to");
    private static final CloseReason FAILED =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "the connection could not be served");

    private final AdapterHub hub;
    private final WriteReadiness watch;
    private final FrameDecoder decoder;
    private final int mostAtOnce;
    private final Runnable whenEnded;

    /** Set before the connection is opened, never changed. */
    private @Nullable Registration registration;
    private boolean mayBlock = true;

    /** Owned by the reading thread. */
    private @Nullable ByteBuffer unread;
    private boolean paused;
    /** Written by the reading thread before it tells the hub: what the peer's close frame said. */
    private volatile @Nullable CloseReason said;
    /** Set by any thread: what comes is not looked at any more. */
    private volatile boolean deaf;
    /** Set by any thread, each once: our close frame has left; nothing that comes matters; the socket is closed. */
    private volatile boolean closeSent;
    private volatile boolean finished;
    private volatile boolean ended;

    /** Guards those below: a pause that ends before it has begun must not be missed, nor an end that comes twice. */
    private final Object pause = new Object();
    private WriteReadiness.@Nullable Deadline reaper;
    private boolean resumed;
    private @Nullable Runnable resumption;
    /** The peer has shut down its output, or is gone, while our close frame was still to leave. */
    private boolean inputOver;

    /**
     * @param whenEnded called once the socket is closed, perhaps more than once
     */
    public WebSocketConnection(BroadcastHub hub, WriteReadiness watch, SocketTransport pipe,
            Function<Batch, EncodedBatch> encoder, int maxMessageBytes, Runnable whenEnded) {
        super(pipe, encoder);
        this.hub = AdapterHub.of(hub);
        this.watch = watch;
        this.decoder = new FrameDecoder(maxMessageBytes);
        this.mostAtOnce = SocketReader.mostAtOnce(maxMessageBytes);
        this.whenEnded = whenEnded;
    }

    /** Registers with the hub, before the 101 is written. Throws what {@link AdapterHub#register} does. */
    public void register(Attributes attributes) {
        registration = hub.register(this, attributes);
        mayBlock = hub.mayBlockReading();
    }

    /** {@return whether reading may wait for foreign code} */
    public boolean mayBlock() {
        return mayBlock;
    }

    // The reading side.

    /** What has come for a peer, piece by piece. */
    interface Source {

        /** {@return the next piece, which is used until this is called again; null if that is all for now} */
        @Nullable ByteBuffer next();
    }

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
            registration.readStarted();
            try {
                return readPieces(source);
            } finally {
                registration.readComplete();
            }
        } catch (Throwable thrown) { // no memory, above all
            failed(thrown);
            return true;
        } finally {
            Thread.interrupted(); // foreign code may have left it, and a channel is closed by it
        }
    }

    /** {@return whether there is something left from before a pause} For the reading thread. */
    boolean isResumed() {
        return unread != null;
    }

    private boolean readPieces(Source source) {
        ByteBuffer piece = unread == null ? source.next() : unread;
        unread = null;
        for (; piece != null; piece = source.next()) {
            readFrames(piece);
            if (paused) {
                paused = false;
                unread = ByteBuffer.allocate(piece.remaining()).put(piece).flip();
                return false;
            }
        }
        return true;
    }

    private void readFrames(ByteBuffer piece) {
        while (!deaf && !paused) {
            switch (decoder.next(piece)) {
                case NOTHING -> {
                    return;
                }
                case MESSAGE -> {
                    paused = !registration.received(decoder.message());
                    Thread.interrupted();
                }
                case PING -> pong(Frames.control(Frames.PONG, decoder.payload()));
                case PONG -> registration.pong();
                case CLOSE -> {
                    said = decoder.reason();
                    fail(said, true);
                }
                case VIOLATION -> fail(decoder.reason(), false);
            }
        }
    }

    /** Nothing more is read. Our close frame goes out when the hub owes the peer nothing more. */
    private void fail(CloseReason reason, boolean byPeer) {
        deaf = true;
        if (registration.ending(reason, byPeer)) {
            sayClose(reason);
            finish();
        }
    }

    /** Something threw that was not expected: the connection cannot go on. */
    private void failed(Throwable thrown) {
        try {
            FAILURES.warn("A connection could not be served, and is closed", thrown);
            fail(FAILED, false);
        } catch (Throwable again) { // no memory for that either
            abort();
        }
    }

    /** Runs {@code resumption} once, when the pause is over, which may be now. */
    void onResume(Runnable resumption) {
        synchronized (pause) {
            if (!resumed) {
                this.resumption = resumption;
                return;
            }
            resumed = false;
        }
        resumption.run();
    }

    @Override
    public void resume() {
        Runnable now;
        synchronized (pause) {
            now = resumption;
            resumption = null;
            resumed = now == null;
        }
        if (now != null) {
            now.run();
        }
    }

    /**
     * Says that nothing more will come: the stream has ended, or broken. Closes the connection, unless our close frame
     * has still to leave.
     *
     * @return whether it is closed now
     */
    boolean inputEnded() {
        synchronized (pause) {
            inputOver = deaf && !closeSent && !isEnded();
            if (inputOver) {
                return false;
            }
        }
        pipe.close();
        return true;
    }

    // The end.

    private void sayClose(CloseReason reason) {
        close(Frames.close(reason == said ? CloseReason.of(reason.code()) : reason));
    }

    /** Both sides have said all, or will have once the close frame has left. */
    private void finish() {
        if (!ended) {
            finished = true; // before we look at closeSent: one of us two sees both
            boolean gone = closeSent;
            abortAfter(gone ? LINGER : FLUSH);
            if (gone) {
                pipe.finish();
            }
        }
    }

    /** Sees to it that the socket is gone by then. */
    private void abortAfter(Duration delay) {
        synchronized (pause) {
            if (reaper != null) {
                reaper.cancel();
            }
            reaper = ended ? null : watch.after(delay, this::abort);
        }
    }

    /** The socket is closed. */
    public void ended() {
        whenEnded.run();
        synchronized (pause) {
            ended = true;
            if (reaper != null) {
                reaper.cancel();
            }
        }
        deaf = true;
        try {
            end();
            pipe.ended();
        } finally { // also if there is no memory
            if (registration != null) {
                registration.unregister(VANISHED);
            }
        }
    }

    // What the hub asks for.

    @Override
    public void ping() {
        ping(Frames.control(Frames.PING, new byte[0]));
    }

    @Override
    public void close(CloseReason reason) {
        sayClose(reason);
        if (deaf) {
            finish(); // the peer has said all
        } else {
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
        boolean over;
        synchronized (pause) {
            closeSent = true;
            over = inputOver;
        }
        if (over) {
            pipe.close();
        } else if (finished) {
            abortAfter(LINGER);
            pipe.finish();
        }
    }

    /** The peer will not get the batch: whatever it has got so far is whole, and ends with a close frame. */
    @Override
    void noMemory(OutOfMemoryError thrown) {
        FAILURES.warn("No memory for a batch (-XX:MaxDirectMemorySize): the peer is closed", thrown);
        deaf = true;
        try {
            registration.unregister(FAILED);
            sayClose(FAILED);
            finish();
        } catch (Throwable again) { // no memory for that either
            abort();
        }
    }

    /** The peer may have got a part of a frame: only an abort tells it that no more of it comes. */
    @Override
    void torn() {
        deaf = true;
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
        boolean over;
        synchronized (pause) {
            over = inputOver;
        }
        if (over) {
            abort();
        } else {
            abortAfter(LINGER);
        }
    }
}
