package io.techops.broadcast.engine;

import io.techops.broadcast.HubListener;
import io.techops.broadcast.spi.Registration;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the listener is still to be told of a peer; not an object of its own, because there is one for each peer. */
abstract class ReportedPeer extends Registration {

    private static final long NOTHING = -1;

    /** Access to what would otherwise be an object more of each peer. */
    private static final AtomicLongFieldUpdater<ReportedPeer> LOSS =
            AtomicLongFieldUpdater.newUpdater(ReportedPeer.class, "loss");

    /** What the listener has not been told yet that this peer has missed; {@link #NOTHING} if it knows all. */
    private volatile long loss = NOTHING;

    /** Owned by the task that tells the events: whether the last one was told. */
    private boolean over;

    /** Made with the peer, because later there may be no memory for it; null if no one is told. */
    private ListenerDispatcher.@Nullable Event departure;
    /** Written once before that is queued: what the transport threw. */
    private volatile @Nullable Throwable failure;

    /** The last event was told. */
    void over() {
        over = true;
    }

    /** {@return what tells the listener about this peer, unless it was told already that the peer has gone} */
    ListenerDispatcher.Event event(Consumer<HubListener> telling) {
        return new ListenerDispatcher.Event(listener -> {
            if (!over) {
                telling.accept(listener);
            }
        });
    }

    /** Sets the last event of this peer, before it joins. */
    void departsWith(ListenerDispatcher.Event event) {
        departure = event;
    }

    ListenerDispatcher.@Nullable Event departure() {
        return departure;
    }

    /** Takes note of what the transport threw, for the last event to tell. */
    void fails(Throwable cause) {
        failure = cause;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /** Adds to what has been missed. {@return whether the listener is to be told, and does not wait for it already} */
    boolean loses(long count) {
        while (true) {
            long before = loss;
            if (LOSS.compareAndSet(this, before, Math.max(before, 0) + count)) {
                return before == NOTHING;
            }
        }
    }

    /** {@return what has been missed since this was last asked, or less than 1} */
    long takeLoss() {
        return LOSS.getAndSet(this, NOTHING);
    }
}
