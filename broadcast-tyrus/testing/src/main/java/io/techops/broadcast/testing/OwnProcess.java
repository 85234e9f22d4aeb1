package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server of the system, run as a process of the test on a free port of 127.0.0.1. */
public final class OwnProcess implements AutoCloseable {

    /** The configuration of nginx around the file of the guide. */
    private static final String NGINX = """
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log nginx.log;
            events {}
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include broadcast.conf;
            }
            """;

    private final Process process;
    private final int port;

    private OwnProcess(Path log, int port, List<String> command) throws IOException {
        this.port = port;
        process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        try {
            await().until(() -> listens() || !process.isAlive());
            assertThat(process.isAlive()).as("%s: %s", command, Files.readString(log)).isTrue();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** {@return a Redis that stores nothing on disk} */
    public static OwnProcess redis(Path folder, int port) throws IOException {
        return redis(folder, port, "--port", Integer.toString(port));
    }

    /**
     * {@return a Redis with TLS, which uses the {@code cert.pem} and {@code key.pem} of the folder, as its clients
     * must}
     */
    public static OwnProcess redisBehindTls(Path folder, int port) throws IOException {
        String certificate = folder.resolve("cert.pem").toString();
        return redis(folder, port, "--port", "0", "--tls-port", Integer.toString(port), "--tls-auth-clients", "yes",
                "--tls-cert-file", certificate, "--tls-key-file", folder.resolve("key.pem").toString(),
                "--tls-ca-cert-file", certificate);
    }

    private static OwnProcess redis(Path folder, int port, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("redis-server", "--bind", "127.0.0.1", "--save", "", "--dir",
                folder.toString()));
        command.addAll(List.of(options));
        return new OwnProcess(folder.resolve("redis.log"), port, command);
    }

    /**
     * {@return nginx or HAProxy with the file of the guide, whose ports are replaced by those of the nodes}
     *
     * @param ports the ports of the two nodes
     * @param healthPorts the health ports of the two nodes
     */
    public static OwnProcess proxy(String name, Path folder, List<Integer> ports, List<Integer> healthPorts)
            throws IOException {
        int port = FreePort.find();
        boolean isNginx = name.equals("nginx");
        String config = Files.readString(Path.of("proxies", isNginx ? "nginx.conf" : "haproxy.cfg"));
        config = replace(config, "127.0.0.1:5001", "127.0.0.1:" + ports.get(0));
        config = replace(config, "127.0.0.1:5002", "127.0.0.1:" + ports.get(1));
        config = isNginx ? replace(config, "listen 8080;", "listen 127.0.0.1:" + port + ";")
                : replace(config, "bind :8080", "bind 127.0.0.1:" + port);
        if (isNginx) {
            Files.writeString(folder.resolve("broadcast.conf"), config);
            Path main = Files.writeString(folder.resolve("nginx.conf"), NGINX);
            return new OwnProcess(folder.resolve("nginx.out"), port,
                    List.of("nginx", "-p", folder.toString(), "-c", main.toString(), "-e", "nginx.log"));
        }
        config = replace(config, " port 9001", " port " + healthPorts.get(0));
        config = replace(config, " port 9002", " port " + healthPorts.get(1));
        Path main = Files.writeString(folder.resolve("haproxy.cfg"), config);
        return new OwnProcess(folder.resolve("haproxy.log"), port, List.of("haproxy", "-db", "-f", main.toString()));
    }

    private static String replace(String text, String from, String to) {
        assertThat(text).containsOnlyOnce(from);
        return text.replace(from, to);
    }

    /** {@return the port that it listens on} */
    public int port() {
        return port;
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends the process at once, with the processes that it has started. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
