package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.tyrus.frame.Encoders;
import io.techops.broadcast.tyrus.frame.Frames;
import org.jspecify.annotations.Nullable;

/*
 * In:  the socket -> FrameReader -> FrameDecoder (frames, limits, masks, UTF-8) -> the hub.
 * Out: the hub's batches and pings, pongs and the close frame.
 */

/**
 * A peer that speaks WebSocket (RFC 6455).
 */
public final class WebSocketConnection extends PeerConnection implements FrameReader.LastFrame {

    private static final CloseReason VANISHED =
            CloseReason.of(CloseReason.ABNORMAL, "the connection ended without a close frame");

    private final int mostAtOnce;
    private final FrameReader frames;
    private final boolean numbered;
    private final boolean compresses;
    private boolean mayBlock = true;

    /** The reason in the peer's close frame. Written by the reading thread before it tells the hub. */
    private volatile @Nullable CloseReason said;

    /**
     * @param encoders the encoders for the connection's extension, or for none
     * @param numbered whether the peer is told positions
     * @param whenEnded called once the socket is closed, perhaps more than once
     */
    public WebSocketConnection(BroadcastHub hub, WriteReadiness watch, SocketTransport pipe, Encoders encoders,
            boolean numbered, int maxMessageBytes, Runnable whenEnded) {
        super(hub, watch, pipe, numbered ? encoders.numbered() : encoders.plain(), VANISHED, whenEnded);
        this.mostAtOnce = SocketReader.mostAtOnce(maxMessageBytes);
        this.frames = new FrameReader(this, maxMessageBytes, encoders.deflate(), this);
        this.numbered = numbered;
        this.compresses = encoders.deflate() != null;
    }

    @Override
    public void register(Attributes attributes, Replay replay) {
        super.register(attributes, replay);
        mayBlock = hub.mayBlockReading();
    }

    @Override
    public boolean mayBlock() {
        return mayBlock;
    }

    @Override
    SocketReader reader() {
        return pipe.reader(mostAtOnce);
    }

    @Override
    boolean read(Source source) {
        try {
            return frames.read(source, registration);
        } catch (Throwable thrown) { // no memory, above all
            failed(thrown);
            return true;
        } finally {
            Thread.interrupted(); // foreign code may have left the thread interrupted
        }
    }

    @Override
    public void saidLast(CloseReason reason, boolean byPeer) {
        if (byPeer) {
            said = reason;
        }
        closeReceived(reason, byPeer);
    }

    @Override
    public void onResume(Runnable resumption) {
        frames.onResume(resumption);
    }

    @Override
    public void resume() {
        frames.resume();
    }

    @Override
    public boolean knowsPositions() {
        return numbered;
    }

    @Override
    public boolean encodesSlowly() {
        return compresses;
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
    void sayClose(CloseReason reason) {
        close(Frames.close(reason == said ? CloseReason.of(reason.code()) : reason));
    }
}
