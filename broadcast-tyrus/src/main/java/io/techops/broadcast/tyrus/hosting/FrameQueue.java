package io.techops.broadcast.tyrus.hosting;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.glassfish.tyrus.spi.WriterInfo.MessageType;
import org.jspecify.annotations.Nullable;

/*
 * The bounds of the waiting frames:
 *
 *   a sender that waits   (getBasicRemote) has one frame in it, and waits until it has left
 *   all others            have MOST_BYTES together behind the one that leaves, or one that is longer; each counts
 *                         with more bytes than its own, or very short ones would take much more memory
 *   a pong                replaces one that has not begun to leave
 */

/** The frames that wait for the socket of a session. Guarded by the lock of the session's writer. */
final class FrameQueue {

    /** The most bytes that may wait behind the frame that is being written, without frames whose senders wait. */
    static final int MOST_BYTES = 4 << 20;
    /** The most frames of one write. */
    private static final int TURN = 16;

    private final Deque<OutgoingFrame> queue = new ArrayDeque<>();
    private long waitingBytes;

    /** {@return whether there is room for a frame} */
    boolean hasRoomFor(OutgoingFrame frame) {
        OutgoingFrame leaving = queue.peek();
        long behind = waitingBytes - (leaving == null || leaving.isWaitedFor ? 0 : leaving.length);
        return frame.isWaitedFor || behind <= 0 || behind + frame.length <= MOST_BYTES;
    }

    /** Adds a frame behind all others; a pong in place of one that waits. */
    void add(OutgoingFrame frame) {
        if (frame.type == MessageType.PONG) {
            queue.removeIf(older -> older.type == MessageType.PONG && !older.begun && goes(older));
        }
        queue.add(frame);
        if (!frame.isWaitedFor) {
            waitingBytes += frame.length;
        }
    }

    /** Notes that a frame waits no more. {@return true} */
    private boolean goes(OutgoingFrame frame) {
        if (!frame.isWaitedFor) {
            waitingBytes -= frame.length;
        }
        if (frame.deadline != null) {
            frame.deadline.cancel();
        }
        return true;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** {@return whether a part of the first frame may have been written, so that the rest has to follow} */
    boolean hasBegun() {
        return !queue.isEmpty() && queue.peek().begun;
    }

    /** {@return the buffers to write next} TLS may have encrypted all of them even if it reports that none has left. */
    ByteBuffer[] turn() {
        ByteBuffer[] frames = new ByteBuffer[Math.min(TURN, queue.size())];
        Iterator<OutgoingFrame> waiting = queue.iterator();
        for (int i = 0; i < frames.length; i++) {
            OutgoingFrame frame = waiting.next();
            frame.begun = true;
            frames[i] = frame.bytes;
        }
        return frames;
    }

    /** Removes the first frame if all of it was written. {@return it; null if it was not} */
    @Nullable OutgoingFrame pollWritten() {
        OutgoingFrame first = queue.peek();
        if (first == null || first.bytes.hasRemaining()) {
            return null;
        }
        goes(queue.remove());
        return first;
    }

    /** Removes a frame, unless a part of it may have been written. */
    void withdraw(OutgoingFrame frame) {
        if (!frame.begun && queue.remove(frame)) {
            goes(frame);
        }
    }

    /** Removes all frames. {@return them} */
    List<OutgoingFrame> drain() {
        List<OutgoingFrame> all = new ArrayList<>(queue);
        all.forEach(this::goes);
        queue.clear();
        return all;
    }
}
