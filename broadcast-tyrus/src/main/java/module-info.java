/** A standalone WebSocket server for the hub, on Tyrus and Grizzly, and a page server. */
module io.techops.broadcast.tyrus {
    requires transitive io.techops.broadcast;
    requires transitive io.techops.broadcast.endpoint;
    requires transitive jakarta.websocket;
    requires org.glassfish.grizzly;
    requires org.glassfish.tyrus.core;
    requires org.glassfish.tyrus.server;
    requires org.glassfish.tyrus.spi;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.techops.broadcast.tyrus;
}
