package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The floors of the house: what compiled classes of the libraries, and sources of all modules, use of each other. */
class FloorsTest {

    private static final String HOUSE = "io.techops.broadcast";

    /**
     * A package uses packages on floors below its own, and none beside it. Names begin with {@value #HOUSE}, which is
     * the API of the core itself.
     */
    private static final String FLOORS = """
            .tyrus                                    .engine
            .tyrus.server
            .tyrus.hosting      .tyrus.resource
            .tyrus.handshake    .tyrus.pages
            .tyrus.http
            .tyrus.connection
            .tyrus.sse
            .tyrus.frame
            .endpoint
            .stream
            .handshake
            .spi
            (api)
            .logging
            .text
            """;

    private static final Pattern NAME = Pattern.compile("io/techops/broadcast/[\\w/]*\\w");

    /** From each top-level class to those that it uses. */
    private final Map<String, Set<String>> arrows = new TreeMap<>();

    FloorsTest() throws IOException, URISyntaxException {
        for (Class<?> one : List.of(BroadcastHub.class, BroadcastEndpoint.class, BroadcastServer.class)) {
            readAll(Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()));
        }
        arrows.forEach((from, all) -> {
            all.retainAll(arrows.keySet()); // a text may look like a name
            all.remove(from);
        });
    }

    private void readAll(Path module) throws IOException {
        for (ModuleReference reference : ModuleFinder.of(module).findAll()) {
            try (ModuleReader reader = reference.open(); Stream<String> names = reader.list()) {
                for (String name : names.filter(any -> any.matches(HOUSE.replace('.', '/') + "/.*\\.class")).toList()) {
                    try (InputStream in = reader.open(name).orElseThrow()) {
                        arrows.computeIfAbsent(topLevel(name.replaceFirst("\\.class$", "")), any -> new TreeSet<>())
                                .addAll(used(new DataInputStream(in)));
                    }
                }
            }
        }
        arrows.keySet().removeIf(name -> name.endsWith(".package-info"));
    }

    private static String topLevel(String name) {
        return name.replaceFirst("\\$.*", "").replace('/', '.');
    }

    /**
     * {@return the names in a class file's constant pool (JVMS section 4.4): of classes, in descriptors, in generics}
     */
    private static Set<String> used(DataInputStream in) throws IOException {
        Set<String> used = new TreeSet<>();
        in.skipNBytes(8);
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            switch (in.readUnsignedByte()) {
                case 1 -> {
                    Matcher names = NAME.matcher(in.readUTF());
                    while (names.find()) {
                        used.add(topLevel(names.group()));
                    }
                }
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++; // a long or a double counts twice
                }
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                default -> in.skipNBytes(4);
            }
        }
        return used;
    }

    private static String packageOf(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** {@return how high each package is} */
    private static Map<String, Integer> floors() {
        Map<String, Integer> floors = new TreeMap<>();
        List<String> lines = FLOORS.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            for (String name : lines.get(i).strip().split("\\s+")) {
                floors.put(HOUSE + name.replace("(api)", ""), lines.size() - i);
            }
        }
        return floors;
    }

    @Test
    void aPackageUsesOnlyPackagesOnFloorsBelow() {
        Map<String, Integer> floors = floors();
        List<String> wrong = new ArrayList<>();
        arrows.forEach((from, all) -> all.forEach(to -> {
            String lower = packageOf(to);
            String upper = packageOf(from);
            if (!upper.equals(lower) && floors.getOrDefault(upper, 0) <= floors.getOrDefault(lower, 99)) {
                wrong.add(from + " -> " + to);
            }
        }));
        assertThat(arrows.keySet()).as("every package has a floor")
                .allSatisfy(name -> assertThat(floors).containsKey(packageOf(name)));
        assertThat(wrong).as("arrows that do not run downward").isEmpty();
    }

    @Test
    void noClassesOfAPackageReferToEachOtherInACircle() {
        Map<String, Set<String>> within = new TreeMap<>();
        arrows.forEach((from, all) -> within.put(from, all.stream()
                .filter(to -> packageOf(to).equals(packageOf(from))).collect(Collectors.toSet())));
        assertThat(circles(within)).as("circles").isEmpty();
    }

    @Test
    void noSourcesOfAPackageReferToEachOtherInACircleInAnyModule() throws IOException {
        Map<String, Set<String>> within = SourceArrows.below(Path.of(".."));
        assertThat(within.keySet()).as("modules").map(name -> name.replaceFirst("/src/.*", "")).contains("benchmarks",
                "broadcast-core", "broadcast-redis", "broadcast-testkit", "broadcast-tyrus",
                "broadcast-tyrus/containers/contract", "broadcast-tyrus/endpoint", "broadcast-tyrus/junit",
                "broadcast-tyrus/spring-boot-starter", "broadcast-tyrus/testing", "examples", "examples/clients");
        assertThat(circles(within)).as("circles").isEmpty();
    }

    /** {@return a shortest way round for each set of classes that reach each other, as {@code A -> B -> A}} */
    private static List<String> circles(Map<String, Set<String>> arrows) {
        Set<String> told = new TreeSet<>();
        List<String> circles = new ArrayList<>();
        for (String name : new TreeSet<>(arrows.keySet())) {
            List<String> round = told.contains(name) ? List.of() : shortestRound(arrows, name);
            if (!round.isEmpty()) {
                told.addAll(round);
                circles.add(String.join(" -> ", round));
            }
        }
        return circles;
    }

    /** {@return the shortest way from a class to itself; empty if there is none} */
    private static List<String> shortestRound(Map<String, Set<String>> arrows, String name) {
        Set<String> seen = new TreeSet<>();
        Deque<List<String>> ways = new ArrayDeque<>(List.of(List.of(name)));
        while (!ways.isEmpty()) {
            List<String> way = ways.remove();
            for (String to : arrows.get(way.get(way.size() - 1))) {
                List<String> longer = new ArrayList<>(way);
                longer.add(to);
                if (to.equals(name)) {
                    return longer;
                }
                if (seen.add(to)) {
                    ways.add(longer);
                }
            }
        }
        return List.of();
    }
}
