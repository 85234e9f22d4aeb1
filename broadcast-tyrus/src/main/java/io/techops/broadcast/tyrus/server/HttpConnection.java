package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.tyrus.connection.PlainSocketTransport;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.connection.TlsSocketTransport;
import io.techops.broadcast.tyrus.handshake.Handshake;
import io.techops.broadcast.tyrus.handshake.HandshakeChecks;
import io.techops.broadcast.tyrus.http.HeadResult;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.RequestBody;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.Response;
import io.techops.broadcast.tyrus.resource.HubResource;
import io.techops.broadcast.tyrus.resource.Publication;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 *     READING --head--> ANSWERING --written--> READING, if the connection goes on: the next request, or first the rest
 *                                              of the body of this one
 *                                 --written--> LINGERING, if not: input is read and dropped, because closing at once
 *                                              could destroy the answer
 *             --handshake--> HANDSHAKING: HandshakeExchange owns it, until it is refused, which is an answer, or
 *                            UPGRADED: it belongs to a peer or a session
 *
 * While the connection reads, the selector's thread owns it, and answers a handshake that waits for nothing. While TLS
 * computes, or a request is answered that may wait, a thread of the pool owns it; while the socket takes no more of an
 * answer, no thread does. While a policy decides, the selector's thread owns it and reads on, and so notices if the
 * client leaves.
 */

/**
 * A connection as long as it speaks HTTP, before it may become a peer's: handles all requests of strangers, on every
 * port.
 */
final class HttpConnection extends TimedProcessor implements HandshakeExchange.Client, Responder.Client {

    private enum State { READING, ANSWERING, HANDSHAKING, LINGERING, UPGRADED }

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    /** The most requests that are answered in one turn. */
    private static final int MOST_REQUESTS = 64;
    /** How long the client may take to read the last answer: it may still be sending a refused request. */
    private static final Duration LINGER = Duration.ofSeconds(5);
    private static final HttpRejection SPEAKS_TLS =
            HttpRejection.bad("This port speaks TLS: the URL begins with wss or https.");

    private final HttpPort port;
    private final @Nullable TlsSocketTransport tls;

    /** Owned by the thread that owns the connection. */
    private SocketTransport pipe;
    private State state = State.READING;
    private final RequestInput input = new RequestInput();
    private final Responder responder;
    /** The publication that the next body belongs to; null if the body is skipped. */
    private @Nullable Publication publication;
    /** Whether the deadline is that of a request head: false if it is that of an idle connection. */
    private boolean hurries = true;
    private @Nullable HandshakeExchange handshake;
    private volatile @Nullable Runnable whenClosed;

    HttpConnection(HttpPort port, NIOConnection connection) throws IOException {
        super(connection, port.watch(), true);
        this.port = port;
        PlainSocketTransport socket = new PlainSocketTransport(connection, port.watch());
        tls = port.engines() == null ? null : new TlsSocketTransport(socket, connection, port.engines().get());
        pipe = tls == null ? socket : tls;
        responder = new Responder(this, input, port.stallTimeout(), this);
    }

    @Override
    void accepted() {
        judgeAfter(port.headTimeout());
    }

    @Override
    void timeOver() {
        if (state == State.HANDSHAKING && handshake.expire()) {
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

    @Override
    public void whenClosed(@Nullable Runnable action) {
        whenClosed = action;
        if (isClosed() && action != null) {
            action.run();
        }
    }

    // Reading.

    @Override
    void readable() {
        if (state == State.LINGERING) {
            input.drop(pipe.clear());
            if (input.hasEnded()) {
                connection.terminateSilently();
            }
        } else if (state == State.READING) {
            read();
        } else if (state == State.HANDSHAKING) {
            handshake.readable();
        }
    }

    /** Reads requests and answers them, as long as nothing has to wait. */
    private void read() {
        for (int i = 0; readNext(); i++) {
            if (i == MOST_REQUESTS) {
                handOver(this::read); // other connections have their turn first
                return;
            }
        }
    }

    // Each of these returns whether this thread still owns the connection and there may be more to read.

    private boolean readNext() {
        HeadResult result = input.read(pipe);
        if (result instanceof RequestHead head) {
            return request(head);
        }
        if (result instanceof RequestBody.Progress end) {
            return bodyCame(end);
        }
        if (result instanceof HttpRejection refusal) {
            return refuse(refusal, input.answersWithBody());
        }
        if (tls != null && tls.saidInTheClear() != null) {
            pipe = tls.clear();
            return refuse(SPEAKS_TLS, !tls.saidInTheClear().startsWith("HEAD "));
        }
        if (input.hasEnded() && tls != null) {
            return finish(); // TLS has to send its own end
        }
        if (input.hasEnded()) {
            connection.terminateSilently();
        } else if (tls != null && tls.mustCompute()) {
            handOver(() -> {
                tls.compute();
                read();
            });
        } else {
            if (input.isInHead() && !hurries) {
                hurries = true;
                judgeAfter(port.headTimeout());
            }
            watch();
        }
        return false;
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

    /** Runs work that may wait on a thread of the pool. */
    private boolean onPool(BooleanSupplier work) {
        if (!isWatched()) {
            return work.getAsBoolean();
        }
        handOver(() -> goOn(work.getAsBoolean()));
        return false;
    }

    @Override
    public void goOn(boolean more) {
        if (more) {
            read();
        }
    }

    private boolean answer(RequestHead head, long bodyLeft, Response answer) {
        state = State.ANSWERING;
        return responder.answer(pipe, head, bodyLeft, answer);
    }

    private boolean refuse(HttpRejection refusal, boolean withBody) {
        port.counter().accept(refusal.cause());
        return send(refusal.response(withBody), true);
    }

    private boolean send(Response answer, boolean last) {
        state = State.ANSWERING;
        return responder.send(pipe, answer, last);
    }

    @Override
    public boolean answered(boolean last) {
        if (last) {
            return finish();
        }
        state = State.READING;
        idle();
        return true;
    }

    // Publishing. Everything that may wait runs on the pool.

    private boolean publish(RequestHead head, HubResource resource) {
        HubResource.Result result = resource.publish(head);
        ThreadState.restore(); // the host application may have checked the token
        Publication begun = result.publication();
        if (begun == null) {
            return answer(head, head.bodyLength(), result.refusal());
        }
        RequestBody body = begun.body();
        if (body == null) {
            return publish(begun);
        }
        input.expect(body);
        publication = begun;
        if (begun.awaitsLeave()) {
            return send(Response.goOn(), false);
        }
        state = State.READING;
        return true;
    }

    private boolean bodyCame(RequestBody.Progress end) {
        Publication whole = publication;
        publication = null;
        if (whole == null) { // the body of a request that was answered
            return answered(end != RequestBody.Progress.DONE);
        }
        if (end == RequestBody.Progress.DONE) {
            state = State.ANSWERING;
            return onPool(() -> publish(whole));
        }
        return send(whole.refused(end), true);
    }

    private boolean publish(Publication whole) {
        if (isClosed()) {
            return false; // otherwise the client could not know whether it was published
        }
        after(Publication.LONGEST, connection::terminateSilently);
        Response answer = whole.publish(late -> handOver(() -> goOn(answer(whole.head(), 0, late))));
        ThreadState.restore(); // a listener for messages may have been called
        return answer != null && answer(whole.head(), 0, answer);
    }

    /** Waits for the next request, or for the rest of this one. */
    private void idle() {
        hurries = input.isInBody();
        judgeAfter(hurries ? port.headTimeout() : port.idleTimeout());
    }

    /** Ends the output, and waits a moment for the client to read it. */
    private boolean finish() {
        state = State.LINGERING;
        input.takeRest();
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
        state = State.HANDSHAKING;
        HandshakeExchange exchange = new HandshakeExchange(this, pipe, tls, input, sockets, this);
        handshake = exchange;
        if (!isWatched() || !sockets.mayBlock().getAsBoolean()) {
            exchange.begin(head, stream);
        } else {
            handOver(() -> exchange.begin(head, stream));
        }
        return false;
    }

    @Override
    public void refused(HttpRejection why, boolean withBody) {
        refuse(why, withBody);
    }

    @Override
    public void upgraded() {
        state = State.UPGRADED;
    }
}
