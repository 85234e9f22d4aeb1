/** A running server for each test of JUnit Jupiter, and clients with sockets. */
module io.techops.broadcast.junit {
    requires transitive io.techops.broadcast.testkit;
    requires transitive io.techops.broadcast.tyrus;
    requires transitive java.net.http;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports io.techops.broadcast.junit;
}
