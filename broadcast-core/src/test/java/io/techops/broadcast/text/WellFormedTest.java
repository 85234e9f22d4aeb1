package io.techops.broadcast.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.logging.LogSanitizer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text that UTF-8 cannot express is the same wherever it goes out. */
class WellFormedTest {

    @ParameterizedTest
    @CsvSource({"\uD83D, \uFFFD", "\uDE00, \uFFFD", "a\uD83Db, a\uFFFDb", "\uDE00\uD83D, \uFFFD\uFFFD",
        "\uD83D\uD83D\uDE00, \uFFFD\uD83D\uDE00", "\uD83D\uDE00\uDE00, \uD83D\uDE00\uFFFD",
        "\uD83D\uDE00, \uD83D\uDE00", "plain, plain"})
    void aLoneSurrogateIsTheReplacementCharacterEverywhere(String text, String sent) {
        assertThat(Message.text(text).text()).isEqualTo(sent);
        assertThat(CloseReason.of(1000, text).phrase()).isEqualTo(sent);
        assertThat(LogSanitizer.of((Object) text)).isEqualTo(sent);
    }

    @Test
    void aPhraseIsMeasuredAsItIsSent() {
        assertThat(CloseReason.of(1000, "\uD83D".repeat(41)).phrase().getBytes(StandardCharsets.UTF_8)).hasSize(123);
        assertThatThrownBy(() -> CloseReason.of(1000, "\uD83D".repeat(42)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("126");
    }

    @Test
    void aLineOfALogIsCutBetweenCharacters() {
        String text = "x".repeat(999) + "\uD83D\uDE00".repeat(10);
        assertThat(LogSanitizer.of((Object) text)).isEqualTo("x".repeat(999) + "\uD83D\uDE00... 1019 in all");
    }

    @Test
    void whatIsInvisibleBeyondTheFirstPlaneIsShownInALogToo() {
        assertThat(LogSanitizer.of((Object) "a\uDB40\uDC41b")).isEqualTo("a\\udb40\\udc41b");
    }
}
