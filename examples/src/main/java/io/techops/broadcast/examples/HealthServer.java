package io.techops.broadcast.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What load balancers, Kubernetes and Prometheus ask, over HTTP in the clear on a port of its own: {@code /livez},
 * {@code /readyz} and {@code /metrics}. Its threads are daemons.
 */
final class HealthServer implements AutoCloseable {

    private static final int THREADS = 2;
    private static final String TEXT = "text/plain; charset=utf-8";

    static {
        // Seconds that a request may take to arrive, and its answer to leave: the JDK's server has no limit otherwise.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "10");
    }

    private final Readiness readiness;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final ExecutorService threads;
    private final HttpServer server;
    private final String host;

    private record Answer(int status, String type, byte[] body) {

        static Answer of(int status, String line) {
            return new Answer(status, TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Starts to listen.
     *
     * @param host the address, or null for all of them
     * @param port the port; 0 for any free one
     * @throws UncheckedIOException if it cannot be listened on; its cause names address and port
     */
    HealthServer(@Nullable String host, int port, Readiness readiness) {
        this.readiness = readiness;
        this.host = host == null ? "localhost" : host;
        JvmMetrics.builder().register(registry);
        registry.register(new HubCollector(readiness));
        try {
            server = HttpServer.create(host == null ? new InetSocketAddress(port)
                    : new InetSocketAddress(InetAddress.getByName(host), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(
                    "cannot listen on " + this.host + ":" + port + " (--health-port): " + e.getMessage(), e));
        }
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "broadcast-health-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** {@return where it listens; the host is {@code localhost} if all addresses are bound} */
    URI uri() {
        String name = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return URI.create("http://" + name + ":" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answerTo(exchange);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), isHead ? -1 : answer.body().length);
            if (!isHead) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    private Answer answerTo(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.of(405, "only GET and HEAD are understood here");
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/livez":
                return Answer.of(200, "alive");
            case "/readyz":
                String obstacle = readiness.obstacle();
                return obstacle == null ? Answer.of(200, "ready") : Answer.of(503, obstacle);
            case "/metrics":
                return metrics(exchange.getRequestHeaders().getFirst("Accept"));
            default:
                return Answer.of(404, "here are /livez, /readyz and /metrics");
        }
    }

    private Answer metrics(@Nullable String accept) throws IOException {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writer.write(body, registry.scrape());
        return new Answer(200, writer.getContentType(), body.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
