package io.techops.broadcast.endpoint;

import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.stream.Subprotocols;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Containers ask for the subprotocol before they pass the request, which a policy needs to select it. So with a policy
 * no subprotocol is selected at first, and its header is set later, with the other headers of the answer.
 */

/**
 * Decides about the handshakes of a {@link BroadcastEndpoint} in any container, according to its {@link
 * EndpointSettings}. {@link BroadcastEndpoint#config} includes a configurator. An annotated class names a subclass,
 * with the settings of the endpoint:
 *
 * <pre>{@code
 * @ServerEndpoint(value = "/live", configurator = Members.class)
 * public class Live extends BroadcastEndpoint {
 *     static final EndpointSettings SETTINGS = EndpointSettings.standard().handshakePolicy(…);
 *     public Live() {
 *         super(MyApplication.hub(), SETTINGS);
 *     }
 * }
 *
 * public class Members extends EndpointConfigurator {
 *     public Members() {
 *         super(Live.SETTINGS);
 *     }
 * }
 * }</pre>
 *
 * <p>If the settings of the class have a policy or origins, and the class does not name this configurator with the same
 * settings, every session is closed with 1011, and the log says why: an endpoint never serves a peer that its policy
 * was not asked about.
 *
 * <p>The subprotocol is the one that the policy selects; otherwise the first of the settings' {@code subprotocol}s, and
 * then of those of the class, that the client offers; otherwise {@code broadcast.v1}, if it is offered and {@code
 * resume} is on. With a policy, {@code Session.getNegotiatedSubprotocol} may not return it; the peer's attributes
 * contain it. No extension is selected, so there is no compression. The container makes the instances of the endpoint.
 * Safe for use by any number of threads.
 */
public class EndpointConfigurator extends ServerEndpointConfig.Configurator {

    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";

    private final EndpointSettings settings;

    /**
     * Makes a configurator.
     *
     * @param settings the settings of the endpoint
     */
    protected EndpointConfigurator(EndpointSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * {@return whether pages of an origin may connect; if not, the container answers with 403, and Undertow with 404}
     */
    @Override
    public boolean checkOrigin(@Nullable String origin) {
        return settings.allows(origin);
    }

    /** {@return the subprotocol; the empty string for none, or if the policy has to be asked first} */
    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        if (settings.handshakePolicy() != null) {
            return "";
        }
        String listed = listed(supported, requested);
        return listed != null ? listed
                : Subprotocols.mayBeNumbered(requested, settings.replayLimits()) ? NumberedFormat.SUBPROTOCOL : "";
    }

    /** {@return the first that a client offers, of those of the settings and then those of the endpoint} */
    private @Nullable String listed(List<String> supported, List<String> requested) {
        return Stream.concat(settings.subprotocols().stream(), supported.stream()).filter(requested::contains)
                .findFirst().orElse(null);
    }

    /** {@return an empty list} */
    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        return List.of();
    }

    /**
     * Asks the policy, unless a {@link HandshakeFilter} has asked it, and keeps its decision for the session that
     * opens.
     */
    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        if (settings.handshakePolicy() == null) {
            if (settings.isGuarded()) {
                List<String> offers = ContainerHandshake.of(config, request).subprotocols();
                String negotiated = getNegotiatedSubprotocol(config.getSubprotocols(), offers);
                config.getUserProperties().put(Admission.PROPERTY, new Admission(settings, Decision.accept(), null,
                        negotiated.isEmpty() ? null : negotiated, null, null));
            }
            return;
        }
        DecidedHandshake decided = DecidedHandshake.of(settings, ContainerHandshake.of(config, request));
        ContainerHandshake asked = decided.asked();
        String subprotocol = subprotocol(config.getSubprotocols(), asked, decided.decision());
        config.getUserProperties().put(Admission.PROPERTY, new Admission(settings, decided.decision(), decided.cause(),
                subprotocol, asked.topic(), asked.knownAddress()));
        if (decided.decision() instanceof Decision.Accept accept) {
            accept.headers().forEach((name, values) -> response.getHeaders().put(name, values));
        }
        if (subprotocol != null) {
            response.getHeaders().put(SUBPROTOCOL, List.of(subprotocol));
        }
    }

    /**
     * Selects the subprotocol, even for a refusal: a browser that offers subprotocols fails the connection, and does
     * not see the close frame, unless one of them is selected.
     */
    private @Nullable String subprotocol(List<String> listed, ContainerHandshake asked, Decision decision) {
        if (Subprotocols.wrongNumber(asked.subprotocols()) != null) {
            return null; // no browser offers so many
        }
        List<String> offers = asked.subprotocols().stream().filter(offer -> !asked.isToken(offer)).toList();
        String selected = decision instanceof Decision.Accept accept ? accept.subprotocol()
                : offers.isEmpty() ? null : offers.get(0);
        if (selected == null || asked.announcesToken(selected)) {
            String ours = listed(listed, offers);
            selected = ours == null ? selected : ours;
        }
        return Subprotocols.select(asked, selected, settings.replayLimits());
    }
}
