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
 * Containers ask for the subprotocol before they show the request, and what a policy decides of it comes later. So with
 * a policy none is selected at first, and the header of the answer is set with the others.
 */

/**
 * Decides about the handshakes of a {@link BroadcastEndpoint} in any container, as its {@link EndpointSettings} say:
 * {@link BroadcastEndpoint#config} has one. An annotated class names a subclass, with the settings of the endpoint:
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
 * <p>If the class has settings with a policy or with origins, but not this configurator with the same ones, every
 * session is closed with 1011, and the log says why: an endpoint never serves peers that its policy was not asked
 * about.
 *
 * <p>The subprotocol is what the policy selects; otherwise the first of the settings' and then the class's {@code
 * subprotocols} that the client offers; otherwise {@code broadcast.v1}, if it is offered and resume is on. With a
 * policy, {@code Session.getNegotiatedSubprotocol} need not tell it; the peer's attributes do. No extension is agreed
 * on, so there is no compression. The endpoint's instances are made by the container. Safe for use by any number of
 * threads.
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

    /** {@return whether pages of an origin may connect; otherwise the container answers 403, and Undertow 404} */
    @Override
    public boolean checkOrigin(@Nullable String origin) {
        return settings.allows(origin);
    }

    /** {@return the subprotocol; an empty string for none, or if the policy has to be asked} */
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

    /** Asks the policy, unless a {@link HandshakeFilter} has, and keeps what it decides for the session that opens. */
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

    /** A browser is told nothing of a refusal unless one of the subprotocols that it offers is selected. */
    private @Nullable String subprotocol(List<String> listed, ContainerHandshake asked, Decision decision) {
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
