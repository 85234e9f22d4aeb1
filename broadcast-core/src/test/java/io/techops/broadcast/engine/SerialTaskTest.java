package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The task of a shard: whatever is thrown, and by whom, no wake-up is lost. */
class SerialTaskTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final VirtualTimer timer = new VirtualTimer();
    private final Queue<Runnable> failures = new ArrayDeque<>();
    private final SerialTask task = new SerialTask(executor, ForeignTimer.of(timer), this::turn);
    private int turns;
    private int wakesWithin;

    private boolean turn() {
        turns++;
        if (wakesWithin > 0) {
            wakesWithin--;
            task.wake();
        }
        Runnable failure = failures.poll();
        if (failure != null) {
            failure.run();
        }
        return false;
    }

    private static void fail() {
        throw new StackOverflowError("on purpose");
    }

    @Test
    void manyWakeUpsAreOneTurn() {
        task.wake();
        task.wake();
        assertThat(executor.pending()).isOne();
        executor.runAll();
        assertThat(turns).isOne();
    }

    @Test
    void aWakeUpWithinATurnIsAnotherTurn() {
        wakesWithin = 1;
        task.wake();
        executor.runAll();
        assertThat(turns).isEqualTo(2);
    }

    /** A thread that wakes a task may stand still right before it submits it, until the hub has closed. */
    @Test
    void aTaskThatEndsWhileItIsSubmittedIsNotTriedAgainAndNothingIsSaidOfIt() {
        SerialTask[] ending = new SerialTask[1];
        ending[0] = new SerialTask(submitted -> {
            ending[0].end();
            throw new RejectedExecutionException("shut down with the hub");
        }, ForeignTimer.of(timer), this::turn);
        try (Warnings caught = new Warnings()) {
            ending[0].wake();
            timer.pass(Duration.ofSeconds(10));
            assertThat(caught.texts()).isEmpty();
        }
        assertThat(turns).isZero();
    }

    @Test
    void aTurnThatFailsComesAgainByItself() {
        try (Warnings caught = new Warnings()) {
            failures.add(SerialTaskTest::fail);
            failures.add(SerialTaskTest::fail);
            task.wake();
            executor.runAll();
            assertThat(turns).isOne();
            timer.pass(Duration.ofMillis(10));
            executor.runAll();
            assertThat(turns).isEqualTo(2);
            timer.pass(Duration.ofMillis(10));
            executor.runAll();
            timer.pass(Duration.ofSeconds(10));
            executor.runAll();
            assertThat(turns).isEqualTo(3);
            assertThat(caught.texts()).singleElement().asString().contains("A round of the fan-out failed");
        }
    }

    @Test
    void aTurnThatFailsAfterAWakeUpWithinItComesAgain() {
        try (Warnings caught = new Warnings()) {
            failures.add(SerialTaskTest::fail);
            wakesWithin = 1;
            task.wake();
            executor.runAll();
            timer.pass(Duration.ofMillis(10));
            executor.runAll();
            assertThat(turns).isEqualTo(2);
            assertThat(caught.texts()).hasSize(1);
        }
    }

    @Test
    void aWakeUpDoesNotWaitForThePauseAfterAFailure() {
        try (Warnings caught = new Warnings()) {
            failures.add(SerialTaskTest::fail);
            task.wake();
            executor.runAll();
            task.wake();
            executor.runAll();
            assertThat(turns).isEqualTo(2);
            assertThat(caught.texts()).hasSize(1);
        }
    }

    @Test
    void anExecutorThatRefusesOnceIsAskedAgain() {
        try (Warnings caught = new Warnings()) {
            executor.refuse(true);
            task.wake();
            executor.refuse(false);
            timer.pass(Duration.ofSeconds(1));
            executor.runAll();
            assertThat(turns).isOne();
            assertThat(caught.texts()).hasSize(1);
        }
    }

    @Test
    void whereTheExecutorRunsNothingTheCallerCanDoIt() {
        task.wake();
        task.work();
        assertThat(turns).isOne();
        executor.runAll();
        assertThat(turns).as("not twice").isOne();
        task.wake();
        executor.runAll();
        assertThat(turns).isEqualTo(2);
    }

    @Test
    void aThreadKnowsThatItRunsOne() {
        failures.add(() -> assertThat(SerialTask.isOnThisThread()).isTrue());
        task.wake();
        executor.runAll();
        assertThat(SerialTask.isOnThisThread()).isFalse();
        assertThat(turns).isOne();
    }

    @Test
    void afterItsEndThereAreNoTurns() {
        task.end();
        task.wake();
        assertThat(executor.pending()).isZero();
    }
}
