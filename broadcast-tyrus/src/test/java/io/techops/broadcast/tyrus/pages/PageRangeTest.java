package io.techops.broadcast.tyrus.pages;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 10, 0, 1", "bytes=0-9, 10, 0, 10", "bytes=0-10, 10, 0, 10", "bytes=9-, 10, 9, 1",
        "bytes=-1, 10, 9, 1",
        "bytes=-10, 10, 0, 10", "bytes=-11, 10, 0, 10", "bytes=0-, 1, 0, 1", "bytes=00-01, 10, 0, 2",
        "bytes=4294967296-4294967297, 5000000000, 4294967296, 2",
        "bytes=-999999999999999999, 5000000000, 0, 5000000000",
        "bytes=0-999999999999999999, 9223372036854775807, 0, 1000000000000000000",
        "bytes=1-, 9223372036854775807, 1, 9223372036854775806",
    })
    void isCutToThePage(String header, long length, long first, long count) {
        assertThat(ByteRange.parse(header, length)).isEqualTo(new ByteRange(first, count));
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-, 10", "bytes=10-11, 10", "bytes=0-, 0", "bytes=0-0, 0", "bytes=-1, 0", "bytes=-0, 10"})
    void ofBytesThatThePageDoesNotHaveIsEmpty(String header, long length) {
        assertThat(ByteRange.parse(header, length)).isNotNull().extracting(ByteRange::count).isEqualTo(0L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=2-1", "bytes=0-1,3-4", "bytes=0-1,",
        "lines=0-1",
        "bytes=a-b", "bytes=1-2x", "bytes=1 -2", "bytes=\u0661-\u0662", "bytes=0-9999999999999999999", "xbytes=0-1"})
    void thatIsNotUnderstoodIsNone(String header) {
        assertThat(ByteRange.parse(header, 10)).isNull();
    }
}
