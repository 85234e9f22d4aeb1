package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds out which program listens on a port, if the system shows it: Linux does, for programs of the same user. */
final class PortHolder {

    private static final Pattern TAKEN = Pattern.compile("cannot listen on .*:(\\d+)(?: \\(--health-port\\))?: "
            + "Address already in use.*");
    private static final Pattern SETTING = Pattern.compile("another (port|pagePort)\\b");
    private static final String LISTENING = "0A";
    private static final Set<Integer> OF_AIRPLAY = Set.of(5000, 7000);

    private PortHolder() {
    }

    /**
     * {@return a line about a port that cannot be bound, with the program that uses the port, and the options of the
     * service}
     */
    static String explain(String line) {
        Matcher taken = TAKEN.matcher(line);
        String told = SETTING.matcher(line).replaceFirst(found ->
                "another " + (found.group(1).equals("port") ? "--port" : "--web-port"));
        if (!taken.matches()) {
            return told;
        }
        int port = Integer.parseInt(taken.group(1));
        String holder = holder(Path.of("/proc"), port);
        if (holder != null) {
            return told + "; " + holder + " listens on " + port;
        }
        boolean isMac = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac");
        return isMac && OF_AIRPLAY.contains(port) ? told + "; macOS keeps " + port + " for AirPlay Receiver (System "
                + "Settings, General, AirDrop & Handoff)" : told;
    }

    /** {@return the process that listens on a port, with its name; null if it cannot be found out} */
    static @Nullable String holder(Path proc, int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            try {
                Files.readAllLines(proc.resolve(table)).stream().map(line -> line.strip().split("\\s+"))
                        .filter(field -> field.length > 9 && field[3].equals(LISTENING)
                                && field[1].endsWith(String.format(":%04X", port)))
                        .forEach(field -> sockets.add("socket:[" + field[9] + "]"));
            } catch (IOException notThere) {
                // Another system, or no IPv6.
            }
        }
        return sockets.isEmpty() ? null : holder(proc, sockets);
    }

    private static @Nullable String holder(Path proc, Set<String> sockets) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (hasOneOf(process, sockets)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return "process " + process.getFileName() + " (" + name.replaceAll("\\p{Cntrl}", "?") + ")";
                }
            }
        } catch (IOException gone) {
            // It has ended meanwhile.
        }
        return null;
    }

    private static boolean hasOneOf(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException notAllowed) {
            // A process of another user, or one that has ended.
        }
        return false;
    }
}
