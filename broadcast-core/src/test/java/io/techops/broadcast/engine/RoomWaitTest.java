package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.SameMoment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void aThreadThatIsInterruptedInTheMomentInWhichThereIsRoomIsDoneAndStaysInterrupted() throws Exception {
        MemorySafeLock lock = new MemorySafeLock();
        RoomGate gate = new RoomGate(lock);
        AtomicBoolean room = new AtomicBoolean();
        RoomWait wait = RoomWait.upTo(Duration.ofSeconds(1), timer);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread publisher = new Thread(() -> {
            try {
                long result = gate.pass(hasRoom -> hasRoom.get() ? 1 : RoomGate.REFUSED, room, wait,
                        new RoomGate.Publisher() {
                            @Override
                            public void waits(boolean first) {
                                // No one makes room but the test.
                            }

                            @Override
                            public void hasWaited() {
                                // Nor counts.
                            }
                        });
                wait.throwIfInterrupted(result != RoomGate.REFUSED);
                interrupted.complete(Thread.currentThread().isInterrupted());
            } catch (Throwable thrown) {
                interrupted.completeExceptionally(thrown);
            }
        });
        publisher.start();
        for (boolean waits = false; !waits;) {
            lock.lock();
            waits = gate.isAwaited();
            if (waits) {
                publisher.interrupt();
                room.set(true); // before it has the lock again
            }
            lock.unlock();
        }
        assertThat(interrupted.get(1, TimeUnit.MINUTES)).isTrue();
    }

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
