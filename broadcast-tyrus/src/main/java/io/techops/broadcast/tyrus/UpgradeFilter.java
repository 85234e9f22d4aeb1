package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.HandshakePolicy.Decision;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.concurrent.Future;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.Method;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.ssl.SSLUtils;
import org.jspecify.annotations.Nullable;

/**
 * The filter behind the HTTP parser: brings a handshake through the {@link Entrance}, past the host application's
 * policy if there is one, to its {@link Admission}, and gives every other request a clear answer.
 */
final class UpgradeFilter extends BaseFilter {

    private static final Attribute<Waiting> WAITING =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(UpgradeFilter.class.getName() + ".waiting");

    private final Entrance entrance;
    private final @Nullable Decider decider;
    private final Admission admission;
    private final Refuser refuser;
    private final boolean pages;

    /** A handshake whose reading is suspended until the host application has decided. */
    private static final class Waiting {

        private final Entrance.Guest guest;
        private volatile Decider.@Nullable Verdict verdict;
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

    /**
     * @param decider asks the host application, or null if everyone is accepted
     * @param pages whether other requests go on to the next filter
     */
    UpgradeFilter(Entrance entrance, @Nullable Decider decider, Admission admission, Refuser refuser, boolean pages) {
        this.entrance = entrance;
        this.decider = decider;
        this.admission = admission;
        this.refuser = refuser;
        this.pages = pages;
    }

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        HttpContent content = ctx.getMessage();
        PeerConnection peer = FrameFilter.PEER.get(connection);
        if (peer != null) {
            return FrameFilter.deliver(ctx, peer, content.getContent());
        }
        if (Refuser.hasRefused(connection)) {
            content.recycle();
            return ctx.getStopAction();
        }
        Waiting waiting = WAITING.remove(connection);
        if (waiting != null) {
            return conclude(ctx, waiting);
        }
        if (!connection.isOpen()) { // a peer that was resumed when it had just gone: its request is none any more
            return ctx.getStopAction();
        }
        HttpRequestPacket request = (HttpRequestPacket) content.getHttpHeader();
        if (!Handshake.isAsked(request)) {
            return pages && !request.isUpgrade()
                    ? ctx.getInvokeAction() : refuse(ctx, Handshake.notAsked());
        }
        InetSocketAddress address = (InetSocketAddress) connection.getPeerAddress();
        Entrance.Answer answer = entrance.check(request, address, principal(connection));
        if (answer instanceof Refusal refusal) {
            return refuse(ctx, refusal);
        }
        Entrance.Guest guest = (Entrance.Guest) answer;
        return decider == null ? admit(ctx, guest, Decision.accept()) : ask(ctx, guest, decider);
    }

    private static NextAction ask(FilterChainContext ctx, Entrance.Guest guest, Decider decider) {
        Connection<?> connection = ctx.getConnection();
        Waiting waiting = new Waiting(guest);
        WAITING.set(connection, waiting);
        ctx.suspend();
        waiting.task = decider.ask(guest.request(), verdict -> {
            waiting.verdict = verdict;
            connection.getTransport().getWorkerThreadPool().execute(ctx::resume);
        });
        if (!connection.isOpen()) {
            waiting.ended();
        }
        return ctx.getSuspendAction();
    }

    private NextAction conclude(FilterChainContext ctx, Waiting waiting) {
        Decider.Verdict verdict = waiting.verdict;
        if (!ctx.getConnection().isOpen() || verdict == null) {
            waiting.guest.place().giveBack();
            return ctx.getStopAction();
        }
        if (verdict.accept() != null) {
            return admit(ctx, waiting.guest, verdict.accept());
        }
        waiting.guest.place().giveBack();
        return refuse(ctx, verdict.refusal());
    }

    private NextAction admit(FilterChainContext ctx, Entrance.Guest guest, Decision.Accept accept) {
        HttpContent content = ctx.getMessage();
        Admission.Outcome outcome = admission.admit((NIOConnection) ctx.getConnection(), guest, accept);
        PeerConnection peer = outcome.peer();
        if (peer == null) {
            return refuse(ctx, Entrance.notTaken(outcome.refusal()));
        }
        return content.getContent().hasRemaining()
                ? FrameFilter.deliver(ctx, peer, content.getContent())
                : ctx.getStopAction();
    }

    private NextAction refuse(FilterChainContext ctx, Refusal refusal) {
        HttpContent content = ctx.getMessage();
        RequestParser.cancelTimeout(ctx.getConnection());
        boolean head = Method.HEAD.equals(((HttpRequestPacket) content.getHttpHeader()).getMethod());
        refuser.refuse((NIOConnection) ctx.getConnection(), refusal, !head);
        return ctx.getStopAction();
    }

    private static @Nullable Principal principal(Connection<?> connection) {
        SSLEngine engine = SSLUtils.getSSLEngine(connection);
        try {
            return engine == null ? null : engine.getSession().getPeerPrincipal();
        } catch (SSLPeerUnverifiedException e) {
            return null; // it showed no certificate
        }
    }

    @Override
    public NextAction handleClose(FilterChainContext ctx) throws IOException {
        Waiting waiting = WAITING.get(ctx.getConnection());
        if (waiting != null) {
            waiting.ended();
        }
        FrameFilter.closed(ctx);
        return ctx.getInvokeAction();
    }
}
