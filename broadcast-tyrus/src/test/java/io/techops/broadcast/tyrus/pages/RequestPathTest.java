package io.techops.broadcast.tyrus.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {

    @Nested
    class APathOfNames {

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "/ | '' | true", "/a | a | false", "/a/ | a | true", "/a/b.c | a,b.c | false", "/a/b/ | a,b | true",
            "/a%20b | a b | false", "/%41%2e%42 | A.B | false", "/a+b | a+b | false", "/a. | a. | false",
            "/a.. | a.. | false",
            "/a%252e | a%2e | false", "/a;b=c | a;b=c | false", "/%3Fa%23 | ?a# | false", "/%E2%82%AC | € | false",
            "/%f0%9f%98%80 | \uD83D\uDE00 | false",
        })
        void isDecodedOnce(String raw, String names, boolean folder) {
            assertThat(RequestPath.parse(raw)).isEqualTo(
                    new RequestPath(names.isEmpty() ? List.of() : List.of(names.split(",")), folder));
        }

        @Test
        void takesBytesAsUtf8() {
            assertThat(RequestPath.parse("/\u00c3\u00a9")).isEqualTo(new RequestPath(List.of("é"), false));
        }

        @Test
        void hasAnIndex() {
            assertThat(new RequestPath(List.of(), true).index()).containsExactly("index.html");
            assertThat(new RequestPath(List.of("a"), false).index()).containsExactly("a", "index.html");
        }
    }

    @Nested
    class NoPath {

        @ParameterizedTest
        @ValueSource(strings = {"", "a", "*", "//", "//a", "/a//", "/a//b", "/.", "/..", "/a/../b", "/.a", "/a/.b/c",
            "/%2e",
            "/%2E%2e/a", "/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/%00", "/a%00", "/a%0d", "/a%1f", "/a%7F", "/a%C2%85",
            "/%", "/a%", "/a%2", "/%g0", "/%0g", "/%%41", "/%ff", "/%c0%af", "/%c0%ae", "/%e0%80%af", "/%ed%a0%80",
            "/%f5%80%80%80", "/%c3", "/\u00ff", "/a%\u0662\u0661"})
        void isFoundIn(String raw) {
            assertThat(RequestPath.parse(raw)).isNull();
        }
    }

    @Test
    void noByteInAnyPlaceMakesANameOfMoreThanOnePart() {
        for (int b = 0; b < 256; b++) {
            for (String raw : List.of("/%%%02x", "/a%%%02x", "/%%%02xb", "/a%%%02xb", "/.%%%02x", "/%%%02x/c")) {
                RequestPath path = RequestPath.parse(raw.formatted(b));
                if (path != null) {
                    assertThat(path.segments()).as(raw, b).hasSize(raw.endsWith("/c") ? 2 : 1)
                            .allMatch(name -> name.matches("[^./\\\\\\x00-\\x1f\\x7f][^/\\\\\\x00-\\x1f\\x7f]*"));
                }
            }
        }
    }
}
