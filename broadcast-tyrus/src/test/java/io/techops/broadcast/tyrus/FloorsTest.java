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
import java.util.ArrayList;
import java.util.Comparator;
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
        assertThat(circles(within)).isEmpty();
    }

    @Test
    void noSourcesOfAPackageReferToEachOtherInACircleInAnyModule() throws IOException {
        Map<String, Set<String>> within = SourceArrows.below(Path.of(".."));
        assertThat(within.keySet()).as("modules").map(name -> name.replaceFirst("/src/.*", "")).contains("benchmarks",
                "broadcast-core", "broadcast-redis", "broadcast-testkit", "broadcast-tyrus",
                "broadcast-tyrus/containers/contract", "broadcast-tyrus/endpoint", "broadcast-tyrus/junit",
                "broadcast-tyrus/spring-boot-starter", "broadcast-tyrus/testing", "examples", "examples/clients");
        assertThat(circles(within)).isEmpty();
    }

    /** {@return the sets of classes that reach each other} */
    private static List<Set<String>> circles(Map<String, Set<String>> arrows) {
        Map<String, Set<String>> reached = arrows.keySet().stream()
                .collect(Collectors.toMap(name -> name, name -> reached(arrows, name)));
        return reached.keySet().stream()
                .filter(name -> reached.get(name).contains(name))
                .map(name -> reached.get(name).stream().filter(other -> reached.get(other).contains(name))
                        .collect(Collectors.<String, Set<String>>toCollection(TreeSet::new)))
                .distinct().sorted(Comparator.comparing(Set::toString)).toList();
    }

    private static Set<String> reached(Map<String, Set<String>> arrows, String name) {
        Set<String> reached = new TreeSet<>();
        List<String> ahead = new ArrayList<>(List.of(name));
        while (!ahead.isEmpty()) {
            for (String to : arrows.get(ahead.remove(ahead.size() - 1))) {
                if (reached.add(to)) {
                    ahead.add(to);
                }
            }
        }
        return reached;
    }
}
