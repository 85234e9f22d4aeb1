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
 * The settings of {@link BroadcastServer.Builder} that decide what is served at which path: the hub, or topics, and
 * endpoints of the application. Every setting has a default; a setting is checked when it is given. Not safe for use by
 * many threads.
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
     * Sets the hub. The server closes the hub when the server is closed.
     *
     * @param hub by default a hub with all defaults, except that {@link BroadcastServer.Builder#maxMessageBytes} is
     *     also the limit of its policy
     * @return this builder
     */
    public B hub(BroadcastHub hub) {
        this.hub = Objects.requireNonNull(hub, "hub");
        return self();
    }

    /**
     * Serves topics, each with a hub of its own, in place of one hub, at the {@link #path}. The server closes the
     * topics when the server is closed.
     *
     * @param topics none by default; cannot be combined with {@link #hub}
     * @return this builder
     */
    public B topics(Topics topics) {
        this.topics = Objects.requireNonNull(topics, "topics");
        return self();
    }

    /**
     * Sets the only path where peers may connect; others get 404. With {@link #topics} it is a template: its segment
     * <code>&#123;topic&#125;</code> stands for the name of the topic, as in <code>/topics/&#123;topic&#125;</code>. A
     * name that no topic may have gets 404, too; a new topic beyond {@code Topics.Builder.maxTopics} gets 503.
     *
     * <p>The path of a request is split at its slashes, and each segment is percent-decoded once, as UTF-8; one that
     * cannot be decoded gets 400. The decoded segments must equal those of this path: upper and lower case differ, a
     * trailing slash makes another path, and a semicolon is a part of its segment. An encoded slash does not separate
     * segments. A segment that contains one, is empty, or is <code>.</code> or <code>..</code>, matches nothing.
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
     * Serves a Jakarta WebSocket endpoint of the application in addition to the hub or the topics: a class that is
     * annotated with {@code jakarta.websocket.server.ServerEndpoint}, at the path of its annotation. There may be any
     * number of endpoints, all on the WebSocket port. Their handshakes pass the same checks as those of the hub, and
     * count for {@link #maxPeers} and {@link #maxPeersPerAddress}, before the configurator of the endpoint is asked.
     *
     * <p>Their container is Tyrus, without extensions. In addition to Jakarta WebSocket:
     *
     * <ul>
     *   <li>A path is compared as {@link #path} says; a variable stands for one whole segment. If two endpoints match a
     *       path, the segments are compared from the left, and a fixed segment takes precedence over a variable. A hub
     *       with a {@link #path}, and {@link #topics}, take precedence over endpoints; a hub without a {@link #path}
     *       gets the requests that no endpoint matches.
     *   <li>A message of a client may have at most {@link BroadcastServer.Builder#maxMessageBytes}, in any number of
     *       fragments; a larger one ends the session with 1009. Frames are checked as those of peers are.
     *   <li>{@code Session.getUserPrincipal} returns the subject of the client's certificate, or the value that the
     *       {@link #handshakePolicy} has set for {@code PeerAttributes.PRINCIPAL}. The attributes that a peer would
     *       have, those of the policy included, are user properties of the session, each under the name of its key,
     *       unless the endpoint has set a property of that name. The subprotocol is the one that the endpoint selects,
     *       or otherwise that of the policy.
     *   <li>An endpoint is called on threads of the server that may block; an endpoint that blocks delays its own
     *       session only. A {@code SendHandler} is called on such a thread, too, without a lock.
     *   <li>Behind the message that is being sent to a session, at most 4 MiB of messages may wait, or one larger
     *       message; each message counts with 400 bytes more than its own, for the objects that represent it, and those
     *       of blocking sends do not count. If another message would exceed that, or if the socket takes nothing for 10
     *       seconds, the session is aborted, and its endpoint gets 1006. Send timeouts of Jakarta WebSocket are
     *       supported; the session stays open after one.
     *   <li>When the server is closed, every session is closed with 1001, and its endpoint is called.
     * </ul>
     *
     * @param type the class; the container makes one instance for every session
     * @return this builder
     * @throws IllegalArgumentException if the class is not annotated, if its path is invalid, or if another endpoint
     *     has this path
     */
    public B endpoint(Class<?> type) {
        return endpoint(HostedEndpoint.of(type));
    }

    /**
     * Serves an endpoint as {@link #endpoint(Class)} does, at the path and with the configurator, the encoders,
     * decoders and subprotocols of a configuration. Its class extends {@code jakarta.websocket.Endpoint} or is
     * annotated. For an annotated class the configuration replaces the annotation, except that the encoders and
     * decoders of both are used, and the subprotocols of the annotation if the configuration has none.
     *
     * @param config the configuration, such as that of {@code BroadcastEndpoint.config} for another hub
     * @return this builder
     * @throws IllegalArgumentException if its class is not an endpoint, if its path is invalid, or if another endpoint
     *     has this path
     */
    public B endpoint(ServerEndpointConfig config) {
        return endpoint(HostedEndpoint.of(config));
    }

    private B endpoint(HostedEndpoint endpoint) {
        endpoints.forEach(endpoint::checkBeside);
        endpoints.add(endpoint);
        return self();
    }

    /** {@return the path that was set, or the default} */
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
