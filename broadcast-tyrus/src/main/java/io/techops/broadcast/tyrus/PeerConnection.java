package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Registration;
import io.techops.broadcast.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.glassfish.tyrus.spi.Connection;
import org.jspecify.annotations.Nullable;

/*
 * One connection of the standalone server after its handshake: the hub's transport on one side, Tyrus on the other.
 *
 * In:  SocketFilter, which reads the pipe -> FrameGuard (limits, masks) -> Tyrus (frames, UTF-8, close handshake) ->
 *      the endpoint -> received() -> the hub. UpgradeFilter hands on what came right behind the request.
 *      Pings, pongs and plain close frames are answered here. So Tyrus's side, two fifths of the memory of a peer and more than a third of
 *      the work of its handshake, is not made before its first message: most peers only listen.
 * Out: the hub's batches, pings and pongs, and Tyrus's close frames through TyrusWriter -> Outbound -> the pipe.
 *
 * It ends in one of these ways, and always with ended(), which Grizzly calls once the socket is closed:
 *   the peer's close frame    Tyrus answers it and closes its writer; the rest is the peer's to do
 *   the hub's close           our close frame goes out after what was written before; the peer answers, or the hub
 *                             aborts
 *   a violation               our close frame goes out; what else comes is not looked at
 *   reset, end of stream      Grizzly notices
 * TCP is never closed right after the close frame: that would reset the connection and destroy the frame if the peer is
 * still sending. The output is shut down, and the input read until the peer has seen it, or LINGER is over.
 */

/**
 * A connection of the standalone server: its {@link Transport}, and its reading side. Reading is one thread at a time.
 */
final class PeerConnection extends Outbound implements Transport, Link {

    /** Hands a connection to the endpoint, whose open method runs on the thread that creates Tyrus's side of it. */
    static final ThreadLocal<PeerConnection> OPENING = new ThreadLocal<>();

    /** How long a connection that has said all may go on after that. */
    private static final Duration LINGER = Duration.ofSeconds(2);
    /** How long the close frame of a connection that the hub no longer knows may wait behind a slow peer's data. */
    private static final Duration FLUSH = Duration.ofSeconds(5);
    private static final CloseReason VANISHED =
            CloseReason.of(CloseReason.ABNORMAL, "the connection ended without a close frame");

    private final BroadcastHub hub;
    private final SocketWatch watch;
    private final Map<String, Object> attributes;
    private final TyrusMaker tyrusMaker;
    private final FrameGuard guard;
    private final Runnable whenEnded;

    /** Set before the connection is opened, never changed. */
    private @Nullable Registration registration;
    private boolean mayBlock = true;

    /** Owned by the reading thread, and after its last read by whoever ends the connection. */
    private @Nullable Connection tyrus;
    private @Nullable ByteBuffer unread;
    private boolean paused;
    /** Set by any thread: what comes is not looked at any more. */
    private volatile boolean deaf;
    /** Set by any thread, each once: our close frame has left; nothing that comes matters; the socket is closed. */
    private volatile boolean closeSent;
    private volatile boolean finished;
    private volatile boolean ended;

    /** Guards those below: a pause that ends before it has begun must not be missed, nor an end that comes twice. */
    private final Object pause = new Object();
    private boolean reading;
    private SocketWatch.@Nullable Deadline reaper;
    private boolean resumed;
    private @Nullable Runnable resumption;

    /** Makes Tyrus's side of a connection. */
    interface TyrusMaker extends Function<PeerConnection, Connection> {
    }

    /**
     * @param whenEnded called once the socket is closed, perhaps more than once
     */
    PeerConnection(BroadcastHub hub, SocketWatch watch, Map<String, Object> attributes, Pipe pipe,
            Function<Batch, WireBatch> encoder, TyrusMaker tyrusMaker, int maxMessageBytes, Runnable whenEnded) {
        super(pipe, encoder);
        this.hub = hub;
        this.watch = watch;
        this.attributes = attributes;
        this.tyrusMaker = tyrusMaker;
        this.guard = new FrameGuard(maxMessageBytes);
        this.whenEnded = whenEnded;
    }

    /** Registers with the hub, before the 101 is written. Throws what {@link BroadcastHub#register} does. */
    void register() {
        registration = hub.register(this);
        mayBlock = hub.mayBlockReading();
    }

    /** {@return whether reading may wait for foreign code} */
    boolean mayBlock() {
        return mayBlock;
    }

    // The reading side.

    /** What has come for a peer, piece by piece. */
    interface Source {

        /** {@return the next piece, which is used until this is called again; null if that is all for now} */
        @Nullable ByteBuffer next();
    }

    /** {@return what has come from the socket} For the reading thread. */
    Incoming incoming() {
        return pipe.incoming();
    }

    /**
     * Reads all frames of {@code source}, after those left when the hub paused the peer.
     *
     * @return false if the peer must not be read before it is resumed: {@link #onResume} says what to do then
     */
    boolean read(Source source) {
        synchronized (pause) {
            reading = true;
        }
        try {
            return readPieces(source);
        } finally {
            boolean over;
            synchronized (pause) {
                reading = false;
                over = ended;
            }
            if (over) {
                closeTyrus();
            }
        }
    }

    /** {@return whether there is something left from before a pause} For the reading thread. */
    boolean isResumed() {
        return unread != null;
    }

    private boolean readPieces(Source source) {
        registration.readStarted();
        try {
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
        } finally {
            registration.readComplete();
        }
    }

    private void readFrames(ByteBuffer piece) {
        while (!deaf && !paused) {
            ByteBuffer frame = guard.next(piece);
            if (frame != null) {
                take(frame);
            } else {
                CloseReason violation = guard.violation();
                if (violation != null) {
                    fail(violation);
                }
                return;
            }
        }
    }

    private void take(ByteBuffer frame) {
        switch (frame.get(frame.position()) & 0x0F) {
            case Frames.PING -> pong(Frames.pong(frame));
            case Frames.PONG -> pong();
            case Frames.CLOSE -> {
                if (tyrus == null && Frames.isPlainClose(frame)) {
                    fail(CloseReason.of(CloseReason.NORMAL)); // no need for Tyrus only to say goodbye
                } else {
                    toTyrus(frame);
                }
            }
            default -> toTyrus(frame);
        }
    }

    private void toTyrus(ByteBuffer frame) {
        if (tyrus == null) {
            tyrus = tyrusMaker.apply(this);
        }
        tyrus.getReadHandler().handle(frame);
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

    /** Ends the connection from our side, or answers a close frame with the same. */
    private void fail(CloseReason reason) {
        deaf = true;
        registration.unregister(reason);
        close(Frames.close(reason));
        finish();
    }

    // What the endpoint tells.

    @Override
    public void received(Message message) {
        if (!registration.received(message)) {
            paused = true;
        }
    }

    @Override
    public void pong() {
        registration.pong();
    }

    @Override
    public void closed(CloseReason reason) {
        if (registration != null) {
            registration.unregister(reason);
        }
    }

    @Override
    public void failed(Throwable thrown) {
        if (registration != null) {
            fail(CloseReason.of(CloseReason.INTERNAL_ERROR, "the connection could not be served"));
        }
    }

    /** Tyrus has nothing more to say. */
    void finish() {
        deaf = true;
        if (!ended) {
            finished = true; // before we look at closeSent: one of us two sees both
            boolean said = closeSent;
            abortAfter(said ? LINGER : FLUSH);
            if (said) {
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
            reaper = watch.after(delay, this::abort);
        }
    }

    /** The socket is closed. */
    void ended() {
        whenEnded.run();
        boolean now;
        synchronized (pause) {
            ended = true;
            now = !reading;
            if (reaper != null) {
                reaper.cancel();
            }
        }
        deaf = true;
        end();
        pipe.ended();
        if (now) {
            closeTyrus();
        }
        closed(VANISHED);
    }

    /** Tells Tyrus of the end. Never while a frame is read: Tyrus would take a ping as an error, and log it as one. */
    private void closeTyrus() {
        if (tyrus != null) {
            tyrus.close(new jakarta.websocket.CloseReason(
                    jakarta.websocket.CloseReason.CloseCodes.CLOSED_ABNORMALLY, VANISHED.phrase()));
        }
    }

    // What the hub asks for.

    @Override
    public void ping() {
        ping(Frames.control(Frames.PING, new byte[0]));
    }

    @Override
    public void close(CloseReason reason) {
        close(Frames.close(reason));
        resume(); // the answer has to be read
    }

    @Override
    public void abort() {
        end();
        pipe.abort();
    }

    @Override
    public Map<String, Object> attributes() {
        return attributes;
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
        closeSent = true;
        if (finished) {
            abortAfter(LINGER);
            pipe.finish();
        }
    }

    @Override
    void broken() {
        abort();
    }
}
