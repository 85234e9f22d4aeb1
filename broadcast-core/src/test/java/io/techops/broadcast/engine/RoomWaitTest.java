package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.SameMoment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long a publisher waits for room. */
class RoomWaitTest {

    private final AtomicReference<@Nullable Runnable> set = new AtomicReference<>();
    private final ForeignTimer timer = ForeignTimer.of(new HubTimer() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            set.set(task);
            return () -> { };
        }
    });

    @Test
    void aWaitWhoseTimeIsOverWhenItHasJustBegunIsOver() throws Exception {
        RoomWait[] wait = new RoomWait[1];
        SameMoment.again(() -> wait[0] = RoomWait.upTo(Duration.ofNanos(1), timer),
                () -> wait[0].begin(() -> { }), () -> {
                    Runnable due = set.getAndSet(null);
                    while (due == null) {
                        Thread.onSpinWait();
                        due = set.getAndSet(null);
                    }
                    due.run();
                }, () -> assertThat(wait[0].isOver()).isTrue());
    }
}
