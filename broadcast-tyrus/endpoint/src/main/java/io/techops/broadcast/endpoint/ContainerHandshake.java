package io.techops.broadcast.endpoint;

import io.techops.broadcast.Replay;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.spi.PathTemplate;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request to a container as a policy sees it.
 */
record ContainerHandshake(String path, @Nullable String query, Map<String, List<String>> headers,
        InetSocketAddress remoteAddress, @Nullable Principal principal, @Nullable String topic, Replay replay)
        implements HandshakeRequest {

    /** The address of a client if the container does not provide it. */
    private static final InetSocketAddress UNKNOWN = InetSocketAddress.createUnresolved("unknown", 0);

    /** {@return the request, with no replay yet} */
    static ContainerHandshake of(ServerEndpointConfig config, jakarta.websocket.server.HandshakeRequest request) {
        URI uri = request.getRequestURI();
        String path = uri == null || uri.getRawPath() == null ? "/" : uri.getRawPath();
        String query = uri == null || uri.getRawQuery() == null ? request.getQueryString() : uri.getRawQuery();
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.getHeaders().forEach((name, values) -> headers.put(name, List.copyOf(values)));
        InetSocketAddress address = ContainerExtensions.remoteAddress(config, request);
        PathTemplate template = SessionTopics.template(config.getPath());
        return of(path, query, headers, address, request.getUserPrincipal(),
                template == null ? null : template.matchEnd(path).topic());
    }

    /**
     * {@return a request, with no replay yet}
     *
     * @param headers the headers, in a map that ignores the case of names
     * @param address null if it is unknown
     */
    static ContainerHandshake of(String path, @Nullable String query, Map<String, List<String>> headers,
            @Nullable InetSocketAddress address, @Nullable Principal principal, @Nullable String topic) {
        return new ContainerHandshake(path, query, Collections.unmodifiableMap(headers),
                address == null ? UNKNOWN : address, principal, topic, Replay.none());
    }

    /** {@return the address of the client; null if the container does not provide it} */
    @Nullable InetSocketAddress knownAddress() {
        return remoteAddress == UNKNOWN ? null : remoteAddress;
    }

    ContainerHandshake asking(Replay asked) {
        return new ContainerHandshake(path, query, headers, remoteAddress, principal, topic, asked);
    }

    @Override
    public InetSocketAddress connectionAddress() {
        return remoteAddress;
    }

    /** {@return a text without headers and query, which may contain credentials} */
    @Override
    public String toString() {
        return "handshake from " + remoteAddress;
    }
}
