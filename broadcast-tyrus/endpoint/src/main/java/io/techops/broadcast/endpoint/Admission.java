package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import jakarta.websocket.Session;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/*
 * The configurator sees the request and decides; the session that opens later knows neither the request nor the
 * configurator. The decision is passed from one to the other in the map of user properties, of which every handshake
 * has its own copy. If the settings require an admission and a session has none, the configurator was not asked, and
 * the session does not become a peer.
 */

/**
 * The decision about a handshake, for the session that opens.
 *
 * @param settings the settings by which it was decided
 * @param decision accepts or refuses, and is not pending
 * @param cause why it was refused; null if it was accepted
 * @param subprotocol the negotiated subprotocol; null for none
 * @param topic the topic that the policy was told; null if there is none
 * @param remoteAddress the address of the client; null if it is unknown
 */
record Admission(EndpointSettings settings, Decision decision, @Nullable RefusalCause cause,
        @Nullable String subprotocol, @Nullable String topic,
        @Nullable InetSocketAddress remoteAddress) {

    /** The user property that holds the admission. */
    static final String PROPERTY = "io.techops.broadcast.admission";

    /**
     * {@return the admission of a session that opens}
     *
     * @throws SessionRefused if it was refused
     * @throws IllegalStateException if the settings ask for a decision, and there is none
     */
    static Admission of(Session session, EndpointSettings settings) {
        if (!(session.getUserProperties().get(PROPERTY) instanceof Admission admission)) {
            if (settings.isGuarded()) {
                throw unguarded();
            }
            String negotiated = session.getNegotiatedSubprotocol();
            return new Admission(settings, Decision.accept(), null, "".equals(negotiated) ? null : negotiated, null,
                    null);
        }
        if (!settings.isGuardedBy(admission.settings)) {
            throw unguarded();
        }
        if (admission.decision instanceof Decision.Refuse refuse) {
            throw new SessionRefused(reason(refuse), admission.cause);
        }
        String topic = session.getPathParameters().get(SessionTopics.PARAMETER);
        if (admission.topic != null && !admission.topic.equals(topic)) {
            throw new SessionRefused("the path is not that of a topic");
        }
        return admission;
    }

    private static IllegalStateException unguarded() {
        return new IllegalStateException("the endpoint's settings have a handshake policy or origins, so the endpoint "
                + "needs a configurator that extends EndpointConfigurator and has the same settings");
    }

    /** {@return the decision to accept} Must not be called if the handshake was refused. */
    Decision.Accept accept() {
        return (Decision.Accept) decision;
    }

    private static CloseReason reason(Decision.Refuse refuse) {
        boolean later = refuse.status() == 429 || refuse.status() >= 500;
        return CloseReason.of(later ? CloseReason.TRY_AGAIN_LATER : CloseReason.POLICY_VIOLATION,
                shortened(refuse.reason()));
    }

    private static String shortened(String text) {
        String phrase = text;
        while (phrase.getBytes(StandardCharsets.UTF_8).length > CloseReason.MAX_PHRASE_BYTES) {
            phrase = phrase.substring(0, phrase.offsetByCodePoints(phrase.length(), -1));
        }
        return phrase;
    }
}
