package io.techops.broadcast.benchmarks;

import java.util.List;

/**
 * A server that takes part.
 *
 * @param id its name in files and on the command line
 * @param title its name in the report
 * @param kind what it runs on
 * @param program what {@link Workshop} makes a command of: a name for {@code serve}, an argument, a script
 * @param tls whether it takes part in the scenarios with TLS
 */
record Contender(String id, String title, Kind kind, String program, boolean tls) {

    /** What a server runs on. */
    enum Kind { JAVA, C, NODE, PYTHON }

    static final String OURS = "ours";
    /** Another build of this library, if the run was given one. */
    static final String BEFORE = "ours-before";

    /** With its Redis Streams adapter. */
    static final String SOCKET_IO = "socketio";

    static final List<Contender> ALL = List.of(
            java(OURS, "ours", true),
            new Contender(BEFORE, "ours, before", Kind.JAVA, OURS, true),
            new Contender("c", "C loop", Kind.C, "", false),
            new Contender("c-coalescing", "C loop, coalescing", Kind.C, "coalescing", false),
            java("nio", "NIO loop", false),
            java("nio-coalescing", "NIO loop, coalescing", false),
            java("tyrus", "stock Tyrus, sendText", false),
            java("tyrus-broadcast", "stock Tyrus, broadcast", false),
            java("jetty", "Jetty", true),
            java("undertow", "Undertow", true),
            java("netty", "Netty, NIO", true),
            java("netty-epoll", "Netty, epoll", false),
            java("vertx", "Vert.x", true),
            java("java-websocket", "Java-WebSocket", true),
            new Contender("autobahn", "Autobahn on Twisted", Kind.PYTHON, "autobahn_relay.py", false),
            new Contender("ws", "ws on Node", Kind.NODE, "ws.js", false),
            new Contender("uws", "uWebSockets.js", Kind.NODE, "uws.js", false),
            new Contender(SOCKET_IO, "Socket.IO", Kind.NODE, "socketio.js", false));

    /** Those of a quick run: ours, the limits, stock Tyrus. */
    static final List<String> QUICK = List.of(OURS, BEFORE, "c", "c-coalescing", "nio", "nio-coalescing", "tyrus");

    /** Those that compress, beside ours. */
    private static final List<String> DEFLATES = List.of("jetty", "undertow", "netty", "ws", "uws");

    private static Contender java(String id, String title, boolean tls) {
        return new Contender(id, title, Kind.JAVA, id, tls);
    }

    static Contender named(String id) {
        return ALL.stream().filter(contender -> contender.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such server: " + id));
    }

    /** {@return whether it is this library, in this build or another} */
    boolean isOurs() {
        return program.equals(OURS);
    }

    /** {@return whether it takes part where messages are compressed} */
    boolean deflates() {
        return isOurs() || DEFLATES.contains(id);
    }

    /** {@return whether it takes part, beside this library, where nodes share a Redis server, and only there} */
    boolean isOnRedis() {
        return id.equals(SOCKET_IO);
    }

    boolean isJava() {
        return kind == Kind.JAVA;
    }

    /** {@return whether it is one of those that the others are measured against} */
    boolean isLimit() {
        return kind == Kind.C || program.startsWith("nio");
    }
}
