package io.techops.broadcast.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads what Linux knows about the sockets of this process.
 */
public final class Kernel {

    private static final String NO_INODE = "0";

    private Kernel() {
    }

    /** A server's side of a connection. */
    public record Connection(int localPort, int remotePort, String state, long unread, String inode) {

        /** {@return whether this process still has a descriptor of it} */
        public boolean hasDescriptor() throws IOException {
            return !inode.equals(NO_INODE) && descriptors().contains("socket:[" + inode + "]");
        }
    }

    /** {@return whether this system has this information: Linux has} */
    public static boolean isThere() {
        return Files.isReadable(Path.of("/proc/net/tcp")) && Files.isDirectory(Path.of("/proc/self/fd"));
    }

    /**
     * {@return the connections whose local port is {@code port}, without those that only wait for time to pass} While
     * other connections come and go, the kernel's table may lack one for a moment, or have it twice; duplicates are
     * removed here.
     */
    public static List<Connection> connectionsOf(int port) throws IOException {
        Map<String, Connection> found = new LinkedHashMap<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            Path path = Path.of(table);
            List<String> lines = Files.exists(path) ? Files.readAllLines(path) : List.of();
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                String[] columns = line.trim().split(" +");
                Connection one = new Connection(port(columns[1]), port(columns[2]), columns[3],
                        behindColon(columns[4]), columns[9]);
                boolean listens = one.state().equals("0A");
                boolean timeWait = one.state().equals("06");
                if (one.localPort() == port && !listens && !timeWait) {
                    found.put(columns[2], one);
                }
            }
        }
        return new ArrayList<>(found.values());
    }

    /**
     * {@return the connection between two ports} The kernel's table may lack it for a moment, while other connections
     * come and go.
     */
    public static Connection connection(int port, int remotePort) {
        return await().until(() -> connectionsOf(port).stream().filter(one -> one.remotePort() == remotePort)
                .findFirst(), Optional::isPresent).orElseThrow();
    }

    /** {@return how many bytes have come for the connections of {@code port} and were not read yet} */
    public static long unread(int port) throws IOException {
        return connectionsOf(port).stream().mapToLong(Connection::unread).sum();
    }

    private static long behindColon(String column) {
        return Long.parseLong(column.substring(column.indexOf(':') + 1), 16);
    }

    private static int port(String address) {
        return (int) behindColon(address);
    }

    private static Set<String> descriptors() throws IOException {
        Set<String> targets = new HashSet<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : (Iterable<Path>) links::iterator) {
                try {
                    targets.add(Files.readSymbolicLink(link).toString());
                } catch (NoSuchFileException e) {
                    // closed since it was listed
                }
            }
        }
        return targets;
    }
}
