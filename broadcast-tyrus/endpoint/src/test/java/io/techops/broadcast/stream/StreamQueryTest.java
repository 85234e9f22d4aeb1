package io.techops.broadcast.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client asks for in its query. */
class StreamQueryTest {

    private static final Position POSITION = Position.of("k3f9x2m7", 18_042);
    private static final String NOT_A_POSITION = "last_event_id must be a position: an epoch of 1 to 32 of 0-9 and "
            + "a-z, a hyphen, and a sequence from 0 to 9007199254740991.";

    private static Replay asked(@Nullable String query) {
        return ((StreamQuery.Asked) StreamQuery.parse(query, true)).replay();
    }

    private static String wrong(String query) {
        return ((StreamQuery.Bad) StreamQuery.parse(query, true)).sentence();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&", "a=b", "last_event_id", "last_event_id=", "replay=0", "Replay=5", "a=%zz",
        "%zz=1"})
    void whoAsksForNothingGetsWhatComesFromNowOn(String query) {
        assertThat(asked(query)).isEqualTo(Replay.none());
        assertThat(asked(null)).isEqualTo(Replay.none());
    }

    @ParameterizedTest
    @ValueSource(strings = {"last_event_id=k3f9x2m7-18042", "a=b&last_event_id=k3f9x2m7-18042&token=last_event_id",
        "last%5Fevent_id=k3f9x2m7%2D18042", "last_event_id=%6b3f9x2m7-18042"})
    void aPositionIsToGoOnAfter(String query) {
        assertThat(asked(query)).isEqualTo(Replay.after(POSITION));
    }

    @Test
    void aNumberOfMessagesIsToBeginWith() {
        assertThat(asked("replay=50")).isEqualTo(Replay.last(50));
        assertThat(asked("replay=999999999999999999")).isEqualTo(Replay.last(Integer.MAX_VALUE));
        assertThat(asked("replay=latest")).isEqualTo(Replay.latest());
        assertThat(asked("replay=l%61test")).isEqualTo(Replay.latest());
    }

    @Test
    void aPositionWinsAndTheOtherIsForWhenItCannotBeHonoured() {
        assertThat(asked("replay=7&last_event_id=k3f9x2m7-18042"))
                .isEqualTo(Replay.after(POSITION).orElse(Replay.last(7)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"undefined", "null", "18042", "k3f9x2m7", "k3f9x2m7-", "-1", "K3F9-1", "k3f9+1", "a--1",
        "a-01", "a-9007199254740992", "a-1%0A", "a%20-1", "%zz", "%ff-1", "a-1,a-2",
        "abcdefghijklmnopqrstuvwxyz0123456-1"})
    void whatIsNoPositionIsRefused(String value) {
        assertThat(wrong("last_event_id=" + value)).isEqualTo(NOT_A_POSITION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1.5", "LATEST", "all", "1e3", " 1", "%31%20", "1234567890123456789",
        "%zz", "٣"})
    void whatIsNoReplayIsRefused(String value) {
        assertThat(wrong("replay=" + value)).isEqualTo("replay must be a number of messages, or latest.");
    }

    @Test
    void whatIsSaidTwiceIsRefused() {
        assertThat(wrong("replay=1&replay=1")).isEqualTo("replay must be given once.");
        assertThat(wrong("last_event_id=a-1&last_event_id=")).isEqualTo("last_event_id must be given once.");
    }

    @Test
    void aPlainClientIsNotAskedForAPosition() {
        assertThat(StreamQuery.parse("last_event_id=nonsense&last_event_id=a-1&replay=3", false))
                .isEqualTo(new StreamQuery.Asked(Replay.last(3)));
        assertThat(StreamQuery.parse("replay=nonsense", false)).isInstanceOf(StreamQuery.Bad.class);
    }

    @Test
    void theHeaderOfServerSentEventsWins() {
        assertThat(StreamQuery.parse("last_event_id=a-1&replay=3", true, "k3f9x2m7-18042"))
                .isEqualTo(new StreamQuery.Asked(Replay.after(POSITION).orElse(Replay.last(3))));
        assertThat(StreamQuery.parse("last_event_id=k3f9x2m7-18042", true, ""))
                .isEqualTo(new StreamQuery.Asked(Replay.after(POSITION)));
        assertThat(StreamQuery.parse(null, true, "nonsense"))
                .isEqualTo(new StreamQuery.Bad(NOT_A_POSITION.replace("last_event_id", "Last-Event-ID")));
    }
}
