package io.techops.broadcast.endpoint;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.PathTemplate;
import jakarta.websocket.Session;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/*
 * Containers normalise paths differently: some drop a path parameter (;v=1), some resolve "..", decode twice, or ignore
 * a slash at the end. Code that authorises by path uses the path as it was sent, and so does this class: the container
 * finds the endpoint, and the path as it was sent determines the topic, by the rules of PathTemplate.
 */

/** The topic that a session of any container asks for. Safe for use by any number of threads. */
final class SessionTopics implements SessionHubs {

    /** The name of the variable in an endpoint's path. */
    static final String PARAMETER = "topic";

    private final Topics topics;
    /**
     * Null if the path of the endpoint is unknown, or has more variables, so that the segment of the topic is unknown.
     */
    private final @Nullable PathTemplate template;

    /**
     * @param path the path of the endpoint, in the form of Jakarta WebSocket; null if it is unknown
     * @throws IllegalArgumentException if {@code path} has no variable for the topic
     */
    SessionTopics(@Nullable String path, Topics topics) {
        this.topics = Objects.requireNonNull(topics, "topics");
        if (path != null && !PathTemplate.isTemplate(path)) {
            throw new IllegalArgumentException("path must have a segment " + PathTemplate.VARIABLE + ": " + path);
        }
        template = path == null ? null : template(path);
    }

    /** {@return the template of an endpoint's path; null if the path has no topic, or more variables} */
    static @Nullable PathTemplate template(String path) {
        boolean only = PathTemplate.isTemplate(path) && path.replace(PathTemplate.VARIABLE, "").indexOf('{') < 0;
        return only ? new PathTemplate(path) : null;
    }

    /**
     * {@return the hub of the topic}
     *
     * @throws SessionRefused if no topic may have the session's path
     * @throws IllegalStateException if the endpoint's path has no such variable
     * @throws io.techops.broadcast.RefusedException as {@link Topics#hub} does
     */
    @Override
    public BroadcastHub hub(Session session) {
        String matched = session.getPathParameters().get(PARAMETER);
        if (matched == null) {
            throw new IllegalStateException("the path of an endpoint with topics must have a variable "
                    + PathTemplate.VARIABLE + ": " + session.getRequestURI());
        }
        URI uri = session.getRequestURI();
        String path = uri == null ? null : uri.getRawPath();
        if (path == null || !isAt(path, matched)) {
            throw new SessionRefused("the path is not that of a topic");
        }
        if (!topics.isAllowed(matched)) {
            throw new SessionRefused("there can be no topic of this name");
        }
        return topics.hub(matched);
    }

    @Override
    public boolean isClosed() {
        return topics.isClosed();
    }

    @Override
    public boolean isAllowed(String topic) {
        return topics.isAllowed(topic);
    }

    @Override
    public void refused(RefusalCause cause) {
        topics.refused(cause);
    }

    private boolean isAt(String path, String topic) {
        List<String> segments = PathTemplate.decoded(path) == null ? null : PathTemplate.segments(path);
        if (segments == null || path.indexOf(';') >= 0) { // no name contains it, and containers drop what follows it
            return false;
        }
        return template != null ? topic.equals(template.matchEnd(path).topic())
                : segments.contains(topic) && !path.endsWith("/");
    }
}
