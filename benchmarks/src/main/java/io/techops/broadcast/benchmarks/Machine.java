package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a figure depends on: the machine, the versions, the date. */
final class Machine {

    private static final List<String> LIBRARIES = List.of("tyrus-server", "grizzly-framework", "jetty-server",
            "undertow-core", "netty-transport", "vertx-core", "Java-WebSocket");

    private Machine() {
    }

    /** {@return everything worth a line of the report, by name} */
    static Map<String, String> facts() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")
                .format(ZonedDateTime.now(ZoneOffset.UTC)));
        facts.put("processor", field("/proc/cpuinfo", "model name") + ", "
                + Runtime.getRuntime().availableProcessors() + " cores");
        facts.put("memory", field("/proc/meminfo", "MemTotal"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch"));
        facts.put("load average at the start", Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        put(facts, "C compiler", "cc", "--version");
        put(facts, "Node", "node", "--version");
        put(facts, "Redis", RedisServer.PROGRAM, "--version");
        put(facts, "commit", "git", "-C", Workshop.module().toString(), "rev-parse", "--short", "HEAD");
        facts.put("libraries", String.join(", ", libraries()));
        return facts;
    }

    private static void put(Map<String, String> facts, String name, String... command) {
        String line = Child.firstLine(command);
        if (line != null) {
            facts.put(name, line);
        }
    }

    private static String field(String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(name)) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "unknown";
    }

    private static List<String> libraries() throws IOException {
        List<String> versions = new ArrayList<>();
        Path module = Workshop.module();
        try (Stream<Path> jars = Files.list(module.resolve("target/lib"))) {
            List<String> names = jars.map(jar -> jar.getFileName().toString().replaceFirst("\\.jar$", "")).toList();
            for (String library : LIBRARIES) {
                names.stream().filter(name -> name.matches(library + "-[0-9].*")).findFirst().ifPresent(versions::add);
            }
        }
        for (String name : Workshop.PACKAGES) {
            Path description =
                    module.resolve("target/workshop/node/node_modules").resolve(name).resolve("package.json");
            if (Files.exists(description)) {
                String version = Files.readString(description).replaceAll("(?s).*\"version\": *\"([^\"]+)\".*", "$1");
                versions.add(name + " " + version);
            }
        }
        return versions;
    }
}
