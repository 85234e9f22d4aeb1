package io.techops.broadcast.engine;

import io.techops.broadcast.spi.BackplaneException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of a shared log, which is foreign code: whatever happens, there is exactly one answer. It may come on any
 * thread, and needs no memory then.
 *
 * @param <T> the type of the answer
 */
final class SharedCall<T> implements BiConsumer<@Nullable T, @Nullable Throwable> {

    private final Runnable wake;
    /** Written before "done". */
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean done;
    private volatile boolean made;

    /**
     * @param wake called when the answer has come, unless it is there when {@link #make} returns; does not throw
     */
    SharedCall(Runnable wake) {
        this.wake = wake;
    }

    /** Makes the call; afterwards the caller checks {@link #isDone}. Never throws. */
    SharedCall<T> make(Supplier<CompletionStage<T>> call) {
        try {
            call.get().whenComplete(this);
        } catch (Throwable thrown) {
            accept(null, thrown);
        }
        made = true; // now the caller sees "done", or the answer's thread sees "made" and calls wake
        ForeignCode.returned();
        return this;
    }

    @Override
    public void accept(@Nullable T answer, @Nullable Throwable thrown) {
        if (!done) {
            value = answer;
            failure = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            done = true;
            if (made) {
                wake.run();
            }
        }
    }

    /** {@return whether there is an answer} */
    boolean isDone() {
        return done;
    }

    /** {@return the answer; null if the call failed} */
    @Nullable T value() {
        return value;
    }

    /** {@return the failure of the call; null if it did not fail} */
    @Nullable Throwable failure() {
        return failure;
    }

    /** {@return the outcome of an append that failed} */
    BackplaneException.Outcome outcome() {
        return failure instanceof BackplaneException known ? known.outcome() : BackplaneException.Outcome.UNKNOWN;
    }
}
