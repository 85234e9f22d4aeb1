package io.techops.broadcast.benchmarks;

import io.techops.broadcast.tyrus.BroadcastServer;
import org.jspecify.annotations.Nullable;

/** This library, with its defaults. */
final class OursRelay implements RelayServer {

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0);
        if (tls != null) {
            builder.tls(tls.context());
        }
        return builder.start().port();
    }
}
