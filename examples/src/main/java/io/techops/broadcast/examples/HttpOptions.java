package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import picocli.CommandLine.Option;

/** The options about HTTP other than WebSocket; {@link AccessOptions} has those about publishers. */
final class HttpOptions {

    @Option(names = "--sse",
            description = "Serves Server-Sent Events too: a GET with Accept: text/event-stream (default: off).")
    private boolean sse;

    /** Sets the options. */
    void apply(BroadcastServer.Builder server) {
        server.sse(sse);
    }
}
