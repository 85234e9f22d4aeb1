package io.techops.broadcast.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What settings leave of what a client asks for. */
class ReplayLimitsTest {

    private static final Replay AFTER = Replay.after(Position.of("k3f9x2m7", 18_042));

    @Test
    void byDefaultAClientMayGoOnAndGetsNothingElse() {
        ReplayLimits standard = ReplayLimits.standard();

        assertThat(standard.allowed(AFTER.orElse(Replay.last(5)))).isEqualTo(AFTER);
        assertThat(standard.allowed(Replay.last(5))).isEqualTo(Replay.none());
        assertThat(standard.allowed(Replay.latest())).isEqualTo(Replay.none());
    }

    @Test
    void aClientGetsNoMoreThanItAsksForAndNoMoreThanItMay() {
        ReplayLimits fifty = ReplayLimits.standard().replay(50);

        assertThat(fifty.allowed(Replay.last(5))).isEqualTo(Replay.last(5));
        assertThat(fifty.allowed(Replay.last(51))).isEqualTo(Replay.last(50));
        assertThat(fifty.allowed(Replay.latest())).isEqualTo(Replay.none());
        assertThat(fifty.replayLatest(true).allowed(Replay.latest())).isEqualTo(Replay.latest());
        assertThat(fifty.allowed(AFTER.orElse(Replay.last(51)))).isEqualTo(AFTER.orElse(Replay.last(50)));
    }

    @Test
    void goingOnIsBoundedInMessagesAndAge() {
        assertThat(ReplayLimits.standard().resumeMessages(100).resumeAge(Duration.ofMinutes(5)).allowed(AFTER))
                .isEqualTo(AFTER.within(100).within(Duration.ofMinutes(5)));
    }

    @Test
    void withoutResumeNoClientGoesOn() {
        assertThat(ReplayLimits.standard().resume(false).replay(9).allowed(AFTER.orElse(Replay.last(3))))
                .isEqualTo(Replay.last(3));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ReplayLimits.standard().replay(-1))
                .withMessage("replay must not be negative: -1");
        assertThatIllegalArgumentException().isThrownBy(() -> ReplayLimits.standard().resumeMessages(-1))
                .withMessage("resumeMessages must not be negative: -1");
        assertThatIllegalArgumentException().isThrownBy(() -> ReplayLimits.standard().resumeAge(Duration.ZERO))
                .withMessage("resumeAge must be more than zero and at most PT8760H: PT0S");
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(ReplayLimits.standard()).hasToString("resume, replay 0")
                .isEqualTo(ReplayLimits.standard().resume(true));
        assertThat(ReplayLimits.standard().resume(false).replay(5).replayLatest(true))
                .hasToString("no resume, replay 5 or latest").isNotEqualTo(ReplayLimits.standard());
    }
}
