package io.techops.broadcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimerTest {

    private final VirtualTimer timer = new VirtualTimer();
    private final long start = timer.nanoTime();
    private final List<String> ran = new ArrayList<>();

    private HubTimer.Cancellation after(int seconds, String name) {
        return timer.schedule(() -> ran.add(name + " at " + elapsed()), Duration.ofSeconds(seconds));
    }

    private long elapsed() {
        return Duration.ofNanos(timer.nanoTime() - start).toSeconds();
    }

    @Test
    void timeStandsStill() {
        after(0, "a");
        assertThat(ran).isEmpty();
        assertThat(timer.pending()).isOne();
        assertThat(elapsed()).isZero();
    }

    @Test
    void whatIsDueRunsAtItsTimeAndInTheOrderOfTime() {
        after(4, "c");
        after(1, "a");
        after(2, "b");
        after(9, "d");
        timer.pass(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("a at 1", "b at 2", "c at 4");
        assertThat(elapsed()).isEqualTo(5);
        assertThat(timer.pending()).isOne();
    }

    @Test
    void equalTimesRunInTheOrderInWhichTheyWereSet() {
        after(1, "a");
        after(1, "b");
        timer.pass(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("a at 1", "b at 1");
    }

    @Test
    void zeroRunsWhatIsDueNow() {
        after(0, "a");
        after(1, "b");
        timer.pass(Duration.ZERO);
        assertThat(ran).containsExactly("a at 0");
    }

    @Test
    void timePassesToWhatIsDueNext() {
        after(1, "a");
        after(1, "b");
        after(5, "c");
        assertThat(timer.passToNext(Duration.ofSeconds(9))).isTrue();
        assertThat(ran).containsExactly("a at 1");
        assertThat(timer.passToNext(Duration.ZERO)).isTrue();
        assertThat(ran).containsExactly("a at 1", "b at 1");
        assertThat(timer.passToNext(Duration.ofSeconds(3))).isFalse();
        assertThat(elapsed()).isEqualTo(4);
        assertThat(timer.passToNext(Duration.ofSeconds(9))).isTrue();
        assertThat(ran).last().isEqualTo("c at 5");
    }

    @Test
    void aTaskMaySetAnother() {
        timer.schedule(() -> after(2, "later"), Duration.ofSeconds(1));
        timer.pass(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        timer.pass(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("later at 3");
    }

    @Test
    void aWithdrawnTaskNeverRunsAndItsTwinDoes() {
        Runnable task = () -> ran.add("ran");
        HubTimer.Cancellation first = timer.schedule(task, Duration.ofSeconds(1));
        timer.schedule(task, Duration.ofSeconds(1));
        first.cancel();
        first.cancel();
        assertThat(timer.pending()).isOne();
        timer.pass(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("ran");
    }

    @Test
    void theClockWrapsAroundWithoutAnyEffect() {
        after(10, "a");
        timer.pass(Duration.ofSeconds(5));
        assertThat(timer.nanoTime()).as("wrapped around").isNegative();
        assertThat(ran).isEmpty();
        timer.pass(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("a at 10");
    }

    @Test
    void timeNeverGoesBack() {
        assertThatThrownBy(() -> timer.pass(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("duration must not be negative: PT-1S");
        assertThatThrownBy(() -> after(-1, "a")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("delay must not be negative: PT-1S");
    }

    @Test
    void timeHasAnEnd() {
        Duration century = Duration.ofDays(36_500);
        timer.schedule(() -> ran.add("a"), century);
        timer.pass(century);
        assertThat(ran).containsExactly("a");
        for (Duration tooLong : List.of(century.plusNanos(1), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatThrownBy(() -> timer.pass(tooLong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("duration must be at most 36500 days: " + tooLong);
            assertThatThrownBy(() -> timer.schedule(() -> { }, tooLong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("delay must be at most 36500 days: " + tooLong);
        }
        assertThat(timer.pending()).isZero();
    }
}
