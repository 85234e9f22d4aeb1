package io.techops.broadcast.endpoint;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.Topics;
import io.techops.broadcast.stream.NumberedFormat;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The hub as an endpoint of any Jakarta WebSocket container: a session is registered when it opens, its messages go to
 * the hub's policy, and it is unregistered, once, when it closes or fails.
 *
 * <p>There are three ways to deploy it: extend it, delegate to it, or add a configuration.
 *
 * <pre>{@code
 * @ServerEndpoint(value = "/live", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
 * public class Live extends BroadcastEndpoint {
 *     public Live() {
 *         super(MyApplication.hub());
 *     }
 * }
 *
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub));
 * }</pre>
 *
 * <p>The hub, its policies, its order and its timeouts are the same as with {@code BroadcastServer}. Messages are sent
 * through the session's asynchronous remote, one at a time. Some things depend on the container:
 *
 * <ul>
 *   <li>Messages are not gathered into one write: every message is a separate send.
 *   <li>While a hub is saturated, Tomcat and Undertow stop reading from a peer that sends; in other containers the
 *       thread that reads from the peer waits.
 *   <li>Tomcat, Jetty and Undertow free the socket of an aborted peer at once; stock Tyrus keeps it until the
 *       connection ends by itself.
 *   <li>The container's settings decide how long a handshake may take, and how much of a message that is too large is
 *       read before the connection ends with 1009. {@link EndpointSettings} decide who may connect, within the limits
 *       of Jakarta WebSocket: a handshake that a policy refuses is answered with 101, and the session is closed with
 *       1008, unless a {@code HandshakeFilter} has refused it with an HTTP status.
 *   <li>A message that is broadcast between the 101 and the opening of the session is missed, unless the peer resumes
 *       after a position.
 *   <li>What a peer sent right before its close frame, or before it broke a rule of the protocol, is delivered to the
 *       other peers. It may not reach that peer itself, because the container answers the close frame at once.
 *   <li>Only the hub may send to the session: an application uses {@link io.techops.broadcast.Peer#send}. Tomcat takes
 *       one message at a time and throws at another one. If it throws at the hub because the application is sending,
 *       the hub sends the message again a moment later, and logs a warning. For the same reason a session must belong
 *       to one hub only.
 * </ul>
 *
 * <p>A client that offers the subprotocol {@value #SUBPROTOCOL} is told the position of every message, and resumes with
 * {@code ?last_event_id=<position>}. With {@code ?replay=<n>} it begins with earlier messages, if {@link
 * io.techops.broadcast.handshake.ReplayLimits} allow that. The container selects the subprotocol before it calls this
 * class, so there are different ways to set it:
 *
 * <ul>
 *   <li>{@link #config(String, BroadcastHub)} accepts the offer unless {@code resume(false)} is set.
 *   <li>An annotated class, whether it extends this one or delegates to it, has {@link #SUBPROTOCOL} among its {@code
 *       subprotocols}, beside the application's own: the container selects the first that the client offers, unless a
 *       configurator of the application decides otherwise. If another subprotocol is selected for a client, or none,
 *       the client gets messages without positions.
 *   <li>A class with this subprotocol and {@code resume(false)} contradicts itself: its sessions are closed with 1011,
 *       and the log says why.
 *   <li>An invalid {@code last_event_id} or {@code replay} ends the session with 1008 and a sentence: Jakarta WebSocket
 *       has no way to refuse a handshake with 400.
 * </ul>
 *
 * <p>A class that is annotated with {@code @ServerEndpoint} and overrides a method of this class must repeat the
 * method's annotation, because containers ignore the annotations of the overridden method. The constructor throws if
 * one is missing.
 *
 * <p>The attributes of a peer have the keys of {@link io.techops.broadcast.handshake.PeerAttributes}, which says what
 * each container provides.
 *
 * <p>The container makes an instance for every session, and calls it as Jakarta WebSocket specifies.
 */
public class BroadcastEndpoint {

    /**
     * The subprotocol of clients that are told positions and can resume: {@code broadcast.v1}. An annotated class has
     * it among the {@code subprotocols} of its annotation.
     */
    public static final String SUBPROTOCOL = NumberedFormat.SUBPROTOCOL;

    /**
     * The user property of a session whose value, a {@link io.techops.broadcast.Replay}, decides where the peer's
     * stream begins, whatever the client asks for and the settings allow. A configurator of the application may set it
     * for a client; with a handshake policy, {@code Decision.Accept.replay} is the usual way.
     */
    public static final String REPLAY = SessionRequest.DECIDED;

    private final SessionLife life;

    /**
     * Makes an endpoint for one session, with the default settings.
     *
     * @param hub the hub to register the session with
     * @throws IllegalStateException if a class that extends this one overrides a method without its annotation
     */
    public BroadcastEndpoint(BroadcastHub hub) {
        this(hub, EndpointSettings.standard());
    }

    /**
     * Makes an endpoint for one session.
     *
     * @param hub the hub to register the session with
     * @param settings the settings; if they have a policy or origins, the annotation must name an {@link
     *     EndpointConfigurator}
     * @throws IllegalStateException if a class that extends this one overrides a method without its annotation
     */
    public BroadcastEndpoint(BroadcastHub hub, EndpointSettings settings) {
        Objects.requireNonNull(hub, "hub");
        Objects.requireNonNull(settings, "settings");
        EndpointClass.check(getClass(), BroadcastEndpoint.class);
        life = new SessionLife(session -> SessionTransport.open(session, SessionHubs.of(hub), settings));
    }

    /**
     * Makes an endpoint for one session of a topic, with the default settings. The path in the annotation of the class
     * has a variable <code>&#123;topic&#125;</code>, such as <code>@ServerEndpoint("/topics/&#123;topic&#125;")</code>.
     *
     * <p>The name of the topic is the segment in place of the variable in the path as it was sent, percent-decoded
     * once. If the container has normalised the path to find the endpoint ({@code ;v=1}, {@code ..}, a slash at the
     * end), the session is closed with 1008.
     *
     * @param topics the topics to register the session with
     * @throws IllegalArgumentException if the class is annotated with a path without the variable
     * @throws IllegalStateException if a class that extends this one overrides a method without its annotation
     */
    public BroadcastEndpoint(Topics topics) {
        this(topics, EndpointSettings.standard());
    }

    /**
     * Makes what {@link #BroadcastEndpoint(Topics)} makes, with other settings.
     *
     * @param topics the topics to register the session with
     * @param settings the settings; if they have a policy or origins, the annotation must name an {@link
     *     EndpointConfigurator}
     * @throws IllegalArgumentException if the class is annotated with a path without the variable
     * @throws IllegalStateException if a class that extends this one overrides a method without its annotation
     */
    public BroadcastEndpoint(Topics topics, EndpointSettings settings) {
        Objects.requireNonNull(settings, "settings");
        EndpointClass.check(getClass(), BroadcastEndpoint.class);
        SessionTopics asked = new SessionTopics(EndpointClass.path(getClass()), topics);
        life = new SessionLife(session -> SessionTransport.open(session, asked, settings));
    }

    /**
     * {@return the endpoint as a configuration, to be added to the {@code ServerContainer} of any container} It has the
     * default settings: no subprotocol but {@value #SUBPROTOCOL} and no extension is selected, and every client may
     * connect, from every origin.
     *
     * @param path the path to serve, in the form of Jakarta WebSocket, such as {@code /live}
     * @param hub the hub to register the sessions with
     * @throws IllegalArgumentException if {@code path} does not begin with a slash
     */
    public static ServerEndpointConfig config(String path, BroadcastHub hub) {
        return config(path, hub, EndpointSettings.standard());
    }

    /**
     * {@return what {@link #config(String, BroadcastHub)} returns, with other settings}
     *
     * @param path the path to serve, in the form of Jakarta WebSocket, such as {@code /live}
     * @param hub the hub to register the sessions with
     * @param settings the settings
     * @throws IllegalArgumentException if {@code path} does not begin with a slash
     */
    public static ServerEndpointConfig config(String path, BroadcastHub hub, EndpointSettings settings) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(hub, "hub");
        return ConfiguredEndpoint.config(path, SessionHubs.of(hub), Objects.requireNonNull(settings, "settings"));
    }

    /**
     * {@return an endpoint that serves topics, as a configuration, to be added to the {@code ServerContainer} of any
     * container} All else is as in {@link #config(String, BroadcastHub)}. A session for a name that no topic may have
     * is closed with 1008, as is one whose path the container has normalised to find the endpoint ({@code ;v=1}, {@code
     * ..}, a slash at the end). If there are too many topics, the session is closed with 1013.
     *
     * @param path the path to serve, with the variable <code>&#123;topic&#125;</code>, such as
     *     <code>/topics/&#123;topic&#125;</code>
     * @param topics the topics to register the sessions with
     * @throws IllegalArgumentException if {@code path} does not begin with a slash, or has no such variable
     */
    public static ServerEndpointConfig config(String path, Topics topics) {
        return config(path, topics, EndpointSettings.standard());
    }

    /**
     * {@return what {@link #config(String, Topics)} returns, with other settings}
     *
     * @param path the path to serve, with the variable <code>&#123;topic&#125;</code>
     * @param topics the topics to register the sessions with
     * @param settings the settings
     * @throws IllegalArgumentException if {@code path} does not begin with a slash, or has no such variable
     */
    public static ServerEndpointConfig config(String path, Topics topics, EndpointSettings settings) {
        Objects.requireNonNull(path, "path");
        SessionTopics asked = new SessionTopics(path, topics);
        return ConfiguredEndpoint.config(path, asked, Objects.requireNonNull(settings, "settings"));
    }

    /**
     * Registers the session. If the hub takes no peers, the session is closed with 1013; if no topic may have the name,
     * or the parameters of the query are invalid, with 1008.
     *
     * @param session the session
     */
    @OnOpen
    public void open(Session session) {
        life.open(Objects.requireNonNull(session, "session"));
    }

    /**
     * Takes a text message.
     *
     * @param text the text
     */
    @OnMessage
    public void text(String text) {
        Objects.requireNonNull(text, "text");
        life.received(Message.text(text));
    }

    /**
     * Takes a binary message.
     *
     * @param payload the bytes
     */
    @OnMessage
    public void binary(ByteBuffer payload) {
        Objects.requireNonNull(payload, "payload");
        life.received(Message.binary(payload));
    }

    /**
     * Takes a pong.
     *
     * @param pong the pong
     */
    @OnMessage
    public void pong(PongMessage pong) {
        Objects.requireNonNull(pong, "pong");
        life.pong();
    }

    /**
     * Unregisters the session.
     *
     * @param reason the reason
     */
    @OnClose
    public void close(jakarta.websocket.CloseReason reason) {
        life.closed(Objects.requireNonNull(reason, "reason"));
    }

    /**
     * Ends the session.
     *
     * @param session the session
     * @param thrown what was thrown
     */
    @OnError
    public void error(Session session, Throwable thrown) {
        Objects.requireNonNull(session, "session");
        life.failed(Objects.requireNonNull(thrown, "thrown"));
    }
}
