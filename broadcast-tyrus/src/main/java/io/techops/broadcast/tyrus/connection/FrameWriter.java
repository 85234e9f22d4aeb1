package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The only way out for every byte of a connection: the 101, batches, pings, pongs, the close frame.
 *
 * Each of these is written at once, under the lock, if nothing waits. Otherwise it waits:
 *   current            what a short write left over, always the rest of whole frames
 *   batch, event       one of the two, because the hub brings no second one before it knows that the first has left
 *   pong, ping, close  one of each; a newer pong replaces one that waits (RFC 6455 section 5.5.3)
 * so a connection holds at most one batch and a few hundred bytes, however long its peer does not read. A frame starts
 * only where one has ended, and nothing follows the close frame. Nothing but the 101 leaves before the 101.
 *
 * What waits is written a turn of at most TURN chunks at a time. A peer may read as fast as the server encrypts, so
 * that one write could take all of a large batch. So the hub is told of progress after each turn, and other sockets are
 * served between two turns.
 *
 * Memory may run out. Before the first byte of a batch is written, a close frame may still follow. Later, the position
 * within a frame, or the wake-up for the rest, is lost: then the connection is "torn", nothing more is written, and it
 * is aborted.
 */

/**
 * The outbound side of a connection. Safe for use by any number of threads; no method blocks, and nothing foreign is
 * called while the lock is held.
 *
 * <p>It is a superclass of the connection, not one of its fields: a virtual machine lays out the fields of a superclass
 * first, so that all fields that a delivery needs are near each other in memory.
 */
abstract class FrameWriter implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(FrameWriter.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);
    private static final int WRITABLE = 1;
    private static final int CLOSE_LEFT = 2;
    private static final int BROKEN = 4;
    private static final int PROGRESSED = 8;
    private static final int TORN = 16;
    /** Chunks of a batch, {@value DirectBufferPool#CHUNK} bytes each; no fewer than a pipe may have encrypted ahead. */
    private static final int TURN = 16;
    /** What is written before the 101: nothing. */
    private static final ByteBuffer[] CORK = {};

    final SocketTransport pipe;
    /** The channel that takes batches directly, or null if they have to go through the transport. */
    private final @Nullable GatheringByteChannel channel;
    private final Function<Batch, EncodedBatch> encoder;

    /** All of these are guarded by the lock: this object's own, so that a delivery touches no other for it. */
    private ByteBuffer @Nullable [] current = CORK;
    private @Nullable EncodedBatch currentBatch;
    private @Nullable EncodedBatch batch;
    private @Nullable ByteBuffer event;
    private @Nullable ByteBuffer pong;
    private @Nullable ByteBuffer ping;
    private @Nullable ByteBuffer close;
    private boolean owesWritable;
    private int notifications;
    /** Written with the lock held, read by any thread. */
    private volatile CloseState state = CloseState.OPEN;

    /**
     * @param encoder one constant for all connections of a server, so that they share what it makes
     */
    FrameWriter(SocketTransport pipe, Function<Batch, EncodedBatch> encoder) {
        this.pipe = pipe;
        this.channel = pipe.channel();
        this.encoder = encoder;
    }

    // Called without the lock: the results of writing.

    /** A batch fits again, after {@link #write} returned false. */
    abstract void batchFits();

    /** Some of the waiting bytes have left, but no batch fits yet. */
    abstract void someLeft();

    /** The close frame has left. */
    abstract void closeLeft();

    /** The socket is broken. */
    abstract void broken();

    /** There was no memory, most likely no direct memory, to write a batch; no byte of it was written. */
    abstract void noMemory(OutOfMemoryError thrown);

    /** Writing failed, for want of memory, at a point where no close frame can follow: nothing more is written. */
    abstract void torn();

    /** Writes the 101, and then all that waits behind it. */
    public final void open(ByteBuffer response) {
        bring(() -> {
            if (current == CORK) {
                current = new ByteBuffer[] {response};
            }
        });
    }

    /** Takes all of a batch. {@return whether another one fits now} */
    public final boolean write(Batch messages) {
        int told;
        try {
            EncodedBatch wire = messages.encoding(encoder);
            if (wire.length() == 0) {
                return true; // the batch has nothing for this kind of peer
            }
            synchronized (this) {
                if (!state.takesMessages) {
                    return false;
                }
                if (current == null) {
                    if (writeNow(wire)) {
                        return true;
                    }
                } else {
                    checkNothingWaits();
                    batch = wire.hold();
                }
                owesWritable = true;
                told = takeNews();
            }
        } catch (OutOfMemoryError e) {
            noMemory(e); // nothing of the batch was written
            return false;
        }
        tell(told);
        return false;
    }

    /** Takes the frame of a stream event. {@return whether a batch, or another one, fits now} */
    final boolean tell(ByteBuffer frame) {
        int told;
        boolean fits;
        synchronized (this) {
            if (!state.takesMessages) {
                return false;
            }
            checkNothingWaits();
            event = frame;
            pumpOn();
            fits = current == null && state.takesMessages;
            owesWritable = !fits;
            told = takeNews();
        }
        tell(told);
        return fits;
    }

    private void checkNothingWaits() {
        if (batch != null || event != null) {
            throw new IllegalStateException("a batch was brought while another one waits");
        }
    }

    private boolean writeNow(EncodedBatch wire) {
        try {
            long written = channel != null ? wire.writeTo(channel) : pipe.write(wire);
            if (written == wire.length()) {
                return true;
            }
            try {
                current = wire.view(written);
                currentBatch = wire.hold();
                pipe.awaitWritable(this);
            } catch (Throwable thrown) {
                tornBy(thrown);
            }
        } catch (IOException e) {
            brokenBy(e);
        }
        return false;
    }

    /** Answers a ping, with a whole frame. */
    final void pong(ByteBuffer frame) {
        bring(() -> pong = frame);
    }

    /** Sends a ping, with a whole frame. */
    final void ping(ByteBuffer frame) {
        bring(() -> ping = frame);
    }

    /** Sends a close frame, unless one was sent, or waits, already. */
    final void close(ByteBuffer frame) {
        bring(() -> {
            if (enter(state.closing())) {
                close = frame;
            }
        });
    }

    /** Writes more of what waits: called when the transport takes more. */
    @Override
    public final void run() {
        bring(() -> { });
    }

    private void bring(Runnable what) {
        int told;
        synchronized (this) {
            if (!state.writes) {
                return;
            }
            what.run();
            pumpOn();
            told = takeNews();
        }
        tell(told);
    }

    /** Forgets what waits: from now on nothing is written or read. {@return the state after that} */
    final CloseState end() {
        synchronized (this) {
            enter(state.ended());
            return state;
        }
    }

    /** {@return the state of the connection} */
    final CloseState state() {
        return state;
    }

    // With the lock held.

    /**
     * Enters a state. {@return whether it differs from the one before} Forgets what waits if it can no longer be
     * written.
     */
    final boolean enter(CloseState next) {
        if (next == state) {
            return false;
        }
        state = next;
        if (!next.writes) {
            release();
            batch = released(batch);
            event = null;
            pong = null;
            ping = null;
            close = null;
        }
        return true;
    }

    private void pumpOn() {
        try {
            pump();
        } catch (IOException e) {
            brokenBy(e);
        } catch (Throwable thrown) {
            tornBy(thrown);
        }
    }

    private void pump() throws IOException {
        while (current != CORK) {
            if (current == null || isTaken(current)) {
                boolean last = close != null && current != null && current[0] == close;
                release();
                if (last) {
                    pipe.shutdownOutput();
                    enter(state.left());
                    notifications |= CLOSE_LEFT;
                    return;
                }
                if (!next()) {
                    break;
                }
            }
            if (pipe.write(turn(current)) > 0) {
                notifications |= PROGRESSED;
            }
            if (!isTaken(current)) {
                pipe.awaitWritable(this);
                return;
            }
        }
        if (owesWritable && current == null && state.takesMessages) {
            owesWritable = false;
            notifications |= WRITABLE;
        }
    }

    /** {@return the buffers to write next: the same objects, so that their positions move} */
    private static ByteBuffer[] turn(ByteBuffer[] buffers) {
        int first = 0;
        while (!buffers[first].hasRemaining() && first < buffers.length - 1) {
            first++;
        }
        return Arrays.copyOfRange(buffers, first, Math.min(first + TURN, buffers.length));
    }

    private static boolean isTaken(ByteBuffer[] buffers) {
        return !buffers[buffers.length - 1].hasRemaining();
    }

    /** Makes what waits the current one. {@return whether anything waits} */
    private boolean next() {
        if (batch != null) {
            current = batch.view(0);
            currentBatch = batch;
            batch = null;
            return true;
        }
        ByteBuffer frame = event != null ? event : pong != null ? pong : ping != null ? ping : close;
        if (frame == null) {
            return false;
        }
        if (frame == event) {
            event = null;
        } else if (frame == pong) {
            pong = null;
        } else if (frame == ping) {
            ping = null;
        } // the close frame stays, so that its end is noticed
        current = new ByteBuffer[] {frame};
        return true;
    }

    private void release() {
        current = null;
        currentBatch = released(currentBatch);
    }

    private static @Nullable EncodedBatch released(@Nullable EncodedBatch held) {
        if (held != null) {
            held.release();
        }
        return null;
    }

    private void brokenBy(IOException e) {
        enter(state.failed());
        notifications |= BROKEN;
        LOG.trace("A connection broke: {}", e.toString());
    }

    private void tornBy(Throwable thrown) {
        notifications |= TORN;
        end();
        FAILURES.warn("No memory for the rest of what is written (-Xmx, -XX:MaxDirectMemorySize): the peer is aborted",
                thrown);
    }

    private int takeNews() {
        int taken = notifications;
        notifications = 0;
        return taken;
    }

    private void tell(int told) {
        if ((told & WRITABLE) != 0) {
            batchFits();
        } else if ((told & PROGRESSED) != 0) {
            someLeft();
        }
        if ((told & CLOSE_LEFT) != 0) {
            closeLeft();
        }
        if ((told & BROKEN) != 0) {
            broken();
        }
        if ((told & TORN) != 0) {
            torn();
        }
    }
}
