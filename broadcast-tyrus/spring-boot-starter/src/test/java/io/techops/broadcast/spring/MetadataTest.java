package io.techops.broadcast.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.json.JsonParserFactory;

/** What an editor and the guide know of the properties, compared with the classes. */
class MetadataTest {

    private static Stream<String> names(Class<?> type) {
        return names(type.getAnnotation(ConfigurationProperties.class).value() + ".", type);
    }

    private static Stream<String> names(String prefix, Class<?> type) {
        return Stream.of(type.getRecordComponents()).flatMap(component -> names(prefix, component));
    }

    private static Stream<String> names(String prefix, RecordComponent component) {
        String name = prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return component.getType().isRecord() ? names(name + ".", component.getType()) : Stream.of(name);
    }

    @Test
    void everyPropertyIsDescribedInTheMetadataAndInTheGuide() throws IOException {
        String json;
        try (InputStream in = BroadcastProperties.class
                .getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<?> described = (List<?>) JsonParserFactory.getJsonParser().parseMap(json).get("properties");
        Path guide = Stream.of("README.md", "../README.md").map(Path::of).filter(Files::exists).findFirst()
                .orElseThrow();
        String text = Files.readString(guide);
        assertThat(Stream.of(BroadcastProperties.class, RedisProperties.class).flatMap(MetadataTest::names))
                .hasSizeGreaterThan(30)
                .allSatisfy(name -> {
                    assertThat(described).map(each -> (Map<?, ?>) each)
                            .filteredOn(each -> name.equals(each.get("name")))
                            .singleElement().satisfies(each -> assertThat(each.get("description")).isNotNull());
                    assertThat(text).contains("`" + name + "`");
                });
    }
}
