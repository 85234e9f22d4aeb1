package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.tyrus.connection.PlainSocketTransport;
import io.techops.broadcast.tyrus.connection.SocketReader;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.connection.TlsSocketTransport;
import io.techops.broadcast.tyrus.handshake.Handshake;
import io.techops.broadcast.tyrus.handshake.HandshakeChecks;
import io.techops.broadcast.tyrus.handshake.PolicyExecutor;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.handshake.Upgrader;
import io.techops.broadcast.tyrus.hosting.Hosting;
import io.techops.broadcast.tyrus.http.HeadResult;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.RequestBody;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.RequestHeadParser;
import io.techops.broadcast.tyrus.http.Response;
import io.techops.broadcast.tyrus.resource.HubResource;
import io.techops.broadcast.tyrus.resource.Publication;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 *     READING --head--> ANSWERING --said all--> READING, if the connection goes on: the next request, or first what is
 *                                               left of the body of this one
 *                                 --said all--> LINGERING, if not: nothing that comes is looked at any more, but it is
 *                                               read, because closing at once could destroy the answer
 *                                 --accepted--> UPGRADED: it is a peer's
 *                                 --asked-----> DECIDING, while the host application does: then the same two ways
 *
 * While it reads, the selector's thread has it, and answers a handshake that has to wait for nothing. While something
 * is computed for TLS, or a request answered that may have to wait, a thread of the pool has it; while the socket takes
 * no more of an answer, no thread. While a policy decides, the selector's thread has it, reads on, and so notices if
 * the client leaves. What was read behind a request waits here until it is answered: no more than two buffers.
 */

/** A connection until it is a peer's: what strangers send over HTTP, on every port. */
final class HttpConnection extends TimedProcessor {

    private enum State { READING, ANSWERING, DECIDING, LINGERING, UPGRADED }

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    /** The most requests that are answered in one go. */
    private static final int MOST_REQUESTS = 64;
    /** How long the client may take to read the last answer. */
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final AttributeKey<Replay> REPLAY = AttributeKey.of(BroadcastEndpoint.REPLAY, Replay.class);
    private static final HttpRejection SPEAKS_TLS =
            HttpRejection.bad("This port speaks TLS: the URL begins with wss or https.");

    private final HttpPort port;
    private final @Nullable TlsSocketTransport tls;

    /** Owned by the thread that has the connection. */
    private SocketTransport pipe;
    private State state = State.READING;
    private @Nullable RequestHeadParser parser;
    private @Nullable RequestBody body;
    /** What the body is for, if it is not skipped. */
    private @Nullable Publication publication;
    private @Nullable ByteBuffer rest;
    private @Nullable Response response;
    private boolean last;
    /** Whether the deadline is that of a request head, and not of an idle connection. */
    private boolean hurries = true;
    /** What is done if the host application does not decide in time. */
    private Runnable whenLate = () -> { };
    private volatile @Nullable Runnable whenClosed;

    HttpConnection(HttpPort port, NIOConnection connection) throws IOException {
        super(connection, port.watch(), true);
        this.port = port;
        PlainSocketTransport socket = new PlainSocketTransport(connection, port.watch());
        tls = port.engines() == null ? null : new TlsSocketTransport(socket, connection, port.engines().get());
        pipe = tls == null ? socket : tls;
    }

    @Override
    void accepted() {
        judgeAfter(port.headTimeout());
    }

    @Override
    void timeOver() {
        if (state == State.DECIDING) {
            whenLate.run();
            return;
        }
        if (hurries) {
            LOG.debug("A request was not complete in time");
            port.counter().accept(RefusalCause.TIMEOUT);
        }
        connection.terminateSilently();
    }

    @Override
    void closed() {
        super.closed();
        Runnable now = whenClosed;
        if (now != null) {
            now.run();
        }
        pipe.ended();
    }

    /** Has something done when the connection is closed; perhaps now, perhaps more than once. */
    private void whenClosed(@Nullable Runnable action) {
        whenClosed = action;
        if (isClosed() && action != null) {
            action.run();
        }
    }

    // Reading.

    @Override
    void readable() {
        if (state == State.LINGERING) {
            drop();
        } else if (state == State.READING) {
            read();
        } else if (state == State.DECIDING) {
            keep();
        }
    }

    /** Reads requests and answers them, as long as nothing has to be waited for. */
    private void read() {
        for (int i = 0; readNext(); i++) {
            if (i == MOST_REQUESTS) {
                handOver(this::read); // others have their turn first
                return;
            }
        }
    }

    // Each of these says whether this thread has the connection still, and there may be more to read.

    private boolean readNext() {
        SocketReader reader = pipe.reader(SocketReader.LEAST_READ);
        HeadResult result = null;
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
            return request(head);
        }
        if (result instanceof RequestBody.Progress end) {
            return bodyCame(end);
        }
        if (result instanceof HttpRejection refusal) {
            return refuse(refusal, parser.answersWithBody());
        }
        if (tls != null && tls.saidInTheClear() != null) {
            pipe = tls.clear();
            return refuse(SPEAKS_TLS, !tls.saidInTheClear().startsWith("HEAD "));
        }
        if (last || ended && tls != null) {
            return finish(); // the body of a request that was answered is none; or TLS has something to say to the end
        }
        if (ended) {
            connection.terminateSilently();
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
        return false;
    }

    private @Nullable HeadResult take(ByteBuffer piece) {
        if (body != null) {
            RequestBody.Progress progress = body.take(piece);
            if (progress == RequestBody.Progress.MORE || publication != null) {
                return progress == RequestBody.Progress.MORE ? null : progress;
            }
            last = progress != RequestBody.Progress.DONE;
            if (last) {
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
                // it is dropped
            }
        } finally {
            ended = reader.end();
        }
        if (ended) {
            connection.terminateSilently();
        }
    }

    // Answering.

    private boolean request(RequestHead head) {
        state = State.ANSWERING;
        if (!hurries) {
            hurries = true;
            judgeAfter(port.headTimeout());
        }
        if (port.closing().getAsBoolean()) {
            return refuse(HandshakeChecks.goingAway(), !head.isHead());
        }
        if (port.sockets() != null && Handshake.isAsked(head)) {
            return handshake(head, port.sockets(), false);
        }
        if (port.resource() == null) {
            return other(head);
        }
        return port.sockets().mayBlock().getAsBoolean() ? onPool(() -> ask(head, port.resource()))
                : ask(head, port.resource());
    }

    private boolean ask(RequestHead head, HubResource resource) {
        return switch (resource.asked(head, port.pages() == null)) {
            case STREAM -> handshake(head, port.sockets(), true);
            case PUBLISH -> onPool(() -> publish(head, resource));
            case ANSWER -> answer(head, head.bodyLength(), resource.answer(head));
            case NOTHING -> other(head);
        };
    }

    private boolean other(RequestHead head) {
        if (port.pages() == null) {
            return refuse(port.resource() == null ? Handshake.notAsked() : port.resource().notAsked(), !head.isHead());
        }
        noDeadline();
        return onPool(() -> answer(head, head.bodyLength(), port.pages().answer(head)));
    }

    /** Does something that may have to wait. */
    private boolean onPool(BooleanSupplier work) {
        if (!isWatched()) {
            return work.getAsBoolean();
        }
        handOver(() -> goOn(work.getAsBoolean()));
        return false;
    }

    private void goOn(boolean more) {
        if (more) {
            read();
        }
    }

    /**
     * Answers a request.
     *
     * @param bodyLeft how much of its body has still to come
     */
    private boolean answer(RequestHead head, long bodyLeft, Response answer) {
        boolean hasBody = bodyLeft != 0;
        // A client that waits for a 100 may send the body after the answer, or not: what comes next could not be told
        // apart.
        last = !head.keepsAlive() || hasBody && head.first("Expect") != null || bodyLeft > RequestBody.MAX_BYTES;
        body = hasBody && !last ? RequestBody.of(bodyLeft) : null;
        if (last) {
            answer.with("Connection", "close");
        } else if (!head.modern()) {
            answer.with("Connection", "keep-alive");
        }
        return send(answer);
    }

    // Publishing. All that may wait is on the pool.

    private boolean publish(RequestHead head, HubResource resource) {
        HubResource.Result result = resource.publish(head);
        ThreadState.restore(); // the host application has perhaps looked at the token
        Publication begun = result.publication();
        if (begun == null) {
            return answer(head, head.bodyLength(), result.refusal());
        }
        body = begun.body();
        if (body == null) {
            return publish(begun);
        }
        publication = begun;
        if (begun.awaitsLeave()) {
            return send(Response.goOn());
        }
        state = State.READING;
        return true;
    }

    private boolean bodyCame(RequestBody.Progress end) {
        Publication whole = publication;
        publication = null;
        body = null;
        if (end == RequestBody.Progress.DONE) {
            state = State.ANSWERING;
            return onPool(() -> publish(whole));
        }
        last = true;
        return send(whole.refused(end));
    }

    private boolean publish(Publication whole) {
        if (isClosed()) {
            return false; // it would not be known whether it was published
        }
        after(Publication.LONGEST, connection::terminateSilently);
        Response answer = whole.publish(late -> handOver(() -> goOn(answer(whole.head(), 0, late))));
        ThreadState.restore(); // a listener of messages has perhaps heard it
        return answer != null && answer(whole.head(), 0, answer);
    }

    private boolean refuse(HttpRejection refusal, boolean withBody) {
        port.counter().accept(refusal.cause());
        last = true;
        return send(refusal.response(withBody));
    }

    private boolean send(Response answer) {
        state = State.ANSWERING;
        response = answer;
        noDeadline();
        whenClosed(() -> close(answer));
        return write();
    }

    private static void close(Response answer) {
        try {
            answer.close();
        } catch (IOException e) {
            LOG.debug("A page could not be closed: {}", e.toString());
        }
    }

    private boolean write() {
        try {
            switch (response.write(pipe)) {
                case DONE -> {
                    return answered();
                }
                case GOES_ON -> handOver(() -> goOn(write()));
                case WAITS_FOR_SOCKET -> {
                    unwatch();
                    after(port.stallTimeout(), connection::terminateSilently);
                    pipe.awaitWritable(() -> {
                        noDeadline();
                        handOver(() -> goOn(write()));
                    });
                }
            }
        } catch (IOException e) {
            LOG.debug("An answer was broken off: {}", e.toString());
            connection.terminateSilently();
        }
        return false;
    }

    private boolean answered() {
        whenClosed(null);
        close(response);
        response = null;
        if (last) {
            return finish();
        }
        state = State.READING;
        idle();
        return true;
    }

    /** Waits for the next request, or for the rest of this one. */
    private void idle() {
        hurries = body != null;
        judgeAfter(hurries ? port.headTimeout() : port.idleTimeout());
    }

    /** Says that this is the end, and waits a moment for the client to hear it. */
    private boolean finish() {
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
        return false;
    }

    // Handshakes.

    private boolean handshake(RequestHead head, HttpPort.Sockets sockets, boolean stream) {
        if (!isWatched() || !sockets.mayBlock().getAsBoolean()) {
            check(head, sockets, stream);
        } else {
            handOver(() -> check(head, sockets, stream));
        }
        return false;
    }

    private void check(RequestHead head, HttpPort.Sockets sockets, boolean stream) {
        InetSocketAddress address = address();
        if (address == null) {
            connection.terminateSilently();
            return;
        }
        HandshakeChecks.Answer answer =
                sockets.checks().check(head, address, tls == null ? null : tls.principal(), stream);
        if (answer instanceof HandshakeChecks.Rejected rejected) {
            refuse(rejected.why(), !head.isHead());
            return;
        }
        HandshakeChecks.Passed passed = (HandshakeChecks.Passed) answer;
        whenClosed(passed.permit()::release);
        if (sockets.policy() == null) {
            accept(passed, Decision.accept(), sockets);
            return;
        }
        if (isWatched()) {
            ask(passed, sockets);
        } else {
            onSelector(() -> ask(passed, sockets));
        }
    }

    /** {@return the client's address; null if it has gone} The channel's own, so that no other one is made. */
    private @Nullable InetSocketAddress address() {
        try {
            return (InetSocketAddress) ((SocketChannel) connection.getChannel()).getRemoteAddress();
        } catch (IOException e) {
            return null;
        }
    }

    // Deciding: all of it on the selector's thread.

    private void ask(HandshakeChecks.Passed passed, HttpPort.Sockets sockets) {
        state = State.DECIDING;
        PolicyExecutor.PolicyCall asked = sockets.policy().ask(passed.request(),
                result -> onSelector(() -> conclude(passed, result, sockets)));
        whenClosed(() -> {
            passed.permit().release();
            asked.end(); // last, as the host application may notice it
        });
        whenLate = () -> {
            passed.permit().release();
            asked.expire();
            refuse(PolicyExecutor.late(), true);
        };
        if (tls != null && tls.hasKept()) {
            keep();
        } else {
            watchUnlessFull();
        }
    }

    /** Keeps what comes before the decision, as far as that is little, and ends with the client. */
    private void keep() {
        SocketReader reader = pipe.reader(SocketReader.LEAST_READ);
        boolean ended;
        try {
            for (ByteBuffer piece = reader.next(); piece != null; piece = isFull() ? null : reader.next()) {
                ByteBuffer before = rest == null ? ByteBuffer.allocate(0) : rest;
                rest = ByteBuffer.allocate(before.remaining() + piece.remaining()).put(before).put(piece).flip();
            }
        } finally {
            ended = reader.end();
        }
        if (ended) {
            connection.terminateSilently();
        } else {
            watchUnlessFull();
        }
    }

    private boolean isFull() {
        return rest != null && rest.remaining() >= SocketReader.LEAST_READ;
    }

    private void watchUnlessFull() {
        if (isFull()) {
            unwatch(); // TCP pushes back; only the end of the time is noticed then
        } else {
            watch();
        }
    }

    private void conclude(HandshakeChecks.Passed passed, PolicyExecutor.PolicyResult result, HttpPort.Sockets sockets) {
        if (state != State.DECIDING || isClosed()) {
            return; // too late
        }
        state = State.ANSWERING;
        whenClosed(passed.permit()::release); // also if there is no memory for what follows
        if (result.accept() == null) {
            passed.permit().release();
            refuse(result.refusal(), true);
        } else if (isWatched() && !sockets.mayBlock().getAsBoolean()) {
            accept(passed, result.accept(), sockets);
        } else {
            handOver(() -> accept(passed, result.accept(), sockets));
        }
    }

    private void accept(HandshakeChecks.Passed passed, Decision.Accept accept, HttpPort.Sockets sockets) {
        if (passed.route() instanceof Router.Hosted endpoint) {
            noDeadline();
            handOver(() -> host(passed, endpoint, accept, sockets.hosting()));
        } else {
            upgrade(passed, accept, sockets.upgrader());
        }
    }

    /** Asks an endpoint of the host application, whose code may wait, and opens a session. */
    private void host(HandshakeChecks.Passed passed, Router.Hosted endpoint, Decision.Accept accept, Hosting hosting) {
        Attributes known = Upgrader.attributes(passed, accept, accept.subprotocol());
        if (accept.replay() != null) {
            known.set(REPLAY, accept.replay());
        }
        Hosting.Outcome outcome = hosting.admit(new Hosting.Client(endpoint, passed.request(), known,
                accept.subprotocol(), accept.headers()), pipe, this::runOnPool, passed.permit()::release);
        if (outcome.session() == null) {
            passed.permit().release();
            refuse(outcome.refusal(), true);
            return;
        }
        state = State.UPGRADED;
        new HostedProcessor(connection, outcome.session()).begin(rest);
    }

    private void upgrade(HandshakeChecks.Passed passed, Decision.Accept accept, Upgrader upgrader) {
        noDeadline();
        RefusalCause refusal = upgrader.upgrade(connection, pipe, passed, accept,
                peer -> connection.setProcessor(new PeerProcessor(connection, isWatched(), peer)));
        if (refusal != null) {
            refuse(HandshakeChecks.notTaken(refusal), true);
            return;
        }
        state = State.UPGRADED;
        ((PeerProcessor) connection.getProcessor()).begin(rest, tls != null && tls.hasKept());
    }
}
