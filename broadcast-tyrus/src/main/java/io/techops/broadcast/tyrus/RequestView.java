package io.techops.broadcast.tyrus;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.util.MimeHeaders;
import org.jspecify.annotations.Nullable;

/** A request that does not need what it was read from: Grizzly's own belongs to the connection. */
record RequestView(String path, @Nullable String query, Map<String, List<String>> headers,
        InetSocketAddress remoteAddress, InetSocketAddress peerAddress, @Nullable Principal principal)
        implements HandshakeRequest {

    static RequestView of(HttpRequestPacket request, InetSocketAddress peerAddress, @Nullable Principal principal,
            Proxies proxies) {
        Map<String, List<String>> headers = headers(request.getHeaders());
        return new RequestView(request.getRequestURI(), request.getQueryString(), headers,
                proxies.clientOf(peerAddress, headers), peerAddress, principal);
    }

    static RequestView of(PlainHandshake request, InetSocketAddress peerAddress, Proxies proxies) {
        return new RequestView(request.path(), request.query(), request.headers(),
                proxies.clientOf(peerAddress, request.headers()), peerAddress, null);
    }

    /** {@return what may be shown: no header, and no query, because they hold credentials} */
    @Override
    public String toString() {
        return "handshake from " + Addresses.text(remoteAddress);
    }

    private static Map<String, List<String>> headers(MimeHeaders all) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < all.size(); i++) {
            String value = all.getValue(i).isNull() ? "" : all.getValue(i).toString();
            headers.computeIfAbsent(all.getName(i).toString(), name -> new ArrayList<>()).add(value);
        }
        headers.replaceAll((name, values) -> Collections.unmodifiableList(values));
        return Collections.unmodifiableMap(headers);
    }
}
