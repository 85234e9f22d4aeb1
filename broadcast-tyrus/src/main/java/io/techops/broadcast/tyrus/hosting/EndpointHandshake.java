package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.stream.HostAndPort;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.IpAddresses;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.core.Version;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's part in a handshake: its configurator is asked about the origin and the subprotocol, and may add
 * headers to the answer. All else was decided before. May wait for the application's code.
 *
 * @param request the request, which has passed all checks
 * @param attributes what the server and the handshake policy know about the client
 * @param headers the headers of the answer that the policy has set
 * @param subprotocol the subprotocol that the handshake policy has selected, used unless the endpoint selects one; or
 *     null
 */
record EndpointHandshake(HostedPath route, HandshakeRequest request, Attributes attributes,
        @Nullable String subprotocol, Map<String, List<String>> headers, boolean secure) {

    private static final int SWITCHING = 101;
    private static final String END = "\r\n";
    /** The user property from which {@code BroadcastEndpoint} reads a peer's address, named as in Jetty. */
    private static final String REMOTE_ADDRESS = "jakarta.websocket.endpoint.remoteAddress";
    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";
    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    /** The headers that a refusal does not repeat. */
    private static final Set<String> OF_UPGRADE = Set.of("upgrade", "connection", "sec-websocket-accept",
            "sec-websocket-protocol", "sec-websocket-extensions");

    /** The result: exactly one of the two is not null. */
    record Answer(@Nullable AcceptedHandshake accepted, @Nullable HttpRejection refusal) {
    }

    /**
     * {@return the answer of the endpoint's configurator}
     *
     * @throws Exception what the configurator throws
     */
    Answer answer() throws Exception {
        DeployedEndpoint endpoint = route.endpoint();
        if (!endpoint.config().getConfigurator().checkOrigin(request.header("Origin"))) {
            return new Answer(null, HttpRejection.of(RefusalCause.ORIGIN, 403,
                    "Pages of this origin may not connect to this endpoint."));
        }
        RequestContext context = context();
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        response.getHeaders().putAll(headers);
        if (subprotocol != null) {
            response.getHeaders().put(SUBPROTOCOL, List.of(subprotocol));
        }
        ProtocolHandler protocol = Version.DRAFT17.createHandler(false, null);
        Map<String, Object> known = new HashMap<>();
        attributes.toMap().forEach((key, value) -> known.put(key.name(), value));
        known.put(REMOTE_ADDRESS, request.remoteAddress());
        HostedConfig.knowing(known,
                () -> protocol.handshake(endpoint.wrapper(), context, response, Map::of));
        protocol.setExtensions(List.of());
        response.getHeaders().remove(EXTENSIONS);
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, List<String>> header : response.getHeaders().entrySet()) {
            for (String value : header.getValue()) {
                append(lines, header.getKey(), value, response.getStatus());
            }
        }
        if (response.getStatus() != SWITCHING) {
            HttpRejection refusal = HttpRejection.of(RefusalCause.POLICY, response.getStatus(),
                    "The endpoint does not accept this handshake.");
            return new Answer(null, new HttpRejection(refusal.cause(), refusal.status(), refusal.text(),
                    lines.toString()));
        }
        ByteBuffer head = ByteBuffer.wrap(("HTTP/1.1 101 Switching Protocols" + END + lines + END)
                .getBytes(StandardCharsets.ISO_8859_1));
        return new Answer(new AcceptedHandshake(endpoint.wrapper(), protocol, context,
                response.getFirstHeaderValue(SUBPROTOCOL), head), null);
    }

    private static void append(StringBuilder headers, String name, String value, int status) {
        if (!HttpSyntax.isToken(name) || !HttpSyntax.isFieldValue(value)) {
            throw new IllegalStateException("a configurator set a header that cannot be sent: " + name);
        }
        if (status == SWITCHING || !OF_UPGRADE.contains(name.toLowerCase(Locale.ROOT))) {
            headers.append(name).append(": ").append(value).append(END);
        }
    }

    /** {@return the scheme, host and port of the URI that the client connects to} */
    private String origin() {
        String host = request.header("Host");
        return host == null || HostAndPort.parse(host) == null ? "" : (secure ? "wss://" : "ws://") + host;
    }

    private RequestContext context() {
        RequestParameters parameters = new RequestParameters(request.query(), route.variables());
        RequestContext context = RequestContext.Builder.create()
                .requestURI(URI.create(origin() + RequestParameters.legalPath(request.path())))
                .queryString(parameters.query())
                .parameterMap(parameters.all())
                .secure(secure)
                .userPrincipal(attributes.get(PeerAttributes.PRINCIPAL))
                .remoteAddr(IpAddresses.text(request.remoteAddress()))
                .build();
        Map<String, List<String>> headers = context.getHeaders();
        request.headers().forEach((name, values) -> {
            if (!name.equalsIgnoreCase(EXTENSIONS)) { // the server has no extensions for endpoints
                headers.put(name, values);
            }
        });
        headers.put("Upgrade", List.of("websocket"));
        headers.put("Connection", List.of("Upgrade"));
        List<String> offered = request.subprotocols();
        if (!offered.isEmpty()) {
            headers.put(SUBPROTOCOL, offered); // one value for each subprotocol, as a configurator expects
        }
        return context;
    }
}
