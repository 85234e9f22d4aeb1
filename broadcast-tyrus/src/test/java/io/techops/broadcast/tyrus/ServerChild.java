package io.techops.broadcast.tyrus;

import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Resources;
import io.techops.broadcast.tyrus.server.SelfExercise;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.SocketFactory;

/** A server in a Java of its own, which can be stopped, and whose limits can be lowered. It ends with its input. */
final class ServerChild implements AutoCloseable {

    private static final String PAGES = "src/test/resources";
    private static final String HEAP = "heap ";
    /** The path of a page that the child serves. */
    static final String PAGE = "/logging.properties";

    private final Wire wire;
    private final Process process;
    private final int port;
    private final int pagePort;
    private final List<String> printed = new CopyOnWriteArrayList<>();

    /**
     * Starts one that pings seldom.
     *
     * @param wrapper what the Java is started by; empty for nothing
     */
    ServerChild(Wire wire, List<String> wrapper, Duration limits) throws IOException {
        this(wire, wrapper, limits, limits);
    }

    /**
     * @param wrapper what the Java is started by; empty for nothing
     * @param heartbeat after what time a silent peer is pinged
     * @param limits how long it may take to answer, and to shake hands
     */
    ServerChild(Wire wire, List<String> wrapper, Duration heartbeat, Duration limits) throws IOException {
        this.wire = wire;
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                Child.classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                Program.class.getName(), wire.name(), heartbeat.toString(), limits.toString()));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader reader = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        while (line != null && !line.startsWith("ports ")) {
            printed.add(line);
            line = reader.readLine();
        }
        if (line == null) {
            throw new IOException("no start: " + printed);
        }
        String[] ports = line.split(" ");
        port = Integer.parseInt(ports[1]);
        pagePort = Integer.parseInt(ports[2]);
        Thread rest = new Thread(() -> reader.lines().forEach(printed::add), "output of a child");
        rest.setDaemon(true);
        rest.start();
    }

    /** What runs there. */
    static final class Program {

        private Program() {
        }

        public static void main(String[] arguments) throws IOException {
            Duration limits = Duration.parse(arguments[2]);
            BroadcastHub hub = BroadcastHub.builder().heartbeat(Duration.parse(arguments[1])).pongTimeout(limits)
                    .stallTimeout(limits).build();
            try (BroadcastServer server = Wire.valueOf(arguments[0]).server().hub(hub).handshakeTimeout(limits)
                    .compression(Compression.deflate())
                    .pages(Pages.folder(Path.of(PAGES))).pagePort(0).start()) {
                System.out.println("ports " + server.port() + " " + server.pagePort());
                while (System.in.read() >= 0) { // it goes on until its input ends
                    System.out.println(HEAP + Resources.usedHeap());
                }
            }
            System.exit(0);
        }
    }

    /**
     * {@return a client that has sent nothing yet; with TLS, whatever the child's certificate, which it made itself}
     */
    RawClient connect() throws IOException, GeneralSecurityException {
        return connect(0);
    }

    /**
     * {@return a client with a receive buffer of the given size, which has sent nothing yet; see {@link #connect()}}
     */
    RawClient connect(int receiveBuffer) throws IOException, GeneralSecurityException {
        return connectTo(port, receiveBuffer);
    }

    /** {@return a client that has sent nothing yet, at the port of the pages, one of which is {@link #PAGE}} */
    RawClient connectToPages() throws IOException, GeneralSecurityException {
        return connectTo(pagePort, 0);
    }

    private RawClient connectTo(int its, int receiveBuffer) throws IOException, GeneralSecurityException {
        return RawClient.connect(wire == Wire.TLS ? SelfExercise.trusting() : SocketFactory.getDefault(), its,
                receiveBuffer);
    }

    int port() {
        return port;
    }

    int pagePort() {
        return pagePort;
    }

    /** {@return the lines that it printed, most of them those of its log} */
    List<String> printed() {
        return printed;
    }

    /** {@return how many bytes of its heap are in use after a collection} */
    long usedHeap() throws IOException {
        int before = printed.size();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        await().until(() -> heap(before) >= 0);
        return heap(before);
    }

    private long heap(int from) {
        return printed.stream().skip(from).filter(line -> line.startsWith(HEAP))
                .mapToLong(line -> Long.parseLong(line.substring(HEAP.length()))).findFirst().orElse(-1);
    }

    /** {@return how many descriptors it has open} */
    int descriptors() {
        String[] names = new File("/proc/" + process.pid() + "/fd").list();
        return names == null ? 0 : names.length;
    }

    /** Sends it a signal. */
    void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        if (status != 0) {
            throw new IOException("kill ended with " + status);
        }
    }

    /** Waits that long, or until it has ended. */
    void standStill(Duration duration) throws InterruptedException {
        process.waitFor(duration.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
