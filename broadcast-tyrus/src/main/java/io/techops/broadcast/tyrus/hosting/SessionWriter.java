package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.tyrus.connection.Deadline;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;
import org.glassfish.tyrus.spi.WriterInfo.MessageType;
import org.glassfish.tyrus.spi.WriterInfo.RemoteEndpointType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Tyrus brings whole frames, one after the other, with the session's own lock held. What the socket takes leaves at
 * once; the rest waits in a queue, and leaves on a thread of the watch when the socket takes more. The queue is
 * bounded:
 *
 *   a sender that waits   (getBasicRemote) has one frame in it, and waits until it has left
 *   all others            have MOST_BYTES together behind the one that leaves, or one that is longer; a frame more,
 *                         and the session is ended
 *   a pong                replaces one that has not begun to leave
 *   a send with a timeout leaves the queue when it is over, unless it has begun to leave
 *
 * A session whose socket takes nothing for STALL is ended as well. That a frame has left, or never will, is told inline
 * to a sender that waits, because that calls nothing of the application; and to a SendHandler or a Future on a thread
 * of the server, in order, without any lock.
 */

/** The outbound side of a session. Safe for use by any number of threads; no method blocks. */
final class SessionWriter extends Writer {

    /** The most bytes that may wait behind the frame that leaves, but for those of senders that wait themselves. */
    static final int MOST_BYTES = 4 << 20;
    /** How long a socket may take nothing. */
    static final Duration STALL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(SessionWriter.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);
    /** The most frames of one write. */
    private static final int TURN = 16;

    /** What the session does about its end. None is called with a lock held. */
    interface Owner {

        /** Tyrus brings nothing more. */
        void closed();

        /** The close frame has left. */
        void closeLeft();

        /** The socket takes nothing, or not enough. */
        void tooSlow(String why);

        /** The socket is broken. */
        void broken();
    }

    private final SocketTransport pipe;
    private final WriteReadiness watch;
    private final OrderedCalls results;
    private final LongSupplier sendTimeout;
    private final Owner owner;

    /** All of these are guarded by this. */
    private final Deque<Send> queue = new ArrayDeque<>();
    private long waitingBytes;
    private boolean closeBrought;
    private boolean ended;
    private boolean awaiting;
    private boolean stallWatched;
    private long progress;
    private @Nullable ByteBuffer answer;

    /** A frame on its way out. */
    private static final class Send {
        private final ByteBuffer frame;
        private final int length;
        private final CompletionHandler<ByteBuffer> handler;
        private final @Nullable MessageType type;
        private final boolean isWaitedFor;
        private final boolean isAsync;
        /** Whether some of it may have left already. */
        private boolean begun;
        private boolean told;
        private @Nullable Deadline deadline;

        Send(ByteBuffer frame, CompletionHandler<ByteBuffer> handler, @Nullable WriterInfo info) {
            this.frame = frame;
            this.length = frame.remaining();
            this.handler = handler;
            this.type = info == null ? null : info.getMessageType();
            RemoteEndpointType by = info == null ? null : info.getRemoteEndpointType();
            this.isWaitedFor = by == RemoteEndpointType.BASIC || type == MessageType.CLOSE;
            this.isAsync = by == RemoteEndpointType.ASYNC;
        }
    }

    /**
     * Makes a writer that has nothing to write.
     *
     * @param threads run what is told to the application
     * @param sendTimeout the session's timeout of an asynchronous send, in milliseconds; 0 or less for none
     */
    SessionWriter(SocketTransport pipe, WriteReadiness watch, Executor threads, LongSupplier sendTimeout, Owner owner) {
        this.pipe = pipe;
        this.watch = watch;
        this.results = new OrderedCalls(threads);
        this.sendTimeout = sendTimeout;
        this.owner = owner;
    }

    /** Writes the answer to the handshake. */
    void open(ByteBuffer response) {
        write(response, new CompletionHandler<ByteBuffer>() { }, null);
    }

    /** Says what the close frame that answers the peer's is, in place of that which Tyrus brings. */
    synchronized void answerWith(ByteBuffer frame) {
        answer = frame;
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler) {
        write(frame, handler, null);
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler, @Nullable WriterInfo info) {
        Send send = new Send(frame, handler, info);
        Notifications notifications = new Notifications();
        synchronized (this) {
            if (ended || closeBrought) {
                notifications.failed(List.of(send), new IOException("the session is closed"));
            } else if (!send.isWaitedFor && isTooMuch(send.length)) {
                notifications.failed(List.of(send), new IOException("the session does not read what is sent to it"));
                notifications.tooSlow = "no more than " + MOST_BYTES + " bytes may wait for a session";
            } else {
                add(send);
                if (!awaiting) {
                    pump(notifications);
                }
                expireLater(send);
            }
        }
        notifications.tell();
    }

    // With the lock held.

    private boolean isTooMuch(int more) {
        Send leaving = queue.peek();
        long behind = waitingBytes - (leaving == null || leaving.isWaitedFor ? 0 : leaving.length);
        return behind > 0 && behind + more > MOST_BYTES;
    }

    private void add(Send send) {
        Send added = send;
        if (send.type == MessageType.CLOSE) {
            closeBrought = true;
            added = answer == null ? send
                    : new Send(answer, send.handler, new WriterInfo(MessageType.CLOSE, RemoteEndpointType.SUPER));
        } else if (send.type == MessageType.PONG) {
            queue.removeIf(older -> older.type == MessageType.PONG && !older.begun && leftQueue(older));
        }
        queue.add(added);
        if (!added.isWaitedFor) {
            waitingBytes += added.length;
        }
    }

    private boolean leftQueue(Send send) {
        if (!send.isWaitedFor) {
            waitingBytes -= send.length;
        }
        if (send.deadline != null) {
            send.deadline.cancel();
        }
        return true;
    }

    private void expireLater(Send send) {
        long millis = send.isAsync && !send.told ? sendTimeout.getAsLong() : 0;
        if (millis > 0) {
            send.deadline = watch.in(Duration.ofMillis(millis), () -> expire(send));
        }
    }

    private void pump(Notifications notifications) {
        boolean interrupted = Thread.interrupted(); // an interrupted thread that writes closes the channel
        try {
            while (!queue.isEmpty() && !ended) {
                long written = pipe.write(turn());
                if (written > 0) {
                    progress++;
                }
                while (!queue.isEmpty() && !queue.peek().frame.hasRemaining()) {
                    left(queue.poll(), notifications);
                }
                if (!queue.isEmpty() && queue.peek().begun) {
                    awaiting = true;
                    pipe.awaitWritable(this::flush);
                    watchStall();
                    return;
                }
            }
        } catch (IOException e) {
            notifications.failed(end(), e);
            notifications.broken = true;
        } catch (Throwable thrown) { // no memory, most likely
            FAILURES.warn("A session could not be written to, and is aborted", thrown);
            notifications.failed(end(), new IOException("the session could not be written to", thrown));
            notifications.broken = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** {@return what to write next} TLS may have encrypted all of it although it says that none has left. */
    private ByteBuffer[] turn() {
        ByteBuffer[] frames = new ByteBuffer[Math.min(TURN, queue.size())];
        Iterator<Send> sends = queue.iterator();
        for (int i = 0; i < frames.length; i++) {
            Send send = sends.next();
            send.begun = true;
            frames[i] = send.frame;
        }
        return frames;
    }

    private void left(Send send, Notifications notifications) throws IOException {
        leftQueue(send);
        if (!send.told) {
            send.told = true;
            notifications.completed.add(send);
        }
        if (send.type == MessageType.CLOSE) {
            ended = true;
            notifications.closeLeft = true;
            pipe.shutdownOutput();
        }
    }

    private void watchStall() {
        if (!stallWatched) {
            stallWatched = true;
            long seen = progress;
            watch.after(STALL, () -> lookForStall(seen));
        }
    }

    private List<Send> end() {
        ended = true;
        List<Send> never = new ArrayList<>();
        for (Send send : queue) {
            leftQueue(send);
            if (!send.told) {
                send.told = true;
                never.add(send);
            }
        }
        queue.clear();
        return never;
    }

    // On threads of the watch.

    private void flush() {
        Notifications notifications = new Notifications();
        synchronized (this) {
            awaiting = false;
            pump(notifications);
        }
        notifications.tell();
    }

    private void lookForStall(long seen) {
        synchronized (this) {
            stallWatched = false;
            if (ended || !awaiting) {
                return;
            }
            if (progress != seen) {
                watchStall();
                return;
            }
        }
        owner.tooSlow("the socket of a session took nothing for " + STALL.toSeconds() + " s");
    }

    private void expire(Send send) {
        Notifications notifications = new Notifications();
        synchronized (this) {
            if (send.told) {
                return;
            }
            send.told = true;
            if (!send.begun && queue.remove(send)) {
                leftQueue(send);
            }
            notifications.failed(List.of(send), new TimeoutException("the send timeout is over"));
        }
        notifications.tell();
    }

    // The end.

    /** Writes nothing more, and tells all that wait. */
    void end(IOException why) {
        Notifications notifications = new Notifications();
        synchronized (this) {
            notifications.failed(end(), why);
        }
        notifications.tell();
    }

    @Override
    public void close() {
        owner.closed();
    }

    /** What has happened while the lock was held, to be told when it is not. */
    private final class Notifications {
        private final List<Send> completed = new ArrayList<>(1);
        private List<Send> failed = List.of();
        private @Nullable Throwable failure;
        private @Nullable String tooSlow;
        private boolean closeLeft;
        private boolean broken;

        void failed(List<Send> sends, Throwable why) {
            failed = sends;
            failure = why;
        }

        void tell() {
            for (Send send : completed) {
                tell(send, () -> send.handler.completed(send.frame));
            }
            for (Send send : failed) {
                tell(send, () -> send.handler.failed(failure));
            }
            if (closeLeft) {
                owner.closeLeft();
            }
            if (tooSlow != null) {
                owner.tooSlow(tooSlow);
            }
            if (broken) {
                owner.broken();
            }
        }

        private void tell(Send send, Runnable result) {
            if (send.isAsync) {
                results.add(result);
            } else {
                result.run();
            }
        }
    }
}
