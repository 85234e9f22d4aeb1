package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.OverflowPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ValueTest {

    private static void refuses(Value<?> value, String text) {
        assertThatThrownBy(() -> value.convert(text)).isInstanceOf(TypeConversionException.class)
                .hasMessage(value.rule());
    }

    @Nested
    class ATime {

        @ParameterizedTest
        @CsvSource({"1ms,1", "500ms,500", "10s,10000", "2m,120000", "1h,3600000", "8760h,31536000000", "007s,7000"})
        void isANumberAndAUnit(String text, long millis) {
            assertThat(new Value.Time().convert(text)).isEqualTo(Duration.ofMillis(millis));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "10", "s", "0s", "0ms", "-1s", "1.5s", "10 s", " 10s", "10S", "1d", "PT10S",
            "8761h", "99999999999999999s", "999999999999999999h", "99999999999999999999ms", "10s2", "\u0661s"})
        void isNothingElse(String text) {
            refuses(new Value.Time(), text);
        }
    }

    @Nested
    class ASize {

        @ParameterizedTest
        @CsvSource({"125,125", "65536,65536", "64KiB,65536", "8MiB,8388608", "1GiB,1073741824"})
        void ofAMessageIsANumberOfBytes(String text, int bytes) {
            assertThat(new Value.MessageBytes().convert(text)).isEqualTo(bytes);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "0", "124", "-1", "1073741825", "2GiB", "64K", "64kb", "64kib", "1e6", "64 KiB",
            "0x10", "999999999999999999GiB", "99999999999999999999"})
        void ofAMessageIsNothingElse(String text) {
            refuses(new Value.MessageBytes(), text);
        }

        @ParameterizedTest
        @CsvSource({"64,64", "8MiB,8388608", "16GiB,17179869184", "1024GiB,1099511627776"})
        void ofTheLogMayBeLarger(String text, long bytes) {
            assertThat(new Value.LogBytes().convert(text)).isEqualTo(bytes);
        }

        @ParameterizedTest
        @ValueSource(strings = {"63", "0", "1025GiB", "all"})
        void ofTheLogHasBounds(String text) {
            refuses(new Value.LogBytes(), text);
        }
    }

    @Nested
    class ANumber {

        @ParameterizedTest
        @CsvSource({"0,0", "5000,5000", "65535,65535"})
        void isAPort(String text, int port) {
            assertThat(new Value.Port().convert(text)).isEqualTo(port);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "-1", "65536", "5000.0", "http", "5KiB", "4294967296"})
        void isNoPort(String text) {
            refuses(new Value.Port(), text);
        }

        @Test
        void ofMessagesHasBounds() {
            assertThat(new Value.Messages().convert("1")).isEqualTo(1);
            assertThat(new Value.Messages().convert("16777216")).isEqualTo(16_777_216);
            refuses(new Value.Messages(), "0");
            refuses(new Value.Messages(), "16777217");
        }
    }

    @Nested
    class AnOrigin {

        @ParameterizedTest
        @ValueSource(strings = {"null", "*", "https://example.org", "http://localhost:8080", "http://[::1]:8000",
            "http://my_host", "app+x://host"})
        void isWhatABrowserSends(String text) {
            assertThat(new Value.Origin().convert(text)).isEqualTo(text);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "example.org", "https://", "https://example.org/", "https://a b", "**", "NULL",
            "https://my host"})
        void isNothingElse(String text) {
            refuses(new Value.Origin(), text);
        }
    }

    @Nested
    class APath {

        @ParameterizedTest
        @ValueSource(strings = {"/", "/chat", "/a/b%20c"})
        void beginsWithASlash(String text) {
            assertThat(new Value.UriPath().convert(text)).isEqualTo(text);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "chat", "/a?b", "/a#b", "/a b", "/a%zz", "/a\n"})
        void isNothingElse(String text) {
            refuses(new Value.UriPath(), text);
        }
    }

    @Nested
    class ARate {

        @ParameterizedTest
        @CsvSource({"20/1s,20,1000", "1/500ms,1,500", "100000/24h,100000,86400000"})
        void isANumberAndATime(String text, int permits, long millis) {
            assertThat(new Value.Rate().convert(text)).isEqualTo(new Value.PerTime(permits, Duration.ofMillis(millis)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "20", "/", "20/", "/1s", "0/1s", "-1/1s", "20/0s", "20/1", "20 / 1s", "20/1s/1s",
            "100001/1s", "20/25h", "20/s"})
        void isNothingElse(String text) {
            refuses(new Value.Rate(), text);
        }
    }

    @Nested
    class ATimeWithOtherBounds {

        @Test
        void mayBeOffForTheHeartbeat() {
            assertThat(new Value.TimeOrOff().convert("off")).isEqualTo(Duration.ZERO);
            assertThat(new Value.TimeOrOff().convert("8760h")).isEqualTo(Duration.ofDays(365));
            refuses(new Value.TimeOrOff(), "OFF");
            refuses(new Value.TimeOrOff(), "0s");
        }

        @Test
        void isADayAtMostForTheHandshake() {
            assertThat(new Value.HandshakeTime().convert("24h")).isEqualTo(Duration.ofDays(1));
            refuses(new Value.HandshakeTime(), "25h");
        }

        @Test
        void isASecondAtLeastForAnIdlePage() {
            assertThat(new Value.PageIdleTime().convert("1s")).isEqualTo(Duration.ofSeconds(1));
            assertThat(new Value.PageIdleTime().convert("24h")).isEqualTo(Duration.ofDays(1));
            refuses(new Value.PageIdleTime(), "999ms");
            refuses(new Value.PageIdleTime(), "25h");
        }

        @Test
        void isAnHourAtMostForTheEnd() {
            assertThat(new Value.DrainTime().convert("60m")).isEqualTo(Duration.ofHours(1));
            refuses(new Value.DrainTime(), "61m");
        }
    }

    @Nested
    class AProxy {

        @ParameterizedTest
        @ValueSource(strings = {"10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8"})
        void isAnAddressOrABlock(String text) {
            assertThat(new Value.Proxy().convert(text)).isEqualTo(text);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0", "[::1]"})
        void isNothingElse(String text) {
            refuses(new Value.Proxy(), text);
        }
    }

    @Nested
    class AHost {

        @ParameterizedTest
        @ValueSource(strings = {"localhost", "my_host.example", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "::", "[::]"})
        void isANameOrAnAddress(String text) {
            assertThat(new Value.Host().convert(text)).isEqualTo(text);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "[::1", "[localhost]", "::g", "1.2.3", "a b", "localhost:5000"})
        void isNothingElse(String text) {
            refuses(new Value.Host(), text);
        }
    }

    @Test
    void anOverflowPolicyIsOneOfTwoWords() {
        assertThat(new Value.Overflow().convert("disconnect")).isSameAs(OverflowPolicy.disconnect());
        assertThat(new Value.Overflow().convert("skip")).isSameAs(OverflowPolicy.skip());
        refuses(new Value.Overflow(), "Skip");
        refuses(new Value.Overflow(), "");
    }
}
