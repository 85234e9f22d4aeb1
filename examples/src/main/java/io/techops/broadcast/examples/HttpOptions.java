package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import picocli.CommandLine.Option;

/** What can be done over HTTP beside WebSocket, and beside what {@link AccessOptions} permit. */
final class HttpOptions {

    @Option(names = "--sse",
            description = "Serves Server-Sent Events too: a GET with Accept: text/event-stream (default: off).")
    private boolean sse;

    /** Sets what was asked for. */
    void apply(BroadcastServer.Builder server) {
        server.sse(sse);
    }
}
