package io.techops.broadcast.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.SourceTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.logging.LogManager;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The guide to logging: its names are those of the loggers that there are, and its settings do what it says. */
class LoggingGuideTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern OWNER = Pattern.compile("(?:getLogger|SafeLog\\.of)\\((\\w+)\\.class\\)");
    private static final Pattern ROW = Pattern.compile("^\\| `io\\.techops.*? \\|", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`(io\\.techops[\\w.]*)`");

    private static String guide() throws IOException {
        return Files.readString(ROOT.resolve("broadcast-core/LOGGING.md"));
    }

    @AfterEach
    void restore() throws IOException {
        LogManager.getLogManager().readConfiguration();
    }

    private static Set<String> namesInTheGuide() throws IOException {
        return ROW.matcher(guide()).results().flatMap(row -> NAME.matcher(row.group()).results())
                .map(name -> name.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** {@return the main sources of the libraries, by the simple name of their class} */
    private static Map<String, Path> sources() throws IOException {
        return SourceTree.below(ROOT).stream().filter(file -> file.toString().replace('\\', '/')
                        .matches("\\.\\./broadcast-[^/]*(/[^/]+)?/src/main/java/.*\\.java"))
                .collect(Collectors.toMap(file -> file.getFileName().toString().replace(".java", ""),
                        Function.identity(), (one, other) -> one));
    }

    private static Set<String> loggers() throws IOException {
        Map<String, Path> sources = sources();
        Set<String> loggers = new TreeSet<>();
        for (Path source : sources.values()) {
            for (MatchResult found : OWNER.matcher(Files.readString(source)).results().toList()) {
                String file = sources.get(found.group(1)).toString();
                loggers.add(file.substring(file.indexOf("io/techops")).replace(".java", "").replace('/', '.'));
            }
        }
        return loggers;
    }

    @Test
    void everyLoggerIsInTheGuideAndNoOther() throws IOException {
        Set<String> names = namesInTheGuide();
        Set<String> loggers = loggers();
        assertThat(loggers).hasSizeGreaterThan(30).allSatisfy(logger ->
                assertThat(names).anyMatch(name -> logger.equals(name) || logger.startsWith(name + ".")));
        assertThat(names).allSatisfy(name ->
                assertThat(loggers).anyMatch(logger -> logger.equals(name) || logger.startsWith(name + ".")));
    }

    @Test
    void theSettingsOfJavaUtilLoggingDoWhatTheGuideSays() throws IOException {
        String settings = guide().replaceFirst("(?s).*?```properties\n(.*?)```.*", "$1");
        List<java.util.logging.Logger> named = Pattern.compile("(?m)^(io[\\w.]*)\\.level").matcher(settings).results()
                .map(name -> java.util.logging.Logger.getLogger(name.group(1))).toList();
        assertThat(named).as("made before those below them, as when a JVM starts").hasSize(3);
        LogManager.getLogManager().readConfiguration(
                new ByteArrayInputStream(settings.getBytes(StandardCharsets.ISO_8859_1)));
        List<Logger> loggers = Stream.of("io.techops.broadcast.Topics", "io.techops.broadcast.BroadcastHub",
                "io.techops.broadcast.tyrus.handshake.PolicyExecutor", "org.glassfish.grizzly")
                .map(LoggerFactory::getLogger).toList();
        assertThat(loggers).extracting(Logger::isDebugEnabled).containsExactly(false, true, false, false);
        assertThat(loggers).extracting(Logger::isInfoEnabled).containsExactly(true, true, false, false);
        assertThat(loggers).extracting(Logger::isWarnEnabled).containsExactly(true, true, false, true);
        assertThat(loggers).extracting(Logger::isErrorEnabled).containsExactly(true, true, false, true);
    }

    @Test
    void theSettingsOfLog4jDoWhatTheGuideSays() throws IOException {
        String settings = guide().replaceFirst("(?s).*\nLog4j 2:\n\n```properties\n(.*?)```.*", "$1");
        try (LoggerContext context = new LoggerContext("guide")) {
            context.start(new PropertiesConfigurationFactory().getConfiguration(context, new ConfigurationSource(
                    new ByteArrayInputStream(settings.getBytes(StandardCharsets.ISO_8859_1)))));
            assertThat(Stream.of("io.techops.broadcast.Topics", "io.techops.broadcast.BroadcastHub",
                    "io.techops.broadcast.tyrus.handshake.PolicyExecutor", "io.lettuce").map(context::getLogger))
                    .extracting(logger -> logger.getLevel().name()).containsExactly("INFO", "DEBUG", "OFF", "WARN");
            assertThat(context.getConfiguration().getRootLogger().getAppenders()).containsOnlyKeys("console");
        }
    }
}
