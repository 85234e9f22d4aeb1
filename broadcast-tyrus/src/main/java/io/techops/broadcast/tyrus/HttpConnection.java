package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.tyrus.HandshakePolicy.Decision;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread at a time has a connection. It is
 *
 *     the selector's thread   while it reads: what comes goes through TLS, if there is any, to the parser of heads. A
 *                             handshake that has to wait for nobody is answered there.
 *     a thread of the pool    while something is computed for TLS, or a request is answered that may have to wait.
 *                             The selector does not look at the connection meanwhile: TCP pushes back. What was read
 *                             behind the request waits here, and is no more than one buffer of it.
 *     no thread               while a policy decides, or the socket takes no more of an answer.
 *
 *     READING --head--> ANSWERING --said all--> READING, if the connection goes on: the next request, or first what is
 *                                               left of the body of this one
 *                                 --said all--> LINGERING, if not: nothing that comes is looked at any more, but it is
 *                                               read, because closing at once could destroy the answer
 *                                 --accepted--> UPGRADED: it is a peer's
 *
 * A deadline is judged by the selector's thread, after what is waiting in the socket was read: it may have come in time
 * while the whole process stood still. Whatever ends a connection, Grizzly tells, once and on any thread.
 */

/** A connection until it is a peer's: what strangers send over HTTP, on every port. */
final class HttpConnection extends ConnectionProcessor {

    private enum State { READING, ANSWERING, LINGERING, UPGRADED }

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    /** How long the client may take to read the last answer. */
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final Refusal SPEAKS_TLS = Refusal.bad("This port speaks TLS: the URL begins with wss or https.");
    private static final Bursts FAILURES = new Bursts();

    private final HttpPort port;
    private final NIOConnection connection;
    private final @Nullable TlsPipe tls;

    /** Owned by the thread that has the connection. */
    private Pipe pipe;
    private State state = State.READING;
    private @Nullable RequestHeadParser parser;
    private @Nullable RequestBody body;
    private @Nullable ByteBuffer rest;
    private @Nullable Response response;
    private boolean last;
    /** Whether the deadline is that of a request head, and not of an idle connection. */
    private boolean hurries = true;
    /** Whether the selector looks at the connection. Written last by who gives it to the selector. */
    private volatile boolean watched = true;
    /** Counts deadlines: an old one may be late. */
    private volatile int waits;
    private volatile SocketWatch.@Nullable Deadline deadline;
    private volatile @Nullable Runnable whenClosed;
    private volatile boolean closed;

    HttpConnection(HttpPort port, NIOConnection connection) throws IOException {
        this.port = port;
        this.connection = connection;
        ChannelPipe socket = new ChannelPipe(connection, port.watch());
        tls = port.engines() == null ? null : new TlsPipe(socket, connection, port.engines().get());
        pipe = tls == null ? socket : tls;
    }

    @Override
    void event(IOEvent event) {
        switch (event) {
            case ACCEPTED -> judgeAfter(port.headTimeout());
            case CLOSED -> closed();
            case READ -> guarded(this::readable);
            default -> { }
        }
    }

    /** What of ours fails must not fail the selector. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            if (FAILURES.first()) {
                LOG.warn("A connection failed", e);
            }
            connection.terminateSilently();
        }
    }

    private void closed() {
        closed = true;
        cancelDeadline();
        Runnable now = whenClosed;
        if (now != null) {
            now.run();
        }
        pipe.ended();
    }

    /** Has something done when the connection is closed; perhaps now, perhaps more than once. */
    private void whenClosed(@Nullable Runnable action) {
        whenClosed = action;
        if (closed && action != null) {
            action.run();
        }
    }

    // Who has the connection.

    /** Takes the connection from the selector. */
    private void unwatch() {
        if (watched) {
            watched = false;
            try {
                connection.disableIOEvent(IOEvent.READ);
            } catch (IOException e) {
                connection.terminateSilently();
            }
        }
    }

    /** Gives the connection to the selector: the last thing that a thread does with it. */
    private void watch() {
        if (!watched) {
            watched = true;
            try {
                connection.enableIOEvent(IOEvent.READ);
            } catch (IOException e) {
                connection.terminateSilently();
            }
        }
    }

    /** Goes on, on a thread that may wait. */
    private void handOver(Runnable work) {
        unwatch();
        execute(work);
    }

    private void execute(Runnable work) {
        try {
            connection.getTransport().getWorkerThreadPool().execute(() -> guarded(work));
        } catch (RejectedExecutionException e) {
            connection.terminateSilently(); // the server has ended
        }
    }

    // Time.

    private void cancelDeadline() {
        SocketWatch.Deadline one = deadline;
        if (one != null) {
            one.cancel();
        }
    }

    private void after(Duration delay, Runnable action) {
        noDeadline();
        deadline = port.watch().after(delay, action);
        if (closed) {
            cancelDeadline();
        }
    }

    private void noDeadline() {
        waits++;
        cancelDeadline();
    }

    private void judgeAfter(Duration delay) {
        int wait = waits + 1;
        NIOTransport transport = (NIOTransport) connection.getTransport();
        after(delay, () -> transport.getSelectorHandler().enque(connection.getSelectorRunner(), () -> {
            guarded(() -> judge(wait));
            return true;
        }, null));
    }

    /** Cuts a connection whose time is over, unless what it was waited for has come. On the selector's thread. */
    private void judge(int wait) {
        if (wait != waits || closed) {
            return;
        }
        if (watched) {
            readable();
            if (wait == waits && !watched) {
                judgeAfter(port.headTimeout()); // it had come in time: what it has to wait for now takes its own time
                return;
            }
        }
        if (wait == waits && !closed) {
            if (hurries) {
                LOG.debug("A request was not complete in time");
                port.counter().accept(RefusalCause.TIMEOUT);
            }
            connection.terminateSilently();
        }
    }

    // Reading.

    private void readable() {
        if (state == State.LINGERING) {
            drop();
        } else if (state == State.READING) {
            read();
        }
    }

    private void read() {
        SocketReader reader = pipe.reader(SocketReader.LEAST_READ);
        RequestHeadParser.Result result = null;
        boolean ended;
        try {
            for (ByteBuffer piece = rest != null ? rest : reader.next(); piece != null; piece = reader.next()) {
                result = take(piece);
                rest = result == null || !piece.hasRemaining() ? null
                        : ByteBuffer.allocate(piece.remaining()).put(piece).flip();
                if (result != null || last) {
                    break;
                }
            }
        } finally {
            ended = reader.end();
        }
        if (result instanceof RequestHead head) {
            parser = null;
            request(head);
        } else if (result instanceof Refusal refusal) {
            refuse(refusal, parser.answersWithBody());
        } else if (last) {
            finish(); // the body of a request that was answered is none
        } else if (tls != null && tls.saidInTheClear() != null) {
            pipe = tls.clear();
            refuse(SPEAKS_TLS, !tls.saidInTheClear().startsWith("HEAD "));
        } else if (ended && tls == null) {
            connection.terminateSilently();
        } else if (ended) {
            finish(); // TLS has something to say to that
        } else if (tls != null && tls.mustCompute()) {
            handOver(() -> {
                tls.compute();
                read();
            });
        } else {
            if (parser != null && !hurries) {
                hurries = true;
                judgeAfter(port.headTimeout());
            }
            watch();
        }
    }

    private RequestHeadParser.@Nullable Result take(ByteBuffer piece) {
        if (body != null) {
            RequestBody.Progress progress = body.skip(piece);
            last = progress == RequestBody.Progress.BROKEN;
            if (progress != RequestBody.Progress.DONE) {
                return null;
            }
            body = null;
            idle();
        }
        if (!piece.hasRemaining()) {
            return null;
        }
        parser = parser == null ? new RequestHeadParser() : parser;
        return parser.parse(piece);
    }

    private void drop() {
        SocketReader reader = pipe.clear().reader(SocketReader.BUFFER_BYTES);
        boolean ended;
        try {
            while (reader.next() != null) {
                // nobody wants it
            }
        } finally {
            ended = reader.end();
        }
        if (ended) {
            connection.terminateSilently();
        }
    }

    // Answering.

    private void request(RequestHead head) {
        state = State.ANSWERING;
        hurries = true;
        if (port.closing().getAsBoolean()) {
            refuse(Entrance.goingAway(), !head.isHead());
        } else if (port.sockets() != null && Handshake.isAsked(head)) {
            if (port.sockets().mayBlock().getAsBoolean()) {
                handOver(() -> handshake(head, port.sockets()));
            } else {
                handshake(head, port.sockets());
            }
        } else if (port.pages() != null) {
            noDeadline();
            handOver(() -> page(head, port.pages()));
        } else {
            refuse(Handshake.notAsked(), !head.isHead());
        }
    }

    private void page(RequestHead head, PageHandler pages) {
        boolean hasBody = head.bodyLength() != 0;
        // A client that waits for a 100 may send the body after the answer, or not: nobody could tell what comes.
        last = !head.keepsAlive() || hasBody && head.first("Expect") != null
                || head.bodyLength() > RequestBody.MAX_BYTES;
        body = hasBody && !last ? RequestBody.of(head.bodyLength()) : null;
        Response answer = pages.answer(head);
        if (last) {
            answer.with("Connection", "close");
        } else if (!head.modern()) {
            answer.with("Connection", "keep-alive");
        }
        send(answer);
    }

    private void refuse(Refusal refusal, boolean withBody) {
        LOG.debug("Refused a request: {}", refusal.status());
        port.counter().accept(refusal.cause());
        last = true;
        send(refusal.response(withBody));
    }

    private void send(Response answer) {
        state = State.ANSWERING;
        response = answer;
        noDeadline();
        whenClosed(() -> close(answer));
        write();
    }

    private static void close(Response answer) {
        try {
            answer.close();
        } catch (IOException e) {
            LOG.debug("A page could not be closed: {}", e.toString());
        }
    }

    private void write() {
        try {
            switch (response.write(pipe)) {
                case DONE -> answered();
                case GOES_ON -> handOver(this::write);
                case WAITS_FOR_SOCKET -> {
                    unwatch();
                    after(port.stallTimeout(), connection::terminateSilently);
                    pipe.awaitWritable(() -> {
                        noDeadline();
                        execute(this::write);
                    });
                }
            }
        } catch (IOException e) {
            LOG.debug("An answer was broken off: {}", e.toString());
            connection.terminateSilently();
        }
    }

    private void answered() {
        whenClosed(null);
        close(response);
        response = null;
        if (last) {
            finish();
            return;
        }
        state = State.READING;
        idle();
        if (rest != null || tls != null && tls.hasKept()) {
            execute(this::read); // others have their turn first
        } else {
            watch();
        }
    }

    /** Waits for the next request, or for the rest of this one. */
    private void idle() {
        hurries = body != null;
        judgeAfter(hurries ? port.headTimeout() : port.idleTimeout());
    }

    /** Says that this is the end, and waits a moment for the client to hear it. */
    private void finish() {
        state = State.LINGERING;
        rest = null;
        after(LINGER, connection::terminateSilently);
        try {
            pipe.shutdownOutput();
            pipe.finish();
        } catch (IOException e) {
            LOG.debug("The client did not wait for the end: {}", e.toString());
        }
        watch();
    }

    // Handshakes.

    private void handshake(RequestHead head, HttpPort.Sockets sockets) {
        InetSocketAddress address = (InetSocketAddress) connection.getPeerAddress();
        if (address == null) {
            connection.terminateSilently(); // it has gone already
            return;
        }
        Entrance.Answer answer = sockets.entrance().check(head, address, tls == null ? null : tls.principal());
        if (answer instanceof Refusal refusal) {
            refuse(refusal, !head.isHead());
        } else if (sockets.decider() == null) {
            upgrade((Entrance.Guest) answer, Decision.accept(), sockets.admission());
        } else {
            ask((Entrance.Guest) answer, sockets.decider(), sockets.admission());
        }
    }

    /** A handshake about which the host application decides. */
    private static final class Waiting {

        private final Entrance.Guest guest;
        private volatile @Nullable Future<?> task;

        Waiting(Entrance.Guest guest) {
            this.guest = guest;
        }

        /** The connection has ended: nobody waits any more. */
        void ended() {
            guest.place().giveBack();
            Future<?> asked = task;
            if (asked != null) {
                asked.cancel(true);
            }
        }
    }

    private void ask(Entrance.Guest guest, Decider decider, Admission admission) {
        unwatch();
        Waiting waiting = new Waiting(guest);
        whenClosed(waiting::ended);
        waiting.task = decider.ask(guest.request(), verdict -> execute(() -> conclude(guest, verdict, admission)));
        if (closed) {
            waiting.ended();
        }
    }

    private void conclude(Entrance.Guest guest, Decider.Verdict verdict, Admission admission) {
        whenClosed(null);
        if (closed) {
            guest.place().giveBack();
        } else if (verdict.accept() != null) {
            upgrade(guest, verdict.accept(), admission);
        } else {
            guest.place().giveBack();
            refuse(verdict.refusal(), true);
        }
    }

    private void upgrade(Entrance.Guest guest, Decision.Accept accept, Admission admission) {
        noDeadline();
        Admission.Outcome outcome = admission.admit(connection, pipe, guest, accept);
        PeerConnection peer = outcome.peer();
        if (peer == null) {
            refuse(Entrance.notTaken(outcome.refusal()), true);
            return;
        }
        state = State.UPGRADED;
        if (rest == null && (tls == null || !tls.hasKept())) {
            watch();
            return;
        }
        ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>(rest == null ? List.of() : List.of(rest));
        if (watched && peer.mayBlock()) {
            handOver(() -> FrameFilter.begin(connection, peer, pieces));
        } else {
            unwatch();
            FrameFilter.begin(connection, peer, pieces);
        }
    }
}
