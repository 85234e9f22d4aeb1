package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What topics do under their lock calls nothing of the host application. */
class TopicLockTest extends TopicsByHand {

    private static final Duration LINGER = Duration.ofSeconds(60);

    /** A clock that does something once when the idle timeout has passed, and a timer that does so at its next task. */
    private final class ActingTimer implements HubTimer {

        private final long due = timer.nanoTime() + LINGER.toNanos();
        private volatile @Nullable Runnable atTheTime;
        private volatile @Nullable Runnable atATask;

        @Override
        public long nanoTime() {
            Runnable action = atTheTime;
            if (action != null && timer.nanoTime() - due >= 0) {
                atTheTime = null;
                action.run();
            }
            return timer.nanoTime();
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            Runnable action = atATask;
            if (action != null) {
                atATask = null;
                action.run();
            }
            return timer.schedule(task, delay);
        }
    }

    @Test
    void theTimerIsGivenNoTaskUnderItWhenATopicIsDisplaced() {
        ActingTimer acting = new ActingTimer();
        Topics one = topics(settings -> settings.timer(acting).idleTimeout(LINGER).maxTopics(1));
        one.hub("a").broadcast("1"); // idle from now on, and watched
        pass(30);
        one.hub("a").broadcast("2"); // idle anew: what says since when is old
        List<Boolean> free = new ArrayList<>();
        acting.atTheTime = () -> { // the watch is about to find that it is too early, and to be set again
            acting.atATask = () -> free.add(isLockFree(one));
            one.hub("b").broadcast("3");
        };
        pass(30);
        assertThat(free).containsExactly(true);
        assertThat(one.names()).containsExactly("b");
    }

    /** {@return whether another thread can do what needs the lock} If not, this takes long. */
    private static boolean isLockFree(Topics topics) {
        Thread other = new Thread(topics::stats);
        other.start();
        try {
            other.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !other.isAlive();
    }
}
