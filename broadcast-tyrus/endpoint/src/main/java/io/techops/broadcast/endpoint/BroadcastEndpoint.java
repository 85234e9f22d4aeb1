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
 * <p>There are three ways to put it into a container: extend it, delegate to it, or add a configuration.
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
 * <p>Messages are sent through the session's asynchronous remote, one at a time: the hub, its policies, the order and
 * the timeouts are those of {@code BroadcastServer}. Some things are the container's to give or not:
 *
 * <ul>
 *   <li>A run of messages is not gathered into one write: every message is a send of its own.
 *   <li>A peer that floods a saturated hub is not read from in Tomcat and Undertow; elsewhere it keeps the thread that
 *       reads from it while it is held back.
 *   <li>The socket of a peer that answers nothing is freed at once by Tomcat, Jetty and Undertow; stock Tyrus keeps it
 *       until the peer has gone.
 *   <li>How long a handshake may take, and what of a message that is too long is read before the connection ends with
 *       1009, are the container's settings. Who may connect is said in {@link EndpointSettings}, with the limits that
 *       Jakarta WebSocket sets: a handshake that a policy refuses is answered, and the session closed with 1008, unless
 *       a {@code HandshakeFilter} has refused it with a status.
 *   <li>A message may be broadcast between the 101 and the opening of the session, and is then missed, unless the peer
 *       goes on after a position.
 *   <li>What a peer sent right before its close frame, or before it broke a rule of the protocol, is delivered to the
 *       others; it may not reach that peer itself any more, because the container answers the close frame at once.
 *   <li>The session is the hub's to send to: an application that wants to tell a peer something uses
 *       {@link io.techops.broadcast.Peer#send}. Tomcat takes one message at a time and refuses another, also to the
 *       application; what it refuses to the hub is sent again a moment later, and said in the log. A session belongs to
 *       one hub for the same reason.
 * </ul>
 *
 * <p>A client that offers the subprotocol {@value #SUBPROTOCOL} is told the position of every message, and goes on
 * where it was with {@code ?last_event_id=<position>}; {@code ?replay=<n>} begins with messages of the past, where
 * {@link io.techops.broadcast.handshake.ReplayLimits} allows it. The container agrees on the subprotocol before this
 * class is asked, so where it is set differs:
 *
 * <ul>
 *   <li>{@link #config(String, BroadcastHub)} takes the offer unless {@code resume(false)} is set.
 *   <li>An annotated class, whether it extends this one or delegates to it, has {@link #SUBPROTOCOL} among its {@code
 *       subprotocols}, beside the application's own: the container selects the first that the client offers, unless
 *       a configurator of the application decides otherwise. A client for which another one is selected, or none, is
 *       sent the messages alone.
 *   <li>A class that has it, and {@code resume(false)}, contradicts itself: its sessions are closed with 1011, and the
 *       log says why.
 *   <li>A {@code last_event_id} or {@code replay} that cannot be read ends the session with 1008 and a sentence:
 *       Jakarta WebSocket has no way to refuse a handshake with 400.
 * </ul>
 *
 * <p>A class that overrides a method of this one and is annotated with {@code @ServerEndpoint} repeats the method's
 * annotation: containers do not look for those of superclasses. The constructor says so if one is missing.
 *
 * <p>What is known about a peer is under the keys of {@link io.techops.broadcast.handshake.PeerAttributes}, which says
 * what no container tells.
 *
 * <p>The container makes an instance for every session, and calls it as Jakarta WebSocket says.
 */
public class BroadcastEndpoint {

    /**
     * The subprotocol of clients that go on where they were: {@code broadcast.v1}. An annotated class has it among the
     * {@code subprotocols} of its annotation.
     */
    public static final String SUBPROTOCOL = NumberedFormat.SUBPROTOCOL;

    /**
     * The user property of a session that says, with an {@link io.techops.broadcast.Replay}, what its peer gets of the
     * past, in place of what it asks for and of what the settings allow: a configurator of the application sets it for
     * one client, and {@code Decision.Accept.replay} does where a policy of {@code BroadcastServer} decides.
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
     * @param settings what the peer may send, and ask for; with a policy or origins, the annotation has an {@link
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
     * Makes an endpoint for one session, whose path says which topic it is for, with the default settings: the class is
     * annotated with a path that has a variable <code>&#123;topic&#125;</code>, such as
     * <code>@ServerEndpoint("/topics/&#123;topic&#125;")</code>.
     *
     * <p>The topic is what stands in its place in the path as it was sent, percent-decoded once. A session whose path
     * the container has changed to find the endpoint ({@code ;v=1}, {@code ..}, a slash at the end) is closed with
     * 1008.
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
     * @param settings what the peer may send, and ask for; with a policy or origins, the annotation has an {@link
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
     * {@return the endpoint for any container, as a configuration to be added to its {@code ServerContainer}} It has
     * the default settings: no subprotocol but {@value #SUBPROTOCOL} and no extension is agreed on, and everyone may
     * connect, from every origin.
     *
     * @param path the path to serve, as Jakarta WebSocket writes it, {@code /live}
     * @param hub the hub to register the sessions with
     */
    public static ServerEndpointConfig config(String path, BroadcastHub hub) {
        return config(path, hub, EndpointSettings.standard());
    }

    /**
     * {@return what {@link #config(String, BroadcastHub)} returns, with other settings}
     *
     * @param path the path to serve, as Jakarta WebSocket writes it, {@code /live}
     * @param hub the hub to register the sessions with
     * @param settings who may be a peer, what it may send, and ask for
     */
    public static ServerEndpointConfig config(String path, BroadcastHub hub, EndpointSettings settings) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(hub, "hub");
        return ConfiguredEndpoint.config(path, SessionHubs.of(hub), Objects.requireNonNull(settings, "settings"));
    }

    /**
     * {@return an endpoint for any container that serves topics, as a configuration to be added to its
     * {@code ServerContainer}} All else is as in {@link #config(String, BroadcastHub)}. A session for a name that no
     * topic can have is closed with 1008, as is one whose path the container has changed to find the endpoint
     * ({@code ;v=1}, {@code ..}, a slash at the end); one for a topic more than there may be with 1013.
     *
     * @param path the path to serve, with the variable <code>&#123;topic&#125;</code>, such as
     *     <code>/topics/&#123;topic&#125;</code>
     * @param topics the topics to register the sessions with
     * @throws IllegalArgumentException if {@code path} has no such variable
     */
    public static ServerEndpointConfig config(String path, Topics topics) {
        return config(path, topics, EndpointSettings.standard());
    }

    /**
     * {@return what {@link #config(String, Topics)} returns, with other settings}
     *
     * @param path the path to serve, with the variable <code>&#123;topic&#125;</code>
     * @param topics the topics to register the sessions with
     * @param settings who may be a peer, what it may send, and ask for
     * @throws IllegalArgumentException if {@code path} has no such variable
     */
    public static ServerEndpointConfig config(String path, Topics topics, EndpointSettings settings) {
        Objects.requireNonNull(path, "path");
        SessionTopics asked = new SessionTopics(path, topics);
        return ConfiguredEndpoint.config(path, asked, Objects.requireNonNull(settings, "settings"));
    }

    /**
     * Registers the session. If the hub takes no peers, the session is closed with 1013; if there can be no topic of
     * its name, or what it asks for of the past cannot be read, with 1008.
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
     * @param reason why it closed
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
