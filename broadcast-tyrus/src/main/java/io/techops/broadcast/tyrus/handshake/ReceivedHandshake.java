package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.Replay;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.tyrus.http.IpAddresses;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A handshake request as the policy sees it. */
public record ReceivedHandshake(String path, @Nullable String query, Map<String, List<String>> headers,
        InetSocketAddress remoteAddress, InetSocketAddress connectionAddress, @Nullable Principal principal,
        @Nullable String topic, Replay replay) implements HandshakeRequest {

    /** {@return the path and the address; no headers and no query, because they may hold credentials} */
    @Override
    public String toString() {
        return "handshake from " + IpAddresses.text(remoteAddress);
    }
}
