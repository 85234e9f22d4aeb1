package io.techops.broadcast.examples;

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
import org.jspecify.annotations.Nullable;

/**
 * Answers load balancers, Kubernetes and Prometheus, over HTTP without TLS on its own port: {@code /livez}, {@code
 * /readyz} and {@code /metrics}. Its thread is a daemon.
 */
final class HealthServer implements AutoCloseable {

    private static final String TEXT = "text/plain; charset=utf-8";

    private final Readiness readiness;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final HealthConnections connections;
    private final String host;

    /**
     * Starts to listen.
     *
     * @param host the address, or null for all of them
     * @param port the port; 0 for any free one
     * @throws UncheckedIOException if the server cannot listen; its cause names address and port
     */
    HealthServer(@Nullable String host, int port, Readiness readiness) {
        this.readiness = readiness;
        this.host = host == null ? "localhost" : host;
        JvmMetrics.builder().register(registry);
        registry.register(new HubCollector(readiness));
        try {
            connections = new HealthConnections(host == null ? new InetSocketAddress(port)
                    : new InetSocketAddress(InetAddress.getByName(host), port), this::answer);
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(
                    "cannot listen on " + this.host + ":" + port + " (--health-port): " + e.getMessage(), e));
        }
    }

    /** {@return where it listens; the host is {@code localhost} if all addresses are bound} */
    URI uri() {
        String name = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return URI.create("http://" + name + ":" + connections.port() + "/");
    }

    private HealthConnections.Answer answer(HealthHead.Request request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return line("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "only GET and HEAD are understood here");
        }
        switch (request.path()) {
            case "/livez":
                return line("200 OK", "", "alive");
            case "/readyz":
                String obstacle = readiness.obstacle();
                return obstacle == null ? line("200 OK", "", "ready")
                        : line("503 Service Unavailable", "", obstacle);
            case "/metrics":
                return metrics(request.accept());
            default:
                return line("404 Not Found", "", "here are /livez, /readyz and /metrics");
        }
    }

    private static HealthConnections.Answer line(String status, String headers, String line) {
        return answer(status, headers, TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static HealthConnections.Answer answer(String status, String headers, String type, byte[] body) {
        return new HealthConnections.Answer(status, headers + "Content-Type: " + type + "\r\n", body);
    }

    /** {@return a writer of a format that the client accepts; of text, if it prefers protobuf, which is not there} */
    private ExpositionFormatWriter writer(@Nullable String accept) {
        ExpositionFormatWriter preferred = formats.findWriter(accept);
        if (preferred.isAvailable()) {
            return preferred;
        }
        ExpositionFormatWriter openMetrics = formats.getOpenMetricsTextFormatWriter();
        return openMetrics.accepts(accept) ? openMetrics : formats.getPrometheusTextFormatWriter();
    }

    private HealthConnections.Answer metrics(@Nullable String accept) {
        ExpositionFormatWriter writer = writer(accept);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            writer.write(body, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all that is written", e);
        }
        return answer("200 OK", "", writer.getContentType(), body.toByteArray());
    }

    @Override
    public void close() {
        connections.close();
    }
}
