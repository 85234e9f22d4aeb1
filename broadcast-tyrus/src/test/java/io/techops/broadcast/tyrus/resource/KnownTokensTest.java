package io.techops.broadcast.tyrus.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are known, and that the time that it takes to find out says nothing about them. */
class KnownTokensTest {

    private final KnownTokens tokens = new KnownTokens(List.of("abc", "abcd", "xyz="));

    @ParameterizedTest
    @ValueSource(strings = {"abc", "abcd", "xyz="})
    void eachIsKnownWhereverItStands(String token) {
        assertThat(tokens.mayPublish(token, null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ab", "abcde", "ABC", "xyz", "xyz=="})
    void noOtherOneIs(String token) {
        assertThat(tokens.mayPublish(token, null)).isFalse();
    }

    /** A comparison that ends at the first difference would have one of these names. */
    @ParameterizedTest
    @ValueSource(strings = {"equals", "equalsIgnoreCase", "contentEquals", "deepEquals", "compareTo", "compare",
        "mismatch", "contains", "containsKey", "indexOf", "regionMatches", "hashCode", "anyMatch", "noneMatch"})
    void noneIsComparedUpToItsFirstDifferenceAlone(String method) throws IOException {
        assertThat(calls(method)).isFalse();
        assertThat(calls("isEqual")).as("of MessageDigest, which takes the same time wherever they differ").isTrue();
    }

    /** {@return whether the class file has a name among its constants (JVMS section 4.4.7)} */
    private static boolean calls(String method) throws IOException {
        try (InputStream in = KnownTokens.class.getResourceAsStream("KnownTokens.class")) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .contains("\1\0" + (char) method.length() + method);
        }
    }

    @Test
    void theirTextIsNotShown() {
        assertThat(tokens).hasToString("3 tokens");
    }
}
