package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.TlsSocketTransport;
import io.techops.broadcast.tyrus.handshake.HandshakeChecks;
import io.techops.broadcast.tyrus.handshake.PolicyExecutor;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.handshake.Upgrader;
import io.techops.broadcast.tyrus.hosting.Hosting;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.RequestHead;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/*
 *     begin --checks--> refused
 *                       accepted, if there is no policy
 *                       asked: all of it on the selector's thread, which reads on, until the policy has decided, the
 *                       time is over, or the client has left
 *     accepted -------> a peer of the hub, or a session of an endpoint of the host application; or refused by these
 *
 * The connection's permit is released at each of its ends except after acceptance, where the peer or the session takes
 * it over; releasing it more than once does no harm.
 */

/**
 * The handshake of a connection, to become that of a peer or a session. Owned by the thread that owns the connection.
 */
final class HandshakeExchange {

    /** The connection. */
    interface Client {
        /** Sets an action for when the connection is closed; it may run at once, and more than once. */
        void whenClosed(@Nullable Runnable action);

        /**
         * Answers with a refusal, which ends the handshake.
         *
         * @param withBody whether the answer may have a body
         */
        void refused(HttpRejection why, boolean withBody);

        /** Stops reading: from now on a peer or a session reads. */
        void upgraded();
    }

    private static final AttributeKey<Replay> REPLAY = AttributeKey.of(BroadcastEndpoint.REPLAY, Replay.class);

    private final TimedProcessor processor;
    private final SocketTransport pipe;
    private final @Nullable TlsSocketTransport tls;
    private final RequestInput input;
    private final HttpPort.Sockets sockets;
    private final Client client;
    /** The action if the host application does not decide in time; null while no decision is pending. */
    private @Nullable Runnable whenLate;

    HandshakeExchange(TimedProcessor processor, SocketTransport pipe, @Nullable TlsSocketTransport tls,
            RequestInput input, HttpPort.Sockets sockets, Client client) {
        this.processor = processor;
        this.pipe = pipe;
        this.tls = tls;
        this.input = input;
        this.sockets = sockets;
        this.client = client;
    }

    /**
     * Checks the request, and refuses or accepts it, or asks the policy.
     *
     * @param stream whether it asks for an event stream, and not for WebSocket
     */
    void begin(RequestHead head, boolean stream) {
        InetSocketAddress address = address();
        if (address == null) {
            processor.connection.terminateSilently();
            return;
        }
        HandshakeChecks.Answer answer =
                sockets.checks().check(head, address, tls == null ? null : tls.principal(), stream);
        if (answer instanceof HandshakeChecks.Rejected rejected) {
            client.refused(rejected.why(), !head.isHead());
            return;
        }
        HandshakeChecks.Passed passed = (HandshakeChecks.Passed) answer;
        client.whenClosed(passed.permit()); // itself: a new object in between might find no memory
        if (sockets.policy() == null) {
            accept(passed, Decision.accept());
        } else if (processor.isWatched()) {
            ask(passed);
        } else {
            processor.onSelector(() -> ask(passed));
        }
    }

    /** {@return the client's address; null if it has gone} The channel's own object, so that no other is made. */
    private @Nullable InetSocketAddress address() {
        try {
            return (InetSocketAddress) ((SocketChannel) processor.connection.getChannel()).getRemoteAddress();
        } catch (IOException e) {
            return null;
        }
    }

    private void ask(HandshakeChecks.Passed passed) {
        PolicyExecutor.PolicyCall asked = sockets.policy().ask(passed.request(),
                result -> processor.onSelector(() -> conclude(passed, result)));
        client.whenClosed(() -> {
            passed.permit().release();
            asked.end(); // last, as this may call the host application
        });
        whenLate = () -> {
            passed.permit().release();
            asked.expire();
            client.refused(PolicyExecutor.late(), true);
        };
        if (tls != null && tls.hasKept()) {
            readable();
        } else {
            watchUnlessFull();
        }
    }

    /** Keeps a little input that comes before the decision, and ends the handshake if the client leaves. */
    void readable() {
        if (whenLate == null) {
            return;
        }
        input.keep(pipe);
        if (input.hasEnded()) {
            processor.connection.terminateSilently();
        } else {
            watchUnlessFull();
        }
    }

    private void watchUnlessFull() {
        if (input.isFull()) {
            processor.unwatch(); // TCP slows the client down; only the deadline is noticed then
        } else {
            processor.watch();
        }
    }

    /** Refuses the handshake because the time for the decision is over. {@return false if no decision is pending} */
    boolean expire() {
        Runnable late = whenLate;
        if (late == null) {
            return false;
        }
        whenLate = null;
        late.run();
        return true;
    }

    private void conclude(HandshakeChecks.Passed passed, PolicyExecutor.PolicyResult result) {
        if (whenLate == null || processor.isClosed()) {
            return; // too late
        }
        whenLate = null;
        client.whenClosed(passed.permit()); // first: there may be no memory for what follows
        if (result.accept() == null) {
            passed.permit().release();
            client.refused(result.refusal(), true);
        } else if (processor.isWatched() && !sockets.mayBlock().getAsBoolean()) {
            accept(passed, result.accept());
        } else {
            processor.handOver(() -> accept(passed, result.accept()));
        }
    }

    private void accept(HandshakeChecks.Passed passed, Decision.Accept accept) {
        processor.noDeadline();
        if (passed.route() instanceof Router.Hosted endpoint) {
            processor.handOver(() -> host(passed, endpoint, accept));
        } else {
            upgrade(passed, accept);
        }
    }

    /** Asks an endpoint of the host application, whose code may wait, and opens a session. */
    private void host(HandshakeChecks.Passed passed, Router.Hosted endpoint, Decision.Accept accept) {
        Attributes known = Upgrader.attributes(passed, accept, accept.subprotocol());
        if (accept.replay() != null) {
            known.set(REPLAY, accept.replay());
        }
        Hosting.Outcome outcome = sockets.hosting().admit(new Hosting.Client(endpoint, passed.request(), known,
                accept.subprotocol(), accept.headers()), pipe, processor::runOnPool, passed.permit());
        if (outcome.session() == null) {
            passed.permit().release();
            client.refused(outcome.refusal(), true);
            return;
        }
        new HostedProcessor(processor.connection, outcome.session()).begin(rest());
    }

    private void upgrade(HandshakeChecks.Passed passed, Decision.Accept accept) {
        RefusalCause refusal = sockets.upgrader().upgrade(processor.connection, pipe, passed, accept,
                peer -> processor.connection.setProcessor(
                        new PeerProcessor(processor.connection, processor.isWatched(), peer)));
        if (refusal != null) {
            client.refused(HandshakeChecks.notTaken(refusal), true);
            return;
        }
        ((PeerProcessor) processor.connection.getProcessor()).begin(rest(), tls != null && tls.hasKept());
    }

    /** {@return the input that was read behind the request; null if none} */
    private @Nullable ByteBuffer rest() {
        client.upgraded();
        return input.takeRest();
    }
}
