package io.techops.broadcast.testkit;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The network between the nodes and their backplane: its delays and losses. Safe for use by any number of threads.
 */
final class FaultyNetwork {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final @Nullable HubTimer timer;
    private final long begun;

    // All of these are guarded by this network's monitor, under which nothing is called.
    private final Random random;
    private final List<Runnable> standing = new ArrayList<>();
    private Duration least = Duration.ZERO;
    private Duration most = Duration.ZERO;
    private double lostRequests;
    private double lostAnswers;
    private double lostHints;
    private double doubledHints;
    private boolean paused;

    /**
     * @param timer the timer for delays; {@code null} for a network without delays
     * @param seed the seed of all random choices
     */
    FaultyNetwork(@Nullable HubTimer timer, long seed) {
        this.timer = timer;
        this.random = new Random(seed);
        this.begun = timer == null ? 0 : timer.nanoTime();
    }

    /** Sets the delay of each direction. */
    synchronized void delay(Duration from, Duration to) {
        if (timer == null) {
            throw new IllegalStateException("a backplane without a timer takes no time");
        }
        if (from.isNegative()) {
            throw new IllegalArgumentException("from must be at least 0: " + from);
        }
        if (to.compareTo(from) < 0) {
            throw new IllegalArgumentException("to must be at least from, " + from + ": " + to);
        }
        least = from;
        most = to;
    }

    private static double checked(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1: " + share);
        }
        return share;
    }

    synchronized void loseRequests(double share) {
        lostRequests = checked(share);
    }

    synchronized void loseAnswers(double share) {
        lostAnswers = checked(share);
    }

    synchronized void loseHints(double share) {
        lostHints = checked(share);
    }

    synchronized void doubleHints(double share) {
        doubledHints = checked(share);
    }

    synchronized void pause() {
        paused = true;
    }

    void resume() {
        List<Runnable> waited;
        synchronized (this) {
            paused = false;
            waited = List.copyOf(standing);
            standing.clear();
        }
        waited.forEach(Runnable::run);
    }

    /** {@return a random number} */
    synchronized long number() {
        return random.nextLong();
    }

    long nanos() {
        return timer == null ? System.nanoTime() : timer.nanoTime() - begun;
    }

    long millis() {
        return timer == null ? System.currentTimeMillis() : nanos() / 1_000_000;
    }

    /**
     * Makes a call, which may be lost on its way.
     *
     * @param effect what the call does when it arrives
     * @param afterwards what is done after the effect, unless that throws
     */
    <T> CompletionStage<T> call(Supplier<T> effect, Runnable afterwards) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        BackplaneException lost = lost();
        if (timer != null) {
            HubTimer.Cancellation timeout = timer.schedule(() -> answer.completeExceptionally(lost), TIMEOUT);
            answer.whenComplete((done, failure) -> timeout.cancel());
        }
        if (happens(lostRequests)) {
            lose(answer, lost);
            return answer;
        }
        after(wayTime(), () -> reach(() -> take(effect, afterwards, answer, lost)));
        return answer;
    }

    /** {@return the failure of a call that is not answered} */
    static BackplaneException lost() {
        return new BackplaneException(Outcome.UNKNOWN, "no answer came", null);
    }

    /** Runs an action on the server, unless that is paused: it is then run later. */
    private void reach(Runnable action) {
        synchronized (this) {
            if (paused) {
                standing.add(action);
                return;
            }
        }
        action.run();
    }

    private <T> void take(Supplier<T> effect, Runnable afterwards, CompletableFuture<T> answer,
            BackplaneException lost) {
        T result = null;
        RuntimeException failure = null;
        try {
            result = effect.get();
        } catch (RuntimeException e) {
            failure = e;
        }
        if (failure == null) {
            afterwards.run();
        }
        if (happens(lostAnswers)) {
            lose(answer, lost);
            return;
        }
        T value = result;
        RuntimeException thrown = failure;
        after(wayTime(), () -> {
            if (thrown == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(thrown);
            }
        });
    }

    private void lose(CompletableFuture<?> answer, BackplaneException lost) {
        if (timer == null) {
            answer.completeExceptionally(lost);
        }
    }

    /** {@return the actions that send a hint: none, one or two} */
    List<Runnable> hints(Runnable hint) {
        List<Runnable> hints = new ArrayList<>();
        if (!happens(lostHints)) {
            for (int i = happens(doubledHints) ? 2 : 1; i > 0; i--) {
                Duration delay = wayTime();
                hints.add(() -> after(delay, hint));
            }
        }
        return hints;
    }

    private synchronized Duration wayTime() {
        long spread = most.minus(least).toNanos();
        return spread <= 0 ? least : least.plusNanos((long) (random.nextDouble() * spread));
    }

    private synchronized boolean happens(double share) {
        return share > 0 && random.nextDouble() < share;
    }

    private void after(Duration delay, Runnable action) {
        if (timer == null || delay.isZero()) {
            action.run();
        } else {
            timer.schedule(action, delay);
        }
    }
}
