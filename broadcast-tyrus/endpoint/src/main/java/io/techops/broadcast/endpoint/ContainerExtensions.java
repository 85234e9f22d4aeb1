package io.techops.broadcast.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Tomcat may leave input unprocessed. If it is told to resume while one of its threads is just leaving the endpoint's
 * method, the messages that it has already read stay in its buffer until more bytes come from the peer: the thread has
 * seen the suspended state, and then takes the new state to mean that everything was processed
 * (WsFrameServer.doOnDataAvailable, in 11.0.27). Nothing on the server's side makes Tomcat look again, so a ping is
 * sent, whose pong is more input.
 */

/**
 * What the sessions of a container can do beyond Jakarta WebSocket, which has no way to free a socket at once, to stop
 * reading, or to get the peer's address. Most containers have public methods for that, which are looked up by name:
 *
 * <table>
 *   <caption>The methods</caption>
 *   <tr><th>container</th><th>to free the socket</th><th>to stop reading</th>
 *       <th>the peer's address</th></tr>
 *   <tr><td>Tomcat</td><td>{@code WsSession.doClose(toPeer, toEndpoint, true)}, and {@code onClose} as if the peer had
 *       answered, if the close frame was sent before</td><td>{@code WsSession.suspend()} and {@code resume()}</td>
 *       <td>none</td></tr>
 *   <tr><td>Jetty</td><td>{@code JakartaWebSocketSession.abort()}</td><td>none</td>
 *       <td>the user property {@value #REMOTE_ADDRESS}, as in {@code BroadcastServer}</td></tr>
 *   <tr><td>Undertow</td><td>{@code UndertowSession.forceClose()}</td><td>{@code suspendReceives()} and
 *       {@code resumeReceives()} of {@code getWebSocketChannel()}</td><td>its {@code getSourceAddress()}</td></tr>
 *   <tr><td>Tyrus</td><td>none</td><td>none</td><td>{@code TyrusSession.getRemoteAddr()}, without the port</td></tr>
 * </table>
 *
 * <p>Where there is no way to free the socket, as in Tyrus's own server, the session is closed instead: the container
 * closes the socket when the peer has read everything, or when TCP gives up.
 */
final class ContainerExtensions {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerExtensions.class);
    /** How long an aborted connection may take to send a close frame. */
    private static final Duration CLOSE_FRAME_TIMEOUT = Duration.ofMillis(50);

    /**
     * The extensions that were looked up last, which are nearly always those that are needed next. A weak reference,
     * because this class must not keep the classes of a container or of an application from being unloaded.
     */
    private static volatile WeakReference<ContainerExtensions> last = new WeakReference<>(null);

    /**
     * Tomcat's user properties for how long it may block in a ping or a close frame, and keeps the socket after a close
     * frame, in milliseconds.
     */
    private static final String[] TIMEOUTS = {
        "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT",
        "org.apache.tomcat.websocket.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT",
        "org.apache.tomcat.websocket.SESSION_CLOSE_TIMEOUT",
    };

    /** The user property with the peer's address in Jetty, and in the sessions that {@code BroadcastServer} hosts. */
    private static final String REMOTE_ADDRESS = "jakarta.websocket.endpoint.remoteAddress";
    /** An IP address; matched so that no host name is ever looked up. */
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%\\w+)?");

    private interface SessionAction {
        void on(Session session) throws Exception;
    }

    private interface Cut {
        void on(Session session, CloseReason reason) throws Exception;
    }

    private final Class<?> type;
    private final Cut cut;
    private final @Nullable SessionAction suspend;
    private final @Nullable SessionAction resume;
    /** Whether messages that were read may stay unprocessed until more bytes come, see above. */
    private final boolean forgetsInput;
    /** The methods for the peer's address: of Undertow, through its channel, and of Tyrus. */
    private final @Nullable Method channel;
    private final @Nullable Method sourceAddress;
    private final @Nullable Method remoteAddr;
    /**
     * Jetty's session counts as open until the peer has answered the close frame; its core session tells whether its
     * output is open.
     */
    private final @Nullable Method core;
    private final @Nullable Method outputOpen;

    private ContainerExtensions(Class<?> type) {
        this.type = type;
        cut = cut(type);
        core = method(type, "getCoreSession");
        outputOpen = core == null ? null : method(core.getReturnType(), "isOutputOpen");
        channel = method(type, "getWebSocketChannel");
        sourceAddress = channel == null ? null : method(channel.getReturnType(), "getSourceAddress");
        remoteAddr = method(type, "getRemoteAddr");
        forgetsInput = channel == null;
        if (channel != null) {
            suspend = through(channel, "suspendReceives");
            resume = through(channel, "resumeReceives");
        } else {
            suspend = act(type, "suspend");
            resume = act(type, "resume");
        }
    }

    static ContainerExtensions of(Session session) {
        ContainerExtensions known = last.get();
        if (known == null || known.type != session.getClass()) {
            known = new ContainerExtensions(session.getClass());
            last = new WeakReference<>(known);
        }
        return known;
    }

    /** {@return whether the session is open and its close has not begun, as far as the container reports it} */
    boolean takesMessages(Session session) {
        try {
            return session.isOpen()
                    && (outputOpen == null || Boolean.TRUE.equals(outputOpen.invoke(core.invoke(session))));
        } catch (Throwable thrown) { // then it cannot be used either
            return false;
        }
    }

    /**
     * Limits how long calls may block in the container, if it has such settings and the application has not set them.
     *
     * @throws IllegalStateException if the session is closed
     */
    static void limitBlocking(Session session, Duration limit) {
        for (String timeout : TIMEOUTS) {
            session.getUserProperties().putIfAbsent(timeout, limit.toMillis());
        }
    }

    /**
     * Frees the socket, as far as the container supports that. May block for a moment; never throws.
     *
     * @param reason the reason for the close frame, which some containers always send
     */
    void cut(Session session, io.techops.broadcast.CloseReason reason) {
        CloseReason said = new CloseReason(CloseCodes.getCloseCode(reason.code()), reason.phrase());
        run(it -> cut.on(it, said), session);
    }

    /**
     * {@return what suspends and resumes reading from a peer; null if the container cannot do that}
     *
     * @param askForInput makes the peer send something soon; called after a resume, if the container may have left
     *     input unprocessed
     */
    SessionReceiver.@Nullable Reading reading(Session session, Runnable askForInput) {
        if (suspend == null || resume == null) {
            return null;
        }
        return new SessionReceiver.Reading() {
            @Override
            public void suspend() {
                run(suspend, session);
            }

            @Override
            public void resume() {
                run(resume, session);
                if (forgetsInput) {
                    askForInput.run();
                }
            }
        };
    }

    /**
     * {@return the address of a peer, with port 0 if only the port is unknown; null if the address is unknown} Never
     * throws.
     */
    @Nullable InetSocketAddress remoteAddress(Session session) {
        try {
            Object told = session.getUserProperties().get(REMOTE_ADDRESS);
            return address(told != null ? told
                    : sourceAddress != null ? sourceAddress.invoke(channel.invoke(session))
                    : remoteAddr != null ? remoteAddr.invoke(session) : null);
        } catch (Throwable thrown) { // the address stays unknown
            LOG.debug("A session did not tell where its peer connects from", thrown);
            return null;
        }
    }

    /**
     * {@return the address of a client during its handshake; null if the container does not provide it yet} Never
     * throws.
     */
    static @Nullable InetSocketAddress remoteAddress(ServerEndpointConfig config, HandshakeRequest request) {
        try {
            Object told = config.getUserProperties().get(REMOTE_ADDRESS);
            Method ofTyrus = told == null ? method(request.getClass(), "getRemoteAddr") : null;
            return address(ofTyrus == null ? told : ofTyrus.invoke(request));
        } catch (Throwable thrown) { // the address stays unknown
            LOG.debug("A container did not tell where a client connects from", thrown);
            return null;
        }
    }

    private static @Nullable InetSocketAddress address(@Nullable Object found) throws UnknownHostException {
        if (found instanceof String text && IP_ADDRESS.matcher(text).matches()) {
            return new InetSocketAddress(InetAddress.getByName(text), 0);
        }
        return found instanceof InetSocketAddress address && !address.isUnresolved() ? address : null;
    }

    /** {@return a client's address; null if it is not an IP address} Never throws. */
    static @Nullable InetSocketAddress address(@Nullable String told, int port) {
        try {
            InetSocketAddress found = address(told);
            return found == null ? null : new InetSocketAddress(found.getAddress(), Math.max(0, port));
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static void run(SessionAction act, Session session) {
        try {
            act.on(session);
        } catch (InvocationTargetException e) {
            LOG.debug("A session refused what was asked", e.getCause());
        } catch (Throwable e) {
            LOG.debug("A session refused what was asked", e);
        }
    }

    private static Cut cut(Class<?> type) {
        for (String name : new String[] {"abort", "forceClose"}) {
            SessionAction act = act(type, name);
            if (act != null) {
                return (session, reason) -> act.on(session);
            }
        }
        Method doClose = method(type, "doClose", CloseReason.class, CloseReason.class, boolean.class);
        Method onClose = method(type, "onClose", CloseReason.class);
        if (doClose != null && onClose != null) {
            return (session, reason) -> {
                if (session.isOpen()) {
                    session.getUserProperties().put(TIMEOUTS[1], CLOSE_FRAME_TIMEOUT.toMillis());
                }
                doClose.invoke(session, reason, reason, true);
                onClose.invoke(session, reason);
            };
        }
        LOG.debug("{} has no way to free its socket at once", type.getName());
        return Session::close;
    }

    private static @Nullable SessionAction act(Class<?> type, String name) {
        Method method = method(type, name);
        return method == null ? null : session -> method.invoke(session);
    }

    private static @Nullable SessionAction through(Method channel, String name) {
        Method method = method(channel.getReturnType(), name);
        return method == null ? null : session -> method.invoke(channel.invoke(session));
    }

    private static @Nullable Method method(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            return null; // not this container
        }
    }
}
