package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A Redis server that keeps nothing, in a process of its own, on a free port of 127.0.0.1. It is killed in the end. */
final class RedisServer implements AutoCloseable {

    static final String PROGRAM = "redis-server";

    private static final Duration START = Duration.ofSeconds(20);

    private final int port;
    private final Child child;

    /**
     * Starts it, and waits until it takes connections.
     *
     * @param log takes its standard error
     */
    RedisServer(Path log) throws IOException, InterruptedException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        child = new Child(List.of(PROGRAM, "--bind", "127.0.0.1", "--port", Integer.toString(port), "--save", "",
                "--appendonly", "no", "--dir", log.getParent().toString()), log);
        String line = "";
        while (!line.contains("eady to accept connections")) {
            line = child.await("", START);
        }
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    long pid() {
        return child.pid();
    }

    @Override
    public void close() {
        child.kill();
    }
}
