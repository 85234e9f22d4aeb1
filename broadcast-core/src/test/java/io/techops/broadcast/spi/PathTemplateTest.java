package io.techops.broadcast.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which path of a request is which path of ours. */
class PathTemplateTest {

    @ParameterizedTest(name = "{0} asked for as {1}: {2}")
    @CsvSource({
        "/, /, MATCH",
        "/, //, OTHER",
        "/, /a, OTHER",
        "/live, /live, MATCH",
        "/live, /liv%65, MATCH",
        "/live, /%6C%69%76%65, MATCH",
        "/live, /%6c%69%76%65, MATCH",
        "/live, /Live, OTHER",
        "/live, /live/, OTHER",
        "/live, //live, OTHER",
        "/live, /live;v=1, OTHER",
        "/live, /live%3Bv=1, OTHER",
        "/live, /live%20, OTHER",
        "/live, /live%00, OTHER",
        "/live, /./live, OTHER",
        "/live, /x/../live, OTHER",
        "/live, /%2Flive, OTHER",
        "/live, /%25live, OTHER",
        "/live, live, MALFORMED",
        "/live, '', MALFORMED",
        "/live, *, MALFORMED",
        "/live, /live%, MALFORMED",
        "/live, /live%6, MALFORMED",
        "/live, /live%zz, MALFORMED",
        "/live, /live/%FF, MALFORMED",
        "/live, /%C0%AE/live, MALFORMED",
        "/live, /%ED%A0%80, MALFORMED",
        "/live/, /live/, MATCH",
        "/live/, /live, OTHER",
        "/live/, /live//, OTHER",
        "/a/b, /a/b, MATCH",
        "/a/b, /a%2Fb, OTHER",
        "/a/b, /a%2fb, OTHER",
        "/a/b, /a\\b, OTHER",
        "/a/b, /a/./b, OTHER",
        "/a/b, /a/x/../b, OTHER",
        "/a/b, /a//b, OTHER",
        "/a%20b, /a%20b, MATCH",
        "/a%20b, /a+b, OTHER",
        "/a%25b, /a%25b, MATCH",
        "/gr%C3%BCn, /gr%c3%bcn, MATCH",
        "/gr%C3%BCn, /gr%FCn, MALFORMED",
        "/a;v=1, /a;v=1, MATCH",
        "/a;v=1, /a, OTHER",
    })
    void aPathMatchesByItsDecodedSegments(String template, String path, PathTemplate.Relation relation) {
        assertThat(new PathTemplate(template).match(path)).isEqualTo(new PathTemplate.Result(relation, null));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "/t/news, MATCH, news",
        "/t/%6Eews, MATCH, news",
        "/%74/%6eews, MATCH, news",
        "/t/%256Eews, MATCH, %6Eews",
        "/t/News, MATCH, News",
        "/t/a;v=1, MATCH, a;v=1",
        "/t/a%3Bv=1, MATCH, a;v=1",
        "/t/..., MATCH, ...",
        "/t/%C3%A4, MATCH, \u00e4",
        "/t/a%20b, MATCH, a b",
        "/T/news, OTHER,",
        "/t, OTHER,",
        "/t/, OTHER,",
        "/t/a/, OTHER,",
        "/t/a/b, OTHER,",
        "/t//a, OTHER,",
        "/t;x/a, OTHER,",
        "/t/%2e, OTHER,",
        "/t/.., OTHER,",
        "/t/%2E%2e, OTHER,",
        "/t/a%2Fb, OTHER,",
        "/t/a%5Cb, OTHER,",
        "/t/a%00, OTHER,",
        "/t/a%0d%0a, OTHER,",
        "/t%2Fa, OTHER,",
        "/t/%C3, MALFORMED,",
        "/t/%C0%AF, MALFORMED,",
        "/t/%u0061, MALFORMED,",
        "/%FF/a/b/c, MALFORMED,",
    })
    void aSegmentMayStandForATopic(String path, PathTemplate.Relation relation, String topic) {
        assertThat(new PathTemplate("/t/{topic}").match(path)).isEqualTo(new PathTemplate.Result(relation, topic));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"/t/a/live, MATCH, a", "/app/t/a/live, MATCH, a", "/a/b/t/%61/live, MATCH, a", "/t/a, OTHER,",
        "/app/t/a/live/, OTHER,", "/app/t/a%2Fb/live, OTHER,", "/%FF/t/a/live, MALFORMED,"})
    void theEndOfAPathIsComparedWhereAContextComesFirst(String path, PathTemplate.Relation relation, String topic) {
        assertThat(new PathTemplate("/t/{topic}/live").matchEnd(path))
                .isEqualTo(new PathTemplate.Result(relation, topic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a//b", "//", "/./a", "/a/..", "/a%2Fb", "/a%5cb", "/%00", "/%", "/%FF",
        "/{topic}/{topic}"})
    void whatNoRequestCanMatchIsNoTemplate(String template) {
        assertThatIllegalArgumentException().isThrownBy(() -> new PathTemplate(template))
                .withMessageStartingWith("path ")
                .withMessageEndingWith(": " + template);
    }

    @ParameterizedTest
    @CsvSource({"/, /", "/live, /live", "/%6Cive/, /live/", "/a%20b;c, /a b;c", "/%2e%2e,", "/a/./b,", "/a//b,",
        "/a%2Fb,", "/%,", "*,"})
    void aPathHasOneDecodedSpellingOrNone(String path, String decoded) {
        assertThat(PathTemplate.decoded(path)).isEqualTo(decoded);
    }

    @ParameterizedTest
    @CsvSource({"/{topic}, true", "/rooms/{topic}, true", "/{topic}/live, true", "/live, false", "/, false",
        "{topic}, false", "/a{topic}, false", "/{topic}a, false", "/{topic}/{topic}, false",
                "/{topic}/a{topic}, false"})
    void aTemplateOfTopicsHasOneSegmentThatIsTheVariable(String path, boolean template) {
        assertThat(PathTemplate.isTemplate(path)).isEqualTo(template);
    }

    @Test
    void aTemplateIsFilledAndCutAtItsVariable() {
        PathTemplate rooms = new PathTemplate("/rooms/{topic}/live");
        assertThat(rooms.fill("blue")).isEqualTo("/rooms/blue/live");
        assertThat(rooms.prefix()).isEqualTo("/rooms/");
        assertThat(new PathTemplate("/live").prefix()).isEqualTo("/live");
    }
}
