package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** For how long publishers have waited. */
class SaturationClockTest {

    private final VirtualTimer time = new VirtualTimer();
    private Runnable afterTheLook = () -> { };
    private final SaturationClock clock = new SaturationClock("hub", new HubTimer() {
        @Override
        public long nanoTime() {
            long now = time.nanoTime();
            Runnable once = afterTheLook;
            afterTheLook = () -> { };
            once.run();
            return now;
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            return time.schedule(task, delay);
        }
    });

    @Test
    void isThatInWhichAtLeastOneOfThemDoes() {
        clock.begins();
        time.pass(Duration.ofSeconds(1));
        clock.begins();
        time.pass(Duration.ofSeconds(1));
        clock.ends();
        time.pass(Duration.ofSeconds(1));
        assertThat(clock.total()).isEqualTo(Duration.ofSeconds(3));
        clock.ends();
        time.pass(Duration.ofSeconds(1));
        assertThat(clock.total()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void onlyGrowsAlsoIfItIsAskedBetweenTheEndOfAWaitAndItsNote() {
        clock.begins();
        time.pass(Duration.ofSeconds(1));
        Duration[] meanwhile = {Duration.ZERO};
        afterTheLook = () -> {
            time.pass(Duration.ofMillis(1));
            meanwhile[0] = clock.total();
        };
        clock.ends();
        assertThat(clock.total()).isGreaterThanOrEqualTo(meanwhile[0]);
        clock.begins();
        time.pass(Duration.ofSeconds(1));
        clock.ends();
        assertThat(clock.total()).as("nothing is counted twice").isEqualTo(Duration.ofSeconds(2));
    }
}
