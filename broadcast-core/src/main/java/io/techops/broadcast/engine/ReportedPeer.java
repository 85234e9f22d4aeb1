package io.techops.broadcast.engine;

import io.techops.broadcast.HubListener;
import io.techops.broadcast.spi.Registration;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the listener is still to be told about a peer. A superclass, so that not each peer has one more object. */
abstract class ReportedPeer extends Registration {

    private static final long NOTHING = -1;

    /** Access to a field that would otherwise be one more object in each peer. */
    private static final AtomicLongFieldUpdater<ReportedPeer> LOSS =
            AtomicLongFieldUpdater.newUpdater(ReportedPeer.class, "loss");

    /** How many lost messages the listener was not told about yet; {@link #NOTHING} if it was told about all. */
    private volatile long loss = NOTHING;

    /** Whether the last event was told. Owned by the task that tells the events. */
    private boolean over;

    /** The peer's last event, made early because later there may be no memory for it; null if there is no listener. */
    private ListenerDispatcher.@Nullable Event departure;
    /** What the transport threw. Written once, before the last event is queued. */
    private volatile @Nullable Throwable failure;

    /** Notes that the last event was told. */
    void over() {
        over = true;
    }

    /** {@return an event about this peer, which is not told if the listener was already told that the peer has gone} */
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

    /** Keeps what the transport threw, for the last event. */
    void fails(Throwable cause) {
        failure = cause;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Adds to the number of lost messages. {@return whether an event has to be queued: false if one is queued already}
     */
    boolean loses(long count) {
        while (true) {
            long before = loss;
            if (LOSS.compareAndSet(this, before, Math.max(before, 0) + count)) {
                return before == NOTHING;
            }
        }
    }

    /** {@return how many messages were lost since the last call, or less than 1} */
    long takeLoss() {
        return LOSS.getAndSet(this, NOTHING);
    }
}
