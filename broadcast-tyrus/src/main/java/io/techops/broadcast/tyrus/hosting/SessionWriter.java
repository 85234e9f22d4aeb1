package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
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
 * once; the rest waits in a FrameQueue, and leaves on a thread of the watch when the socket takes more. A frame for
 * which the queue has no room ends the session, and so does a socket that takes nothing for STALL. A send with a
 * timeout leaves the queue when it is over, unless it has begun to leave.
 *
 * That a frame has left, or never will, is told inline to a sender that waits, because that calls nothing of the
 * application; and to a SendHandler or a Future on a thread of the server, in order, without any lock.
 */

/** The outbound side of a session. Safe for use by any number of threads; no method blocks. */
final class SessionWriter extends Writer {

    /** How long a socket may take nothing before the session is aborted. */
    static final Duration STALL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(SessionWriter.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);

    /** Is told about the end of the session. Never called with a lock held. */
    interface Owner {

        /** Tyrus will send nothing more. */
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
    private final FrameQueue queue = new FrameQueue();
    private boolean closeBrought;
    private boolean ended;
    private boolean awaiting;
    private boolean stallWatched;
    private long progress;
    private @Nullable ByteBuffer answer;

    /**
     * Makes a writer that has nothing to write.
     *
     * @param threads run the application's callbacks
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

    /** Sets the close frame that answers the peer's, in place of the one of Tyrus. */
    synchronized void answerWith(ByteBuffer frame) {
        answer = frame;
    }

    /** {@return whether frames can still be written: not after a close frame, nor after the end} */
    synchronized boolean takesFrames() {
        return !ended && !closeBrought;
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler) {
        write(frame, handler, null);
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler, @Nullable WriterInfo info) {
        OutgoingFrame send = new OutgoingFrame(frame, handler, info);
        Notifications notifications = new Notifications();
        synchronized (this) {
            if (ended || closeBrought) {
                notifications.failed(List.of(send), new IOException("the session is closed"));
            } else if (!queue.hasRoomFor(send)) {
                notifications.failed(List.of(send), new IOException("the session does not read what is sent to it"));
                notifications.tooSlow = "no more than " + FrameQueue.MOST_BYTES + " bytes may wait for a session";
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

    private void add(OutgoingFrame send) {
        closeBrought = send.type == MessageType.CLOSE;
        queue.add(!closeBrought || answer == null ? send : new OutgoingFrame(answer, send.handler,
                new WriterInfo(MessageType.CLOSE, RemoteEndpointType.SUPER)));
    }

    private void expireLater(OutgoingFrame send) {
        long millis = send.isAsync && !send.told ? sendTimeout.getAsLong() : 0;
        if (millis > 0) {
            send.deadline = watch.in(Duration.ofMillis(millis), () -> expire(send));
        }
    }

    private void pump(Notifications notifications) {
        boolean interrupted = Thread.interrupted(); // a write of an interrupted thread would close the channel
        try {
            while (!queue.isEmpty() && !ended) {
                long written = pipe.write(queue.turn());
                if (written > 0) {
                    progress++;
                }
                for (OutgoingFrame one = queue.pollWritten(); one != null; one = queue.pollWritten()) {
                    left(one, notifications);
                }
                if (queue.hasBegun()) {
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

    private void left(OutgoingFrame send, Notifications notifications) throws IOException {
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

    private List<OutgoingFrame> end() {
        ended = true;
        List<OutgoingFrame> never = new ArrayList<>();
        for (OutgoingFrame send : queue.drain()) {
            if (!send.told) {
                send.told = true;
                never.add(send);
            }
        }
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

    private void expire(OutgoingFrame send) {
        Notifications notifications = new Notifications();
        synchronized (this) {
            if (send.told) {
                return;
            }
            send.told = true;
            queue.withdraw(send);
            notifications.failed(List.of(send), new TimeoutException("the send timeout is over"));
        }
        notifications.tell();
    }

    // The end.

    /** Writes nothing more, and fails all frames that wait. */
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

    /** Collects notifications while the lock is held, to make them afterwards. */
    private final class Notifications {
        private final List<OutgoingFrame> completed = new ArrayList<>(1);
        private List<OutgoingFrame> failed = List.of();
        private @Nullable Throwable failure;
        private @Nullable String tooSlow;
        private boolean closeLeft;
        private boolean broken;

        void failed(List<OutgoingFrame> sends, Throwable why) {
            failed = sends;
            failure = why;
        }

        void tell() {
            for (OutgoingFrame send : completed) {
                tell(send, () -> send.handler.completed(send.bytes));
            }
            for (OutgoingFrame send : failed) {
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

        private void tell(OutgoingFrame send, Runnable result) {
            if (send.isAsync) {
                results.add(result);
            } else {
                result.run();
            }
        }
    }
}
