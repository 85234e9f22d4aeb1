package io.techops.broadcast.engine;

import io.techops.broadcast.spi.BackplaneException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of a shared log, which is foreign code: whatever becomes of it, there is one answer. That may come by any
 * thread, and needs no memory then.
 *
 * @param <T> what it answers
 */
final class SharedCall<T> implements BiConsumer<@Nullable T, @Nullable Throwable> {

    private final Runnable wake;
    /** Written before "done". */
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean done;
    private volatile boolean made;

    /**
     * @param wake called when there is the answer, unless that is already there when {@link #make} returns; does not
     *     throw
     */
    SharedCall(Runnable wake) {
        this.wake = wake;
    }

    /** Makes the call; then it is to be asked whether it {@link #isDone}. Never throws. */
    SharedCall<T> make(Supplier<CompletionStage<T>> call) {
        try {
            call.get().whenComplete(this);
        } catch (Throwable thrown) {
            accept(null, thrown);
        }
        made = true; // whichever of the two is written last is seen by the other side
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

    /** {@return what it answered; null if it failed} */
    @Nullable T value() {
        return value;
    }

    /** {@return what it failed with; null if it did not} */
    @Nullable Throwable failure() {
        return failure;
    }

    /** {@return what the failure means for an append} */
    BackplaneException.Outcome outcome() {
        return failure instanceof BackplaneException known ? known.outcome() : BackplaneException.Outcome.UNKNOWN;
    }
}
