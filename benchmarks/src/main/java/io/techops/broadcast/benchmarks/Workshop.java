package io.techops.broadcast.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the servers are made: what has to be built or found before a server can be started, and the command that starts
 * it. Everything it makes is below {@code target}.
 */
final class Workshop {

    /** The same for every Java virtual machine. */
    private static final List<String> JVM_OPTIONS =
            List.of("-Xms512m", "-Xmx512m", "-XX:+UseG1GC");
    static final List<String> PACKAGES = List.of("ws", "@trufflesuite/uws-js-unofficial", "socket.io",
            "@socket.io/redis-streams-adapter", "redis");
    private static final long BUILD_MINUTES = 3;

    private final String program;
    private final Path module;
    private final Path work;
    private final String python;
    private final String before;
    private final Tls tls;

    /**
     * @param program the class with the command line of this program
     * @param python the interpreter that may have Autobahn
     * @param before the class path of another build of this library, empty for none
     */
    Workshop(Class<?> program, String python, String before) throws IOException, InterruptedException {
        this.program = program.getName();
        this.python = python;
        this.before = before.isEmpty() ? "" : classPath(before);
        module = module();
        work = Files.createDirectories(module.resolve("target").resolve("workshop"));
        tls = Tls.create(work.resolve("key.p12"));
    }

    /** {@return the folder of this module, from where its jar is: {@code benchmarks/target/benchmarks.jar}} */
    static Path module() throws IOException {
        try {
            Path jar = Path.of(Workshop.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return jar.getParent().getParent();
        } catch (URISyntaxException e) {
            throw new IOException("no idea where this program is", e);
        }
    }

    /** {@return a class path, with all jars of the folders that have some} */
    private static String classPath(String entries) throws IOException {
        List<String> path = new ArrayList<>();
        for (String entry : entries.split(File.pathSeparator)) {
            if (!Files.exists(Path.of(entry))) {
                throw new IOException("--before: there is no " + entry);
            }
            String[] names = new File(entry).list();
            boolean hasJars = names != null && List.of(names).stream().anyMatch(name -> name.endsWith(".jar"));
            path.add(hasJars ? entry + File.separator + "*" : entry);
        }
        return String.join(File.pathSeparator, path);
    }

    Path log(String name) throws IOException {
        return Files.createDirectories(work.resolve("logs")).resolve(name + ".log");
    }

    /** Installs what the servers on Node need, with npm. */
    void installPackages() throws IOException, InterruptedException {
        Path node = Files.createDirectories(work.resolve("node"));
        Files.writeString(node.resolve("package.json"), "{\"private\": true}\n");
        List<String> command = new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund"));
        command.addAll(PACKAGES);
        String wrong = build(command, node, "npm");
        if (wrong != null) {
            System.out.println("npm: " + wrong);
        }
    }

    /** {@return why a server cannot run on this machine, or null; builds what has to be built} */
    @Nullable String missing(Contender contender) throws IOException, InterruptedException {
        return switch (contender.kind()) {
            case JAVA -> contender.id().equals(Contender.BEFORE) && before.isEmpty() ? "there is no --before" : null;
            case C -> compile();
            case NODE -> script(contender);
            case PYTHON -> build(List.of(python, "-c", "import autobahn.twisted"), work, "autobahn") == null ? null
                    : python + " has no Autobahn (Debian: python3-autobahn)";
        };
    }

    /** {@return what scenarios need that are measured together, and this machine has not; or null} */
    @Nullable String missing(List<Scenario> together) throws IOException {
        boolean needsRedis = together.stream().anyMatch(scenario -> scenario.setup().isOnRedis());
        return needsRedis && Child.firstLine(RedisServer.PROGRAM, "--version") == null
                ? "there is no " + RedisServer.PROGRAM + " (Debian: redis-server)"
                : Processors.missing(together.get(0).setup().processors());
    }

    private @Nullable String compile() throws IOException, InterruptedException {
        Path source = module.resolve("src/main/c/relay.c");
        String wrong = build(List.of("cc", "-O2", "-o", work.resolve("relay").toString(), source.toString()),
                work, "cc");
        return wrong == null ? null : "no C compiler: " + wrong;
    }

    private @Nullable String script(Contender contender) throws IOException, InterruptedException {
        Path node = work.resolve("node");
        if (!Files.isDirectory(node.resolve("node_modules"))) {
            return "its packages are not installed: use --npm";
        }
        Files.writeString(node.resolve(contender.program()),
                Files.readString(module.resolve("src/main/js").resolve(contender.program())));
        return build(List.of("node", "--version"), node, "node");
    }

    /**
     * {@return what starts a server, or one of its nodes}
     *
     * @param redis what the nodes share, or null
     */
    List<String> server(Contender contender, Setup setup, @Nullable RedisServer redis) throws IOException {
        return switch (contender.kind()) {
            case JAVA -> {
                List<String> options = new ArrayList<>(JVM_OPTIONS);
                if (setup.processors() > 0) {
                    options.add("-XX:ActiveProcessorCount=" + setup.processors());
                }
                List<String> command = java(options, contender.id().equals(Contender.BEFORE) ? before : "",
                        "serve", setup.program(contender));
                if (redis != null) {
                    command.addAll(List.of("--redis", redis.uri()));
                }
                if (setup.tls()) {
                    command.addAll(List.of("--key-store", tls.store().toString()));
                }
                yield command;
            }
            case C -> List.of(work.resolve("relay").toString(), contender.program());
            case NODE -> List.of("node", work.resolve("node").resolve(contender.program()).toString(),
                    redis == null ? "" : redis.uri(), setup.front() == Setup.Front.DEFLATE ? "deflate" : "");
            case PYTHON -> List.of(python, module.resolve("src/main/python").resolve(contender.program()).toString());
        };
    }

    /** {@return what starts the load generator} */
    List<String> load() throws IOException {
        return java(JVM_OPTIONS, "", "load", "--key-store", tls.store().toString());
    }

    /**
     * {@return what starts this program in a virtual machine}
     *
     * @param first a class path whose classes are used in place of ours; empty for none
     */
    private List<String> java(List<String> options, String first, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        String own = module.resolve("target/benchmarks.jar").toString();
        command.addAll(List.of("-cp", first.isEmpty() ? own : first + File.pathSeparator + own, program));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs a program to its end. {@return what went wrong, or null} */
    private @Nullable String build(List<String> command, Path folder, String name)
            throws IOException, InterruptedException {
        Path log = log("build-" + name);
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            return "cannot run " + command.get(0);
        }
        process.getOutputStream().close();
        if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return command.get(0) + " did not end within " + BUILD_MINUTES + " minutes";
        }
        return process.exitValue() == 0 ? null : command.get(0) + " failed; see " + log;
    }
}
