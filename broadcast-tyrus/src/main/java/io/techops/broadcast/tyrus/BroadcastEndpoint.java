package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Topics;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub as an endpoint of a Jakarta WebSocket container: a session is registered when it opens, its messages go to
 * the hub's policy, and it is unregistered, once, when it closes or fails.
 *
 * <p>{@link BroadcastServer} uses it as it is. In another container, say where the hub is, in one of two ways:
 *
 * <pre>{@code
 * @ServerEndpoint("/live")
 * public class Live extends BroadcastEndpoint {
 *     public Live() {
 *         super(MyApplication.hub());
 *     }
 * }
 *
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub));
 * }</pre>
 *
 * <p>In another container messages are sent through the session's asynchronous remote, one at a time: the same order
 * and the same promises, less speed. Three things are the container's to give, and most do not: a peer that floods a
 * saturated hub keeps the thread that reads from it, a stalled peer's socket is freed when the container lets go of it,
 * and a message may be broadcast between the 101 and the opening of the session.
 *
 * <p>The container makes an instance for every session, and calls it as Jakarta WebSocket says.
 */
@ServerEndpoint("/")
public class BroadcastEndpoint {

    /**
     * The key of the peer's attribute that says where it connects from, as {@code address:port}, or as {@code address}
     * if a proxy did not say the port; an IPv6 address is in brackets; a {@code String}.
     */
    public static final String REMOTE_ADDRESS = "remoteAddress";

    /**
     * The key of the peer's attribute that says through which trusted proxy it connects, as {@code address:port}; a
     * {@code String}; there is none without such a proxy.
     */
    public static final String PROXY_ADDRESS = "proxyAddress";

    /** The key of the peer's attribute that says which path it asked for; a {@code String}. */
    public static final String PATH = "path";

    /** The key of the peer's attribute that says which topic it listens to, if there are topics; a {@code String}. */
    public static final String TOPIC = "topic";

    /** The key of the peer's attribute that says what followed the path after a question mark; a {@code String}. */
    public static final String QUERY = "query";

    /** The key of the peer's attribute that says who it is; a {@code java.security.Principal}. */
    public static final String PRINCIPAL = "principal";

    /** The key of the peer's attribute that says which subprotocol was selected, if any; a {@code String}. */
    public static final String SUBPROTOCOL = "subprotocol";

    private static final Logger LOG = LoggerFactory.getLogger(BroadcastEndpoint.class);

    private final @Nullable Function<Session, BroadcastHub> hubs;
    private volatile @Nullable Link link;

    /** Makes the endpoint of {@link BroadcastServer}, which knows the hub; for the container to call. */
    public BroadcastEndpoint() {
        checkNamespace(getClass());
        this.hubs = null;
    }

    /**
     * Makes an endpoint for one session.
     *
     * @param hub the hub to register the session with
     */
    protected BroadcastEndpoint(BroadcastHub hub) {
        Objects.requireNonNull(hub, "hub");
        checkNamespace(getClass());
        this.hubs = session -> hub;
    }

    /**
     * Makes an endpoint for one session, whose path says which topic it is for: the class is annotated with a path that
     * has a variable <code>&#123;topic&#125;</code>, such as <code>@ServerEndpoint("/topics/&#123;topic&#125;")</code>.
     *
     * @param topics the topics to register the session with
     */
    protected BroadcastEndpoint(Topics topics) {
        Objects.requireNonNull(topics, "topics");
        checkNamespace(getClass());
        this.hubs = session -> topicOf(session, topics);
    }

    /** Java EE 8 and its containers look for annotations of that name, and never find the methods of this class. */
    private static void checkNamespace(Class<?> endpoint) {
        for (Annotation annotation : endpoint.getAnnotations()) {
            String name = annotation.annotationType().getName();
            if (name.startsWith("javax.websocket.")) {
                throw new IllegalStateException(endpoint.getName() + " is annotated with " + name + ", and must be with "
                        + name.replaceFirst("javax", "jakarta") + ": this library speaks Jakarta WebSocket 2.1 and 2.2, "
                        + "which needs a container such as Tomcat 10.1, Jetty 12, Undertow 2.3 or Tyrus 2.2, or newer");
            }
        }
    }

    /**
     * {@return the topic that a session asks for}
     *
     * @throws IllegalStateException if its path has no such variable
     * @throws IllegalArgumentException if there can be no topic of that name
     */
    static BroadcastHub topicOf(Session session, Topics topics) {
        String name = session.getPathParameters().get(TOPIC);
        if (name == null) {
            throw new IllegalStateException("the path of an endpoint with topics must have a variable {topic}: "
                    + session.getRequestURI());
        }
        return topics.hub(name);
    }

    /**
     * {@return the endpoint for any container, as a configuration to be added to its {@code ServerContainer}}
     *
     * @param path the path to serve, as Jakarta WebSocket writes it, {@code /live}
     * @param hub the hub to register the sessions with
     */
    public static ServerEndpointConfig config(String path, BroadcastHub hub) {
        Objects.requireNonNull(hub, "hub");
        return HubEndpoint.config(path, session -> hub);
    }

    /**
     * {@return an endpoint for any container that serves topics, as a configuration to be added to its
     * {@code ServerContainer}} A session for a name that no topic can have is closed with 1008, one for a topic more than
     * there may be with 1013.
     *
     * @param path the path to serve, with the variable <code>&#123;topic&#125;</code>, such as
     *     <code>/topics/&#123;topic&#125;</code>
     * @param topics the topics to register the sessions with
     * @throws IllegalArgumentException if {@code path} has no such variable
     */
    public static ServerEndpointConfig config(String path, Topics topics) {
        Objects.requireNonNull(topics, "topics");
        if (!TopicRoutes.isTemplate(path)) {
            throw new IllegalArgumentException("path must have a segment {topic}: " + path);
        }
        return HubEndpoint.config(path, session -> topicOf(session, topics));
    }

    /**
     * Registers the session.
     *
     * @param session the session
     * @throws IllegalStateException if the hub is closed, or not known
     */
    @OnOpen
    public void open(Session session) {
        PeerConnection own = PeerConnection.OPENING.get();
        if (own != null) {
            own.register();
            link = own;
        } else if (hubs != null) {
            link = SessionLink.open(session, hubs.apply(session));
        } else {
            throw new IllegalStateException(
                    "the endpoint knows no hub: extend it and pass the hub to its constructor, or add config(path, hub)");
        }
    }

    /**
     * Takes a text message.
     *
     * @param text the text
     */
    @OnMessage
    public void text(String text) {
        Link to = link;
        if (to != null) {
            to.received(Message.text(text));
        }
    }

    /**
     * Takes a binary message.
     *
     * @param payload the bytes
     */
    @OnMessage
    public void binary(ByteBuffer payload) {
        Link to = link;
        if (to != null) {
            to.received(Message.binary(payload));
        }
    }

    /**
     * Takes a pong.
     *
     * @param pong the pong
     */
    @OnMessage
    public void pong(PongMessage pong) {
        Link to = link;
        if (to != null) {
            to.pong();
        }
    }

    /**
     * Unregisters the session.
     *
     * @param reason why it closed
     */
    @OnClose
    public void close(jakarta.websocket.CloseReason reason) {
        Link to = link;
        if (to != null) {
            to.closed(reported(reason));
        }
    }

    /**
     * Ends the session.
     *
     * @param session the session
     * @param thrown what was thrown
     */
    @OnError
    public void error(Session session, Throwable thrown) {
        LOG.debug("A session failed", thrown);
        Link to = link;
        if (to != null) {
            to.failed(thrown);
        } else {
            refuse(session, thrown);
        }
    }

    static void refuse(Session session, Throwable why) {
        boolean noSuchTopic = why instanceof IllegalArgumentException;
        try {
            session.close(new jakarta.websocket.CloseReason(
                    noSuchTopic ? jakarta.websocket.CloseReason.CloseCodes.VIOLATED_POLICY
                            : jakarta.websocket.CloseReason.CloseCodes.TRY_AGAIN_LATER,
                    noSuchTopic ? "there can be no topic of this name" : "the hub takes no peers"));
        } catch (java.io.IOException | IllegalStateException e) {
            LOG.debug("The session is closed already: {}", e.toString());
        }
    }

    static CloseReason reported(jakarta.websocket.CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        String phrase = reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase();
        boolean known = code >= 1000 && code <= 4999;
        return CloseReason.of(known ? code : CloseReason.ABNORMAL, phrase);
    }
}
