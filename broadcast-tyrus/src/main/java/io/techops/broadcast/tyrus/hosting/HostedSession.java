package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.tyrus.connection.Deadline;
import io.techops.broadcast.tyrus.connection.SocketReader;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.frame.FrameSplitter;
import io.techops.broadcast.tyrus.frame.Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.WebSocketException;
import org.glassfish.tyrus.core.frame.Frame;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * In:  the socket -> FrameSplitter (the rules, the limits, the masks) -> Tyrus -> the endpoint, all on the thread that
 *      owns the connection, so that one message is read after the other, and TCP slows the client down while a handler
 *      takes time.
 * Out: the endpoint -> Tyrus -> SessionWriter -> the socket, on any thread.
 *
 * However a session ends, Tyrus is told with close(), which sends a close frame and calls the endpoint's onClose, the
 * first time; then the socket is closed when both sides are done, or at the latest by a deadline; gone() follows. What
 * comes while the session is being opened waits until it is open.
 */

/** One session of an endpoint of the host application, and its connection. */
public final class HostedSession {

    private static final Logger LOG = LoggerFactory.getLogger(HostedSession.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);
    /**
     * The time limit for each of three steps: our close frame leaves, the peer's close frame comes, the peer's stream
     * ends.
     */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    /** How long the reading of what came before writing failed may take. */
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final CloseReason VANISHED =
            CloseReason.of(CloseReason.ABNORMAL, "the connection ended without a close frame");
    private static final CloseReason FAILED =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "the session could not be served");
    private static final CloseReason GOING_AWAY = CloseReason.of(CloseReason.GOING_AWAY, "the server is going away");

    private final AcceptedHandshake handshake;
    private final SocketTransport pipe;
    private final WriteReadiness watch;
    private final Executor threads;
    private final Consumer<HostedSession> whenTold;
    private final Runnable whenGone;
    private final ProtocolHandler protocol;
    private final SessionSocket socket;
    private final SessionWriter writer;
    private final FrameSplitter splitter;

    /** Whether input is ignored from now on. Written by the reading thread. */
    private boolean inputIgnored;

    /** All of these are guarded by this. */
    private boolean opened;
    private final List<Runnable> afterOpening = new ArrayList<>();
    private boolean inputOver;
    private boolean gone;
    private @Nullable Deadline abortDeadline;
    // These two are also read without the lock.
    private volatile boolean peerSaidAll;
    private volatile boolean closeLeft;

    /**
     * Makes a session that is not open.
     *
     * @param threads run the tasks that may wait
     * @param whenGone called once the socket is closed
     * @param whenTold called after that, when the endpoint was told
     */
    HostedSession(AcceptedHandshake handshake, SocketTransport pipe, WriteReadiness watch, Executor threads,
            int maxMessageBytes, Runnable whenGone, Consumer<HostedSession> whenTold) {
        this.handshake = handshake;
        this.pipe = pipe;
        this.watch = watch;
        this.threads = threads;
        this.whenTold = whenTold;
        this.whenGone = whenGone;
        this.protocol = handshake.protocol();
        this.socket = new SessionSocket(protocol, handshake.wrapper());
        this.writer = new SessionWriter(pipe, watch, threads, socket::writeTimeout, new Ends());
        this.splitter = new FrameSplitter(maxMessageBytes);
        protocol.setWriter(writer);
    }

    /** Writes the 101 and opens the session, which calls the endpoint. */
    public void open() {
        try {
            writer.open(handshake.response());
            handshake.connect(socket);
        } catch (Throwable thrown) {
            failed(thrown);
        } finally {
            ThreadState.restore();
            synchronized (this) {
                opened = true; // nothing more waits
            }
            afterOpening.forEach(Runnable::run);
        }
    }

    private void failed(Throwable thrown) {
        FAILURES.warn("A session could not be served, and is closed", thrown);
        inputIgnored = true;
        close(FAILED);
    }

    // Reading.

    /**
     * Reads the input, and calls the endpoint with it. For the thread that owns the connection.
     *
     * @param before the bytes that came behind the request; null if none
     * @return whether to read on when more has come; if not, nothing more will come
     */
    public boolean read(@Nullable ByteBuffer before) {
        if (before != null) {
            take(before);
        }
        SocketReader reader = pipe.reader(SocketReader.BUFFER_BYTES);
        boolean ended;
        try {
            for (ByteBuffer piece = reader.next(); piece != null; piece = reader.next()) {
                take(piece);
            }
        } finally {
            ended = reader.end();
        }
        if (ended) {
            inputEnded();
        }
        return !ended;
    }

    private void take(ByteBuffer piece) {
        int pings = 0;
        Frame newestPing = null;
        while (!inputIgnored) {
            switch (splitter.next(piece)) {
                case NOTHING -> {
                    if (newestPing != null) {
                        process(newestPing);
                    }
                    return;
                }
                case FRAME -> {
                    Frame frame = Frame.builder().fin(splitter.isLast()).opcode((byte) splitter.opcode())
                            .payloadData(splitter.payload()).build();
                    if (splitter.opcode() == Frames.PING && ++pings > Frames.MOST_PONGS) {
                        newestPing = frame;
                    } else {
                        process(frame);
                    }
                }
                case CLOSE -> {
                    CloseReason said = splitter.reason();
                    writer.answerWith(Frames.close(CloseReason.of(said.code())));
                    peerEnds(said);
                }
                case VIOLATION -> peerEnds(splitter.reason());
            }
        }
    }

    private void process(Frame frame) {
        try {
            protocol.process(frame, socket);
        } catch (WebSocketException e) {
            jakarta.websocket.CloseReason reason = e.getCloseReason();
            peerEnds(CloseReason.of(reason.getCloseCode().getCode(), "what came cannot be a message"));
        } catch (RuntimeException e) {
            if (writer.takesFrames()) {
                failed(e);
            } else { // closed by another thread meanwhile: Tyrus throws if it has a ping to answer
                LOG.debug("A frame is ignored because its session has closed: {}", e.toString());
            }
        } catch (Throwable thrown) {
            failed(thrown);
        } finally {
            ThreadState.restore();
        }
    }

    // The end.

    /** Ends the reading. */
    private void peerEnds(CloseReason reason) {
        inputIgnored = true;
        synchronized (this) {
            peerSaidAll = true;
        }
        close(reason);
        continueClose();
    }

    /** Closes the session in Tyrus, which tells the peer and the endpoint, unless it is closed already. */
    private void close(CloseReason reason) {
        try {
            socket.close(reason.code(), reason.phrase());
        } catch (Throwable thrown) {
            FAILURES.warn("The end of a session could not be told", thrown);
        } finally {
            ThreadState.restore();
        }
    }

    /** Ends the session because the server ends. Calls the endpoint later, on another thread. */
    void goAway() {
        later(() -> close(GOING_AWAY));
    }

    /** Frees the socket at once; what the kernel has is still delivered if both sides are done. */
    void abort() {
        writer.end(new IOException("the session was aborted"));
        pipe.abort(closeLeft && peerSaidAll);
    }

    /** Called when the socket is closed, on any thread. Does not block. */
    public void gone() {
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
            abortAfter(null);
        }
        whenGone.run();
        writer.end(new IOException(VANISHED.phrase()));
        pipe.ended();
        later(() -> {
            try {
                close(VANISHED);
            } finally {
                whenTold.accept(this);
            }
        });
    }

    /** Runs a task that may wait, once the session is open. */
    private void later(Runnable task) {
        synchronized (this) {
            if (!opened) {
                afterOpening.add(task);
                return;
            }
        }
        threads.execute(task);
    }

    private void inputEnded() {
        synchronized (this) {
            inputOver = true;
            if (peerSaidAll && !closeLeft && !gone) {
                return; // our close frame has still to leave: the deadline bounds that
            }
        }
        pipe.close();
    }

    /** Does the next step of the close. */
    private void continueClose() {
        boolean over;
        synchronized (this) {
            over = closeLeft && peerSaidAll;
            abortAfter(over && inputOver ? null : CLOSE_TIMEOUT);
        }
        if (over && inputOver) {
            pipe.close();
        } else if (over) {
            pipe.finish();
        }
    }

    /** Sets the deadline for the end of the socket, in place of the last deadline. Called with the lock held. */
    private void abortAfter(@Nullable Duration delay) {
        Deadline before = abortDeadline;
        abortDeadline = delay == null || gone ? null : watch.after(delay, this::abort);
        if (before != null) { // the old one remains if there is no memory for the next
            before.cancel();
        }
    }

    private final class Ends implements SessionWriter.Owner {

        @Override
        public void closed() {
            continueClose();
        }

        @Override
        public void closeLeft() {
            synchronized (HostedSession.this) {
                closeLeft = true;
            }
            continueClose();
        }

        @Override
        public void tooSlow(String why) {
            LOG.debug("A session is aborted: {}", why);
            abort();
        }

        @Override
        public void broken() {
            synchronized (HostedSession.this) {
                abortAfter(DRAIN); // input that came before may still be read
            }
        }
    }
}
