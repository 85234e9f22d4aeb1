package io.techops.broadcast.tyrus;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sessions of a container can do beyond Jakarta WebSocket, which has no way to free a socket at once, nor to
 * stop reading. Most containers have public methods for it, which are looked for by their names:
 *
 * <table>
 *   <caption>The methods</caption>
 *   <tr><th>container</th><th>to free the socket</th><th>to stop reading</th></tr>
 *   <tr><td>Tomcat</td><td>{@code WsSession.doClose(toPeer, toEndpoint, true)}, and {@code onClose} as if the peer had
 *       answered, if the close frame was sent before</td><td>{@code WsSession.suspend()} and {@code resume()}</td></tr>
 *   <tr><td>Jetty</td><td>{@code JakartaWebSocketSession.abort()}</td><td>none</td></tr>
 *   <tr><td>Undertow</td><td>{@code UndertowSession.forceClose()}</td><td>{@code suspendReceives()} and
 *       {@code resumeReceives()} of {@code getWebSocketChannel()}</td></tr>
 * </table>
 *
 * <p>Where there is no way, as on Tyrus's own server, the session is closed instead of cut: the container closes the
 * socket when the peer has read what was sent, or TCP has given it up.
 */
final class SessionExtras {

    private static final Logger LOG = LoggerFactory.getLogger(SessionExtras.class);
    private static final CloseReason CUT = new CloseReason(CloseCodes.CLOSED_ABNORMALLY, "");

    private static final ClassValue<SessionExtras> OF_CLASSES = new ClassValue<>() {
        @Override
        protected SessionExtras computeValue(Class<?> type) {
            return new SessionExtras(type);
        }
    };

    private interface Act {
        void on(Session session) throws Exception;
    }

    private final Act cut;
    private final @Nullable Act suspend;
    private final @Nullable Act resume;

    private SessionExtras(Class<?> type) {
        cut = cut(type);
        Method channel = method(type, "getWebSocketChannel");
        if (channel != null) {
            suspend = through(channel, "suspendReceives");
            resume = through(channel, "resumeReceives");
        } else {
            suspend = act(type, "suspend");
            resume = act(type, "resume");
        }
    }

    static SessionExtras of(Session session) {
        return OF_CLASSES.get(session.getClass());
    }

    /** Frees the socket, as well as the container can. May block; never throws. */
    void cut(Session session) {
        run(cut, session);
    }

    /** {@return the way to stop reading from a peer, and to go on; null if the container has none} */
    SessionInbox.@Nullable Reading reading(Session session) {
        if (suspend == null || resume == null) {
            return null;
        }
        return new SessionInbox.Reading() {
            @Override
            public void suspend() {
                run(suspend, session);
            }

            @Override
            public void resume() {
                run(resume, session);
            }
        };
    }

    private static void run(Act act, Session session) {
        try {
            act.on(session);
        } catch (InvocationTargetException e) {
            LOG.debug("A session refused what was asked", e.getCause());
        } catch (Exception e) {
            LOG.debug("A session refused what was asked", e);
        }
    }

    private static Act cut(Class<?> type) {
        for (String name : new String[] {"abort", "forceClose"}) {
            Act act = act(type, name);
            if (act != null) {
                return act;
            }
        }
        Method doClose = method(type, "doClose", CloseReason.class, CloseReason.class, boolean.class);
        Method onClose = method(type, "onClose", CloseReason.class);
        if (doClose != null && onClose != null) {
            return session -> {
                doClose.invoke(session, CUT, CUT, true);
                onClose.invoke(session, CUT);
            };
        }
        LOG.debug("{} has no way to free its socket at once", type.getName());
        return session -> session.close(new CloseReason(CloseCodes.GOING_AWAY, ""));
    }

    private static @Nullable Act act(Class<?> type, String name) {
        Method method = method(type, name);
        return method == null ? null : session -> method.invoke(session);
    }

    private static @Nullable Act through(Method channel, String name) {
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
