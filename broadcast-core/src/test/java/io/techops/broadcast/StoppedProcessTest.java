package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process that stood still for longer than its time limits: what peers did in time counts. */
class StoppedProcessTest {

    private static final Duration STOP = Duration.ofSeconds(60);

    /** A timer whose tasks run late if time has passed at once. */
    private static final class StoppedTimer implements HubTimer {

        private record Task(long due, Runnable action) {
        }

        private final List<Task> tasks = new ArrayList<>();
        private long now;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Cancellation schedule(Runnable action, Duration delay) {
            Task task = new Task(now + delay.toNanos(), action);
            tasks.add(task);
            return () -> tasks.remove(task);
        }

        void stop(Duration duration) {
            now += duration.toNanos();
        }

        void fire() {
            for (Task task : List.copyOf(tasks)) {
                if (task.due() <= now && tasks.remove(task)) {
                    task.action().run();
                }
            }
        }
    }

    private final StoppedTimer timer = new StoppedTimer();
    private final ManualExecutor executor = new ManualExecutor();
    private final BroadcastHub hub = BroadcastHub.builder().timer(timer).executor(executor).shards(1)
            .heartbeat(Duration.ofSeconds(20)).pongTimeout(Duration.ofSeconds(5)).stallTimeout(Duration.ofSeconds(10))
            .build();

    private void run(Duration duration) {
        for (long millis = 0; millis < duration.toMillis(); millis += 10) {
            timer.stop(Duration.ofMillis(10));
            timer.fire();
            executor.runAll();
        }
    }

    private FakeTransport pinged() {
        FakeTransport peer = new FakeTransport().register(hub);
        executor.runAll();
        run(Duration.ofSeconds(20));
        assertThat(peer.pings()).isOne();
        return peer;
    }

    @Test
    void aPongThatLayInTheKernelCounts() {
        FakeTransport peer = pinged();
        timer.stop(STOP);
        timer.fire();
        executor.runAll();
        peer.pong(); // it is read after the timer has fired
        run(Duration.ofSeconds(1));
        assertThat(peer.isAborted()).isFalse();
        assertThat(peer.peer().isRegistered()).isTrue();
    }

    @Test
    void alsoIfTheShardRunsBeforeTheTimerDoes() {
        FakeTransport peer = pinged();
        timer.stop(STOP);
        hub.broadcast("what others say");
        executor.runAll();
        timer.fire();
        executor.runAll();
        peer.pong();
        run(Duration.ofSeconds(1));
        assertThat(peer.peer().isRegistered()).isTrue();
    }

    @Test
    void aPeerThatIsDeadIsCutAfterTheGrace() {
        FakeTransport peer = pinged();
        timer.stop(STOP);
        timer.fire();
        run(Duration.ofSeconds(11));
        assertThat(peer.isAborted()).isTrue();
    }

    @Test
    void theGraceIsAsLongAsTheTimerWasLateWithinBounds() {
        FakeTransport peer = pinged();
        timer.stop(STOP);
        timer.fire();
        run(Duration.ofSeconds(9));
        assertThat(peer.isAborted()).isFalse();
        run(Duration.ofSeconds(2));
        assertThat(peer.isAborted()).isTrue();
    }

    @Test
    void aStalledPeerThatHasBecomeWritableStays() {
        FakeTransport peer = new FakeTransport().register(hub).stallAfter(1);
        hub.broadcast("a");
        executor.runAll();
        assertThat(peer.isWritable()).isFalse();
        timer.stop(STOP);
        timer.fire();
        executor.runAll();
        peer.becomeWritable();
        hub.broadcast("b");
        run(Duration.ofSeconds(1));
        assertThat(peer.texts()).containsExactly("a", "b");
        assertThat(peer.isOpen()).isTrue();
    }

    @Test
    void aStopInTheGraceOfAShortDelayHasAGraceOfItsOwn() {
        FakeTransport peer = pinged();
        run(Duration.ofSeconds(3)); // it was pinged about a second before that
        timer.stop(Duration.ofMillis(1_200)); // the pong is late, and so is the timer
        timer.fire();
        run(Duration.ofSeconds(1));
        timer.stop(STOP);
        timer.fire();
        executor.runAll();
        peer.pong();
        run(Duration.ofSeconds(1));
        assertThat(peer.isAborted()).isFalse();
        assertThat(peer.peer().isRegistered()).isTrue();
    }

    @Test
    void aGraceIsGivenOnceForEachStop() {
        FakeTransport peer = pinged();
        for (int i = 0; i < 20 && !peer.isAborted(); i++) {
            timer.stop(Duration.ofMillis(600)); // late each time
            timer.fire();
            executor.runAll();
        }
        assertThat(peer.isAborted()).isTrue();
    }
}
