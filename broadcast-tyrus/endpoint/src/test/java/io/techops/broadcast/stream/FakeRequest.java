package io.techops.broadcast.stream;

import io.techops.broadcast.handshake.HandshakeRequest;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A handshake of a client without a certificate, at {@code /live}. */
record FakeRequest(@Nullable String query, Map<String, List<String>> headers) implements HandshakeRequest {

    @Override
    public String path() {
        return "/live";
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return InetSocketAddress.createUnresolved("peer", 1);
    }

    @Override
    public InetSocketAddress connectionAddress() {
        return remoteAddress();
    }

    @Override
    public @Nullable Principal principal() {
        return null;
    }
}
