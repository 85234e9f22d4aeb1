package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.tyrus.frame.DeflateExtension;
import io.techops.broadcast.tyrus.frame.FrameDecoder;
import io.techops.broadcast.tyrus.frame.Frames;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 * A turn of reading is limited in bytes, but few bytes may cause much work. Each pong is a system call; so of many
 * pings in one piece, the first ones and the newest are answered (RFC 6455 section 5.5.3). The work of inflating
 * messages is limited as well: when the limit is exceeded, the turn ends as if the hub had paused the peer and resumed
 * it at once, and the rest of the input waits for a thread of the pool, behind other peers.
 */

/**
 * The inbound side of a connection: decodes the input, reports messages to the hub, and answers pings. While the hub
 * has paused the peer, the rest of the input is kept. Reading is one thread at a time; {@link #resume} may be called by
 * any thread.
 */
final class FrameReader {

    /** The limit of the work of inflating in a turn, in the unit of {@link FrameDecoder#inflating}. */
    private static final int MOST_INFLATING = SocketReader.MOST_BYTES;

    /** Is told of the peer's last frame. */
    interface LastFrame {

        /**
         * Ends the connection; nothing more is decoded once its {@link CloseState} does not read.
         *
         * @param reason the content of the close frame, or the rule that the peer broke
         * @param byPeer whether it was a close frame
         */
        void saidLast(CloseReason reason, boolean byPeer);
    }

    private final FrameWriter out;
    private final FrameDecoder decoder;
    private final LastFrame lastFrame;

    /** Owned by the reading thread. */
    private @Nullable ByteBuffer unread;
    private boolean paused;
    private int pongs;
    private byte @Nullable [] newestPing;
    private long turnEnds;

    /** Guarded by this: a pause that ends before {@link #onResume} was called must not be missed. */
    private boolean resumed;
    private @Nullable Runnable resumption;

    /**
     * @param deflate inflates messages; null if none may be compressed
     */
    FrameReader(FrameWriter out, int maxMessageBytes, @Nullable DeflateExtension deflate, LastFrame lastFrame) {
        this.out = out;
        this.decoder = new FrameDecoder(maxMessageBytes, deflate);
        this.lastFrame = lastFrame;
    }

    /**
     * Reads all frames of {@code source}, after those left when the hub paused the peer.
     *
     * @return false if the peer must not be read before it is resumed: {@link #onResume} says what to do then
     */
    boolean read(Source source, Registration registration) {
        registration.readStarted();
        try {
            return readPieces(source, registration);
        } finally {
            registration.readComplete();
        }
    }

    private boolean readPieces(Source source, Registration registration) {
        turnEnds = decoder.inflating() + MOST_INFLATING;
        boolean kept = unread != null;
        ByteBuffer piece = kept ? unread : source.next();
        unread = null;
        for (; piece != null; piece = source.next()) {
            readFrames(piece, registration);
            if (paused) {
                paused = false;
                unread = kept ? piece : ByteBuffer.allocate(piece.remaining()).put(piece).flip();
                return false;
            }
            kept = false;
        }
        return true;
    }

    private void readFrames(ByteBuffer piece, Registration registration) {
        pongs = 0;
        boolean more = true;
        while (more && out.state().reads && !paused) {
            more = readFrame(piece, registration);
        }
        if (newestPing != null) {
            out.pong(Frames.control(Frames.PONG, newestPing));
            newestPing = null;
        }
    }

    /** Reads one frame. {@return whether another one may follow in the piece} */
    private boolean readFrame(ByteBuffer piece, Registration registration) {
        switch (decoder.next(piece)) {
            case NOTHING -> {
                return false;
            }
            case MESSAGE -> {
                paused = !registration.received(decoder.message());
                Thread.interrupted(); // foreign code may have left the thread interrupted
                if (!paused && decoder.inflating() > turnEnds) {
                    paused = true;
                    resume();
                }
            }
            case PING -> answer(decoder.payload());
            case PONG -> registration.pong();
            case CLOSE -> lastFrame.saidLast(decoder.reason(), true);
            case VIOLATION -> lastFrame.saidLast(decoder.reason(), false);
        }
        return true;
    }

    private void answer(byte[] ping) {
        if (pongs < Frames.MOST_PONGS) {
            pongs++;
            out.pong(Frames.control(Frames.PONG, ping));
        } else {
            newestPing = ping;
        }
    }

    /** Runs {@code action} once, when the pause is over, perhaps at once. */
    void onResume(Runnable action) {
        synchronized (this) {
            if (!resumed) {
                resumption = action;
                return;
            }
            resumed = false;
        }
        action.run();
    }

    /** Ends the pause. */
    void resume() {
        Runnable now;
        synchronized (this) {
            now = resumption;
            resumption = null;
            resumed = now == null;
        }
        if (now != null) {
            now.run();
        }
    }
}
