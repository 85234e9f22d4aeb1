package io.techops.broadcast.endpoint;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.Replay;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.stream.ReplayRules;
import io.techops.broadcast.stream.StreamQuery;
import jakarta.websocket.Session;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What the client of a session asked for, after the decision about it.
 *
 * @param attributes the attributes of the peer
 * @param numbered whether the peer is told positions
 * @param replay where the peer's stream begins
 */
record SessionRequest(Attributes attributes, boolean numbered, Replay replay) {

    /** The user property in which the application may set where a stream begins. */
    static final String DECIDED = "io.techops.broadcast.replay";

    /**
     * {@return the request of a session}
     *
     * @throws SessionRefused if the session was refused, or its query is invalid
     * @throws IllegalStateException if the application's configurator has selected {@code broadcast.v1}, which the
     *     settings have switched off
     */
    static SessionRequest of(Session session, EndpointSettings settings) {
        ReplayLimits replayLimits = settings.replayLimits();
        Admission admission = Admission.of(session, settings);
        Attributes attributes = attributes(session, admission);
        boolean numbered = NumberedFormat.SUBPROTOCOL.equals(attributes.get(PeerAttributes.SUBPROTOCOL));
        if (numbered && !replayLimits.isResume()) {
            throw new IllegalStateException("the endpoint's configurator selected " + NumberedFormat.SUBPROTOCOL
                    + ", which resume(false) has switched off: take it out of the endpoint's subprotocols");
        }
        StreamQuery.Result asked = StreamQuery.parse(attributes.get(PeerAttributes.QUERY), numbered);
        if (asked instanceof StreamQuery.Bad bad) {
            throw new SessionRefused(bad.sentence());
        }
        Replay allowed = replayLimits.allowed(((StreamQuery.Asked) asked).replay());
        return new SessionRequest(attributes, numbered, ReplayRules.of(allowed, decided(session, admission), numbered));
    }

    private static @Nullable Replay decided(Session session, Admission admission) {
        Replay granted = admission.accept().replay();
        return granted == null && session.getUserProperties().get(DECIDED) instanceof Replay set ? set : granted;
    }

    private static Attributes attributes(Session session, Admission admission) {
        Attributes attributes = new Attributes();
        URI uri = session.getRequestURI();
        if (uri != null && uri.getRawPath() != null) {
            String path = PathTemplate.decoded(uri.getRawPath());
            attributes.set(PeerAttributes.PATH, path == null ? uri.getRawPath() : path);
        }
        setIfKnown(attributes, PeerAttributes.TOPIC, session.getPathParameters().get(SessionTopics.PARAMETER));
        String query = uri == null ? null : uri.getRawQuery(); // Jetty decodes what getQueryString returns
        setIfKnown(attributes, PeerAttributes.QUERY, query == null ? session.getQueryString() : query);
        setIfKnown(attributes, PeerAttributes.PRINCIPAL, session.getUserPrincipal());
        setIfKnown(attributes, PeerAttributes.REMOTE_ADDRESS, admission.remoteAddress() != null
                ? admission.remoteAddress() : ContainerExtensions.of(session).remoteAddress(session));
        setIfKnown(attributes, PeerAttributes.SUBPROTOCOL, admission.subprotocol());
        return attributes.setAll(admission.accept().attributes());
    }

    private static <T> void setIfKnown(Attributes attributes, AttributeKey<T> key, @Nullable T value) {
        if (value != null) {
            attributes.set(key, value);
        }
    }
}
