package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in a file of tokens. */
class TokensTest {

    private static Rights rights(String token, String... lines) {
        Tokens tokens = Tokens.parse(List.of(lines), true);
        return tokens.of(tokens.find(token));
    }

    @Test
    void aLineIsATokenAndItsRights() {
        Rights rights = rights("abc", "# a comment", "", "  abc listen, publish:news # behind it", "def speak");
        assertThat(rights.has(Right.LISTEN, null)).isTrue();
        assertThat(rights.has(Right.LISTEN, "any")).isTrue();
        assertThat(rights.has(Right.SPEAK, null)).isFalse();
        assertThat(rights.has(Right.PUBLISH, "news")).isTrue();
        assertThat(rights.has(Right.PUBLISH, "newsroom")).isFalse();
        assertThat(rights.has(Right.PUBLISH, null)).isFalse();
    }

    @Test
    void aTopicIsANameOrTheBeginningOfOne() {
        Rights rights = rights("abc", "abc speak:chat-* speak:news");
        assertThat(rights.has(Right.SPEAK, "chat-")).isTrue();
        assertThat(rights.has(Right.SPEAK, "chat-7")).isTrue();
        assertThat(rights.has(Right.SPEAK, "news")).isTrue();
        assertThat(rights.has(Right.SPEAK, "chat")).isFalse();
        assertThat(rights.has(Right.LISTEN, "chat-7")).as("who may speak may listen").isTrue();
        assertThat(rights.has(Right.LISTEN, "other")).isFalse();
    }

    @Test
    void anUnknownTokenIsNotOneOfAnyone() {
        Tokens tokens = Tokens.parse(List.of("* listen", "abc speak"), false);
        assertThat(tokens.find("ab")).isNull();
        assertThat(tokens.find("*")).isNull();
        assertThat(tokens.of(null).has(Right.LISTEN, null)).isTrue();
        assertThat(tokens.count()).isEqualTo(1);
    }

    @Test
    void aPublishersTokenKeepsItsOtherRights() {
        Tokens tokens = Tokens.parse(List.of("abc listen"), false).andPublisher("abc").andPublisher("def");
        assertThat(tokens.of(tokens.find("abc")).has(Right.LISTEN, null)).isTrue();
        assertThat(tokens.of(tokens.find("abc")).has(Right.PUBLISH, null)).isTrue();
        assertThat(tokens.of(tokens.find("def")).has(Right.LISTEN, null)).isFalse();
        assertThat(tokens.of(tokens.find("def")).has(Right.PUBLISH, null)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sec!ret listen         | must begin with a token: letters, digits and -._~+/, perhaps with = at its end
            secret                 | must have a right behind the token: listen, speak or publish
            listen secret          | must have nothing but rights behind the token: listen, speak or publish
            secret speak:          | must have the name of a topic behind the colon of a right
            secret speak:*s        | must have the name of a topic behind the colon of a right
            known listen           | must not have the token of a line before it
            """)
    void aBadLineIsToldByItsNumberAndItsRuleAndNotShown(String line, String rule) {
        assertThatThrownBy(() -> Tokens.parse(List.of("known listen", "", line), true))
                .isInstanceOf(IllegalArgumentException.class).hasNoCause()
                .hasMessageStartingWith("line 3 " + rule).hasMessageNotContaining("secret");
    }

    @Test
    void aRightForATopicNeedsTopics() {
        assertThatThrownBy(() -> Tokens.parse(List.of("secret listen:news"), false))
                .hasMessage("line 1 must have no right for a topic, unless --topics is given");
    }

    /** {@code MessageDigest.isEqual} takes the same time wherever two digests differ. */
    @Test
    void digestsOfTokensAreComparedInConstantTime() throws IOException {
        try (InputStream in = Tokens.class.getResourceAsStream("Tokens$Digest.class")) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)).as("the names in the class file")
                    .contains("java/security/MessageDigest", "isEqual");
        }
    }
}
