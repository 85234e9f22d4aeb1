package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.SourceTree;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents' code compiles, their commands and links work, and the tests that they name exist. */
class ReadmeTest {

    private static final Path ROOT = Path.of("..");
    private static final Path GUIDE = Path.of("README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))\\b");
    private static final Pattern CODE = Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    static List<Path> steps() throws IOException {
        List<Path> steps = SourceTree.below(Path.of("")).stream()
                .filter(file -> file.toString().contains("src/main/java")
                        && file.getFileName().toString().matches("Step\\d\\d\\w+\\.java")).sorted().toList();
        assertThat(steps).hasSizeGreaterThan(5);
        return steps;
    }

    static List<Path> documents() throws IOException {
        List<Path> documents = SourceTree.below(ROOT).stream().filter(file -> file.toString().endsWith(".md")
                && ROOT.relativize(file).getNameCount() <= 2).sorted().toList();
        assertThat(documents).hasSizeGreaterThan(5);
        return documents;
    }

    private static List<String> code(Path file, String heading) throws IOException {
        String text = Files.readString(file);
        int start = text.indexOf("\n" + heading + "\n");
        assertThat(start).as("%s in %s", heading, file).isNotNegative();
        int end = text.indexOf("\n## ", start + heading.length());
        return code(text.substring(start, end < 0 ? text.length() : end));
    }

    private static List<String> code(String text) {
        return CODE.matcher(text).results().map(block -> block.group(1)).toList();
    }

    @ParameterizedTest
    @MethodSource("steps")
    void everyStepHasItsCommandInItsJavadocAndIsInTheGuide(Path step) throws IOException {
        String name = step.getFileName().toString().replace(".java", "");
        Path folder = step.getName(0);
        String command = folder.startsWith("src")
                ? "java -cp examples/target/broadcast-service.jar " + getClass().getPackageName() + "." + name
                : "java -jar examples/" + folder + "/target/" + folder + ".jar";
        int number = Integer.parseInt(name.substring(4, 6));
        assertThat(Files.readString(step)).as("Javadoc").contains("Step " + number + ", ").contains(command);
        assertThat(Files.readAllLines(GUIDE)).as("examples/README.md")
                .anyMatch(line -> line.startsWith("| " + number + " | [`" + name + "`](" + step + ") | ")
                        && (folder.startsWith("src") || line.endsWith(" | `" + command + "` |")));
    }

    @Test
    void theGuidesShowWhatTheStepsAre() throws IOException {
        shows("## Spring Boot", "step12-spring-boot/src/main/java/io/techops/broadcast/examples/Step12SpringBoot.java");
        shows("## CDI", "step13-cdi/src/main/java/io/techops/broadcast/examples/Step13Cdi.java");
    }

    @Test
    void theGuideToAuthenticationShowsWhatItsTestRuns() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("src/test/java/io/techops/broadcast/examples/guide"))) {
            for (Path file : files.sorted().toList()) {
                sources.append(Files.readString(file));
            }
        }
        String guide = Files.readString(ROOT.resolve("broadcast-tyrus/AUTHENTICATION.md"));
        assertThat(code(guide)).hasSizeGreaterThan(5).allSatisfy(
                block -> assertThat(bare(sources.toString())).contains(bare(block)));
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<nimbus.version>"
                + guide.replaceFirst("(?s).*nimbus-jose-jwt</artifactId>\\s*<version>([^<]*)<.*", "$1") + "<");
    }

    private static void shows(String heading, String step) throws IOException {
        List<String> blocks = code(GUIDE, heading);
        assertThat(blocks).isNotEmpty();
        String source = bare(Files.readString(Path.of(step)));
        for (String block : blocks) {
            assertThat(source).as(step).contains(bare(block));
        }
    }

    /** {@return the code without comments, modifiers and white space} */
    private static String bare(String code) {
        return code.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//[^\n]*", "")
                .replaceAll("\\b(public|static) ", "").replaceAll("\\s+", "");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkAndEveryNamedTestExists(Path document) throws IOException {
        String text = Files.readString(document);
        assertThat(LINK.matcher(text).results().map(link -> document.resolveSibling(link.group(1))))
                .allMatch(Files::exists);
        assertThat(tests()).containsAll(TEST.matcher(text).results().map(test -> test.group(1)).toList());
    }

    /** {@return the names of all classes in the test sources and in the contract of the containers} */
    private static Set<String> tests() throws IOException {
        return SourceTree.below(ROOT).stream()
                .filter(file -> file.toString().contains("/src/") && file.toString().endsWith(".java"))
                .map(file -> file.getFileName().toString().replace(".java", "")).collect(Collectors.toSet());
    }

    @Test
    void theCodeInTheDocumentsCompiles(@TempDir Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> blocks = new ArrayList<>(code(Files.readString(ROOT.resolve("README.md"))));
        blocks.addAll(code(Files.readString(ROOT.resolve("broadcast-core/README.md"))));
        blocks.addAll(code(Files.readString(ROOT.resolve("broadcast-tyrus/README.md"))));
        blocks.addAll(code(Files.readString(ROOT.resolve("broadcast-tyrus/RECONNECTING.md"))));
        blocks.addAll(code(Files.readString(ROOT.resolve("broadcast-testkit/README.md"))));
        assertThat(blocks).hasSizeGreaterThan(4);
        List<JavaFileObject> sources = new ArrayList<>();
        for (String block : blocks) {
            sources.add(snippet("Snippet" + sources.size(), block));
        }
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            files.getJavaFileObjectsFromPaths(sourcesOfJunit()).forEach(sources::add);
            assertThat(compiler.getTask(said, files, null, List.of("-proc:none", "-d", classes.toString()), null,
                    sources).call()).as("%s", said).isTrue();
        }
    }

    /** {@return the sources of broadcast-junit, whose jar is made beside this module} */
    private static List<Path> sourcesOfJunit() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("broadcast-tyrus/junit/src/main/java")
                .resolve("io/techops/broadcast/junit"))) {
            return files.sorted().toList();
        }
    }

    /** {@return a class with a block, a method or statements and local classes, and with what it takes for granted} */
    private static JavaFileObject snippet(String name, String block) {
        String imports = Stream.of("io.techops.broadcast", "io.techops.broadcast.endpoint",
                "io.techops.broadcast.handshake", "io.techops.broadcast.junit", "io.techops.broadcast.spi",
                "io.techops.broadcast.testkit", "io.techops.broadcast.tyrus", "jakarta.websocket.server",
                "java.net", "java.net.http", "java.nio.file", "java.time", "java.util", "java.util.concurrent",
                "org.junit.jupiter.api", "org.junit.jupiter.api.extension",
                "static io.techops.broadcast.testkit.BroadcastAssertions", "static org.assertj.core.api.Assertions")
                .map(each -> "import " + each + ".*;")
                .collect(Collectors.joining("\n"));
        String source = imports + """

                class %s {
                    static class MyApplication {
                        static BroadcastHub hub() {
                            return hub;
                        }
                    }
                    static BroadcastHub hub;
                    static Topics topics;
                    static ServerContainer container;
                    static jakarta.servlet.ServletContext servletContext;

                    static HttpClient http;
                    static StringBuilder part;
                    static void handle(String[] headersAndPayload) {
                    }

                    %s
                }
                """.formatted(name, block.startsWith("void ") ? block
                        : "void run() throws Exception {" + block.replace("public class", "class") + "}");
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {

            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }
}
