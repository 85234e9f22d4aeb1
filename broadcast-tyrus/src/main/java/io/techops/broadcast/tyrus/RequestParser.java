package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.HttpServerFilter;
import org.glassfish.grizzly.http.KeepAlive;
import org.glassfish.grizzly.http.Method;
import org.glassfish.grizzly.http.Protocol;
import org.glassfish.grizzly.http.util.DataChunk;
import org.glassfish.grizzly.http.util.MimeHeaders;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * Grizzly's parser of requests, made strict, in time, and able to say what is wrong (RFC 9112 sections 2 to 6): whoever
 * does not speak HTTP is told so at its first bytes, a request head has bounds in size and in time, and what could be
 * read in two ways is refused.
 */
final class RequestParser extends HttpServerFilter {

    /** The most bytes of a request's line and headers. */
    static final int MAX_HEAD_BYTES = 16 << 10;
    /** The most headers of a request. */
    static final int MAX_HEADERS = 100;

    private static final int MAX_METHOD = 32;
    private static final Attribute<SocketWatch.Deadline> DEADLINE =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(RequestParser.class.getName() + ".deadline");
    private static final Attribute<Boolean> SPEAKS_HTTP =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(RequestParser.class.getName() + ".speaksHttp");
    /** Grizzly's own, by its name: the request that is being read. */
    private static final Attribute<Object> READING =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(HTTP_SERVER_REQUEST_ATTR_NAME);

    private final SocketWatch watch;
    private final Refuser refuser;
    private final Duration headTimeout;
    private final BooleanSupplier closing;
    private final boolean sockets;

    /** A request head breaks a rule: thrown through Grizzly's parser, which comes back with it. */
    private static final class Refused extends IllegalStateException {

        private static final long serialVersionUID = 1;

        private final transient Refusal refusal;

        Refused(Refusal refusal) {
            super(refusal.text());
            this.refusal = refusal;
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /**
     * @param headTimeout within what time a request head must be complete: after the connection, or after its own first
     *     bytes if it is not the first one
     * @param closing whether every request is to be refused, because the server is going away
     * @param sockets whether a request may ask for a WebSocket: its time goes on until {@link #cancelTimeout} is called
     */
    @SuppressWarnings("deprecation") // the only constructor with all bounds; the executor may be null
    RequestParser(KeepAlive keepAlive, SocketWatch watch, Refuser refuser, Duration headTimeout,
            BooleanSupplier closing, boolean sockets) {
        super(true, MAX_HEAD_BYTES, null, keepAlive, null, MAX_HEADERS, MAX_HEADERS);
        this.watch = watch;
        this.refuser = refuser;
        this.headTimeout = headTimeout;
        this.closing = closing;
        this.sockets = sockets;
    }

    @Override
    public NextAction handleAccept(FilterChainContext ctx) throws IOException {
        startTimeout(ctx.getConnection());
        return ctx.getInvokeAction();
    }

    /** Has the connection cut unless {@link #cancelTimeout} comes before the time is over. */
    void startTimeout(Connection<?> connection) {
        DEADLINE.set(connection, watch.after(headTimeout, () -> refuser.cut(connection)));
    }

    /** Says that a request was complete in time. */
    static void cancelTimeout(Connection<?> connection) {
        SocketWatch.Deadline deadline = DEADLINE.remove(connection);
        if (deadline != null) {
            deadline.cancel();
        }
    }

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        Buffer input = ctx.getMessage();
        if (Refuser.hasRefused(connection)) {
            input.tryDispose();
            return ctx.getStopAction();
        }
        if (!READING.isSet(connection) && !DEADLINE.isSet(connection)) {
            startTimeout(connection);
        }
        if (!SPEAKS_HTTP.isSet(connection)) {
            Buffer request = withoutEmptyLines(input);
            Refusal refusal = firstBytes(request);
            if (refusal != null) {
                refuser.refuse(connection, refusal, true);
                input.tryDispose();
                return ctx.getStopAction();
            }
            if (!request.hasRemaining()) {
                return ctx.getStopAction();
            }
            ctx.setMessage(request);
        }
        NextAction action = super.handleRead(ctx);
        if (Refuser.hasRefused(connection)) {
            connection.enableIOEvent(IOEvent.READ); // Grizzly leaves a bad request's connection unread
        }
        return action;
    }

    /** Skips empty lines before a request (RFC 9112 section 2.2). */
    private static Buffer withoutEmptyLines(Buffer input) {
        int start = input.position();
        while (start < input.limit() && (input.get(start) == '\r' || input.get(start) == '\n')) {
            start++;
        }
        return start == input.position() ? input : input.split(start);
    }

    /** {@return that this is no HTTP, as soon as it cannot be any} */
    private static @Nullable Refusal firstBytes(Buffer request) {
        int end = Math.min(request.limit(), request.position() + MAX_METHOD + 1);
        for (int i = request.position(); i < end; i++) {
            int c = request.get(i) & 0xFF;
            if (c == ' ' && i > request.position()) {
                return null;
            }
            if (!Tokens.isTokenChar(c)) {
                return Refusal.bad("This is not HTTP.");
            }
        }
        return end - request.position() > MAX_METHOD ? Refusal.bad("The method is too long.") : null;
    }

    @Override
    protected void onInitialLineParsed(HttpHeader header, FilterChainContext ctx) {
        HttpRequestPacket request = (HttpRequestPacket) header;
        String method = request.getMethodDC().toString();
        if (!Tokens.isToken(method) || method.length() > MAX_METHOD) {
            throw new Refused(Refusal.bad("The request line is not in order."));
        }
        SPEAKS_HTTP.set(ctx.getConnection(), true);
        String protocol = request.getProtocolDC().toString();
        if (!protocol.equals(Protocol.HTTP_1_1.getProtocolString())
                && !protocol.equals(Protocol.HTTP_1_0.getProtocolString())) {
            throw new Refused(Tokens.isHttpVersion(protocol)
                    ? Refusal.of(RefusalCause.HANDSHAKE, 505, "This port speaks HTTP/1.1.")
                    : Refusal.bad("The request line is not in order."));
        }
        DataChunk query = request.getQueryStringDC();
        if (!Tokens.isTarget(request.getRequestURIRef().getRequestURIBC().toString())
                || !query.isNull() && !Tokens.isTargetPart(query.toString())) {
            throw new Refused(Refusal.bad("The request's target must be a path, or an http URI."));
        }
    }

    @Override
    protected void onHttpHeadersParsed(HttpHeader header, MimeHeaders headers, FilterChainContext ctx) {
        int hosts = 0;
        boolean length = false;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.getName(i).toString();
            DataChunk chunk = headers.getValue(i);
            String value = chunk.isNull() ? "" : Tokens.trim(chunk.toString()); // Grizzly leaves tabs behind a value
            if (!Tokens.isToken(name) || !Tokens.isFieldValue(value)) {
                throw new Refused(Refusal.bad("A header is not in order."));
            }
            if (name.equalsIgnoreCase("Host")) {
                hosts++;
                if (Authority.parse(value) == null) {
                    throw new Refused(Refusal.bad("The Host header must be a host, and perhaps a port."));
                }
            } else if (name.equalsIgnoreCase("Transfer-Encoding") && !value.equalsIgnoreCase("chunked")) {
                throw new Refused(Refusal.of(RefusalCause.HANDSHAKE, 501, "The only transfer coding here is chunked."));
            } else if (name.equalsIgnoreCase("Content-Length")) {
                length = true;
                if (!Tokens.isNumber(value)) {
                    throw new Refused(Refusal.bad("The Content-Length must be a number."));
                }
            }
        }
        boolean modern = ((HttpRequestPacket) header).getProtocolDC().toString().equals("HTTP/1.1");
        if (hosts > 1 || hosts == 0 && modern) {
            throw new Refused(Refusal.bad("There must be one Host header."));
        }
        if (length && header.isChunked()) {
            throw new Refused(Refusal.bad("A request has a Content-Length or a Transfer-Encoding, not both."));
        }
        if (closing.getAsBoolean()) {
            throw new Refused(Entrance.goingAway());
        }
    }

    @Override
    protected boolean onHttpHeaderParsed(HttpHeader header, Buffer buffer, FilterChainContext ctx) {
        if (!sockets || !Handshake.isAsked((HttpRequestPacket) header)) {
            cancelTimeout(ctx.getConnection());
        }
        return super.onHttpHeaderParsed(header, buffer, ctx);
    }

    /** Is told what threw while a request head was parsed; Grizzly does nothing more with the connection. */
    @Override
    protected void onHttpHeaderError(HttpHeader header, FilterChainContext ctx, Throwable thrown) {
        HttpRequestPacket request = (HttpRequestPacket) header;
        cancelTimeout(ctx.getConnection());
        boolean withBody = !Method.HEAD.getMethodString().equals(request.getMethodDC().toString());
        refuser.refuse((NIOConnection) ctx.getConnection(), refusal(request, thrown), withBody);
    }

    private static Refusal refusal(HttpRequestPacket request, Throwable thrown) {
        if (thrown instanceof Refused refused) {
            return refused.refusal;
        }
        if (thrown instanceof MimeHeaders.MaxHeaderCountExceededException) {
            return Refusal.of(RefusalCause.HANDSHAKE, 431, "A request may have at most " + MAX_HEADERS + " headers.");
        }
        String message = String.valueOf(thrown.getMessage());
        if (message.endsWith("line is too large")) {
            return Refusal.of(RefusalCause.HANDSHAKE, 414, "A request's line may have at most " + MAX_HEAD_BYTES
                    + " bytes.");
        }
        if (message.endsWith("header is too large")) {
            return Refusal.of(RefusalCause.HANDSHAKE, 431, "A request's line and headers may have at most "
                    + MAX_HEAD_BYTES + " bytes.");
        }
        return Refusal.bad("The request is not in order.");
    }

    @Override
    public NextAction handleClose(FilterChainContext ctx) throws IOException {
        cancelTimeout(ctx.getConnection());
        return super.handleClose(ctx);
    }
}
