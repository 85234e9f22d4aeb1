package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.tyrus.hosting.HostedEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server that decide what is at which path: the hub, or topics, and endpoints of the application's
 * own; {@link BroadcastServer.Builder} has them beside its own. Every setting has a default; a setting is checked when
 * it is given. Not safe for many threads.
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class PathSettings<B extends PathSettings<B>> extends PortSettings<B> {

    private static final PathTemplate ROOT = new PathTemplate("/");
    private static final PathTemplate TOPIC_PATH = new PathTemplate("/topics/" + PathTemplate.VARIABLE);

    @Nullable BroadcastHub hub;
    @Nullable Topics topics;
    @Nullable PathTemplate path;
    final List<HostedEndpoint> endpoints = new ArrayList<>();

    PathSettings() {
    }

    /**
     * Sets the hub. The server closes it when it is closed itself.
     *
     * @param hub by default one with all defaults, but that {@link BroadcastServer.Builder#maxMessageBytes} is its
     *     policy's limit too
     * @return this builder
     */
    public B hub(BroadcastHub hub) {
        this.hub = Objects.requireNonNull(hub, "hub");
        return self();
    }

    /**
     * Serves topics, each with a hub of its own, in place of one hub. The {@link #path} says where. The server
     * closes them when it is closed itself.
     *
     * @param topics none by default; not together with {@link #hub}
     * @return this builder
     */
    public B topics(Topics topics) {
        this.topics = Objects.requireNonNull(topics, "topics");
        return self();
    }

    /**
     * Sets the only path where peers may connect; others get 404. With {@link #topics} it is a template: its
     * segment <code>&#123;topic&#125;</code> stands for the name of the topic, as in
     * <code>/topics/&#123;topic&#125;</code>. A name that no topic can have gets 404 too, and one topic more than
     * there may be gets 503.
     *
     * <p>The path of a request is split at its slashes, and each segment is percent-decoded once, as UTF-8; one
     * that cannot be decoded gets 400. The decoded segments must be those of this path exactly: upper and lower
     * case differ, a trailing slash makes another path, a semicolon is a part of its segment. An encoded slash
     * separates nothing, and a segment with one matches nothing, as one that is empty, <code>.</code> or
     * <code>..</code>.
     *
     * @param path begins with a slash; any path by default, <code>/topics/&#123;topic&#125;</code> with topics
     * @return this builder
     * @throws IllegalArgumentException if it does not begin with a slash, is not the path of a URI, or has a
     *     segment that no request can match
     */
    public B path(String path) {
        String filled = PathTemplate.isTemplate(path) ? path.replace(PathTemplate.VARIABLE, "topic") : path;
        if (!filled.startsWith("/") || !isPath(filled)) {
            throw new IllegalArgumentException("path must be the path of a URI and begin with /: " + path);
        }
        this.path = new PathTemplate(path);
        return self();
    }

    /**
     * Serves an endpoint of the application's own beside the hub, or the topics: a class that is annotated with
     * {@code jakarta.websocket.server.ServerEndpoint}, at the path that its annotation says. There may be any
     * number of endpoints. Each is served on the WebSocket port; its handshakes pass all that the hub's do, and
     * count for {@link #maxPeers} and {@link #maxPeersPerAddress}, before its configurator is asked.
     *
     * <p>Tyrus is their container, without extensions. What holds for them beyond Jakarta WebSocket:
     *
     * <ul>
     *   <li>A path is compared as {@link #path} says; a variable stands for one whole segment. Of two endpoints at
     *       a path, the one is meant that has a fixed segment where the other one has a variable, from the left.
     *       With a {@link #path} or {@link #topics}, what is there is the hub's or the topics'; a hub at any path
     *       has what no endpoint has.
     *   <li>A message of a client may have {@link BroadcastServer.Builder#maxMessageBytes}, in however many
     *       fragments; a longer one ends the session with 1009. Frames are checked as those of peers.
     *   <li>{@code Session.getUserPrincipal} is the subject of the client's certificate, or what the {@link
     *       #handshakePolicy} has put under {@code PeerAttributes.PRINCIPAL}. The attributes of a peer, those of
     *       the policy included, are in the session's user properties, each under the name of its key, unless the
     *       endpoint has others there. The subprotocol is that which the endpoint selects; if none, that of the
     *       policy.
     *   <li>An endpoint is called on threads of the server that may wait; one that does delays its own session.
     *       A {@code SendHandler} is called on such a thread as well, without any lock.
     *   <li>No more than 4 MiB, or one message that is longer, may wait behind the message that is being sent to
     *       a session, apart from what a blocking send waits for; one message more, or a socket that takes nothing
     *       for 10 seconds, and the session is aborted: its endpoint is told 1006. A send timeout is kept, and the
     *       session goes on after it.
     *   <li>When the server closes, every session is closed with 1001, and its endpoint is told.
     * </ul>
     *
     * @param type the class, which the container makes an instance of for every session
     * @return this builder
     * @throws IllegalArgumentException if it is not annotated, if its path is none, or if another endpoint is there
     */
    public B endpoint(Class<?> type) {
        return endpoint(HostedEndpoint.of(type));
    }

    /**
     * Serves an endpoint as {@link #endpoint(Class)} does, at the path and with the configurator, the encoders,
     * decoders and subprotocols of a configuration. Its class is a {@code jakarta.websocket.Endpoint}, or an
     * annotated one: then what the configuration says stands for what the annotation says, but that encoders and
     * decoders of both are used, and the annotation's subprotocols if the configuration has none.
     *
     * @param config such as {@code BroadcastEndpoint.config} makes for another hub
     * @return this builder
     * @throws IllegalArgumentException if its class is not an endpoint, if its path is none, or if another endpoint
     *     is there
     */
    public B endpoint(ServerEndpointConfig config) {
        return endpoint(HostedEndpoint.of(config));
    }

    private B endpoint(HostedEndpoint endpoint) {
        endpoints.forEach(endpoint::checkBeside);
        endpoints.add(endpoint);
        return self();
    }

    /** {@return the path that was set, or that of the default} */
    final PathTemplate effectivePath() {
        return path != null ? path : topics != null ? TOPIC_PATH : ROOT;
    }

    /** @throws IllegalStateException if the settings contradict each other, or the hub or the topics are closed */
    final void checkPaths() {
        if (hub != null && topics != null) {
            throw new IllegalStateException("hub and topics exclude each other: set one of them");
        }
        if (topics != null && path != null && !PathTemplate.isTemplate(path.toString())) {
            throw new IllegalStateException("path must have a segment {topic}, because there are topics: " + path);
        }
        if (topics == null && path != null && PathTemplate.isTemplate(path.toString())) {
            throw new IllegalStateException("path must not have a segment {topic} unless topics are set: " + path);
        }
        if (hub != null && hub.isClosed()) {
            throw new IllegalStateException(
                    "hub must not be closed: a closed hub does not open again, build a new one");
        }
        if (topics != null && topics.isClosed()) {
            throw new IllegalStateException("topics must not be closed: they do not open again, build new ones");
        }
    }

    private static boolean isPath(String path) {
        try {
            return path.equals(new URI("ws://host" + path).getRawPath());
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
