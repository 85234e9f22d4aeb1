/** The hub as an endpoint of any Jakarta WebSocket container, and what a handshake policy is told. */
@SuppressWarnings("module") // the module that "exports … to" names is compiled after this one
module io.techops.broadcast.endpoint {
    requires transitive io.techops.broadcast;
    requires transitive jakarta.websocket;
    requires org.slf4j;
    requires static jakarta.servlet; // for the filter, in containers that have it
    requires static org.jspecify;

    exports io.techops.broadcast.endpoint;
    exports io.techops.broadcast.handshake;
    exports io.techops.broadcast.stream to io.techops.broadcast.tyrus;
}
