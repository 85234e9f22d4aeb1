package io.techops.broadcast.spring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The settings of Logback that the guide to logging has, on the Logback of Spring Boot. */
class LogbackGuideTest {

    @Test
    void theSettingsOfLogbackDoWhatTheGuideSays() throws Exception {
        Path guide = Stream.of("../../broadcast-core", "../../../broadcast-core").map(Path::of)
                .filter(Files::exists).findFirst().orElseThrow().resolve("LOGGING.md");
        String settings = Files.readString(guide).replaceFirst("(?s).*?```xml\n(.*?)```.*", "$1");
        LoggerContext context = new LoggerContext();
        try {
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(new ByteArrayInputStream(settings.getBytes(StandardCharsets.UTF_8)));
            List<Logger> loggers = Stream.of("io.techops.broadcast.Topics", "io.techops.broadcast.BroadcastHub",
                    "io.techops.broadcast.tyrus.handshake.PolicyExecutor", "io.lettuce")
                    .map(context::getLogger).toList();
            assertThat(loggers).extracting(Logger::isDebugEnabled).containsExactly(false, true, false, false);
            assertThat(loggers).extracting(Logger::isInfoEnabled).containsExactly(true, true, false, false);
            assertThat(loggers).extracting(Logger::isWarnEnabled).containsExactly(true, true, false, true);
            assertThat(context.getLogger("ROOT").getAppender("console").isStarted()).isTrue();
        } finally {
            context.stop();
        }
    }
}
