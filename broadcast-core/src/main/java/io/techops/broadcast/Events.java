package io.techops.broadcast;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the listener, one event at a time and in order, on the hub's executor: nobody who has an event to report waits
 * for the listener, and no lock is held while it runs. Safe for use by any number of threads.
 */
final class Events implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(BroadcastHub.class);

    /**
     * How many departures may wait to be told before no peer is taken any more. Every other event that can be provoked
     * belongs to a peer that is there, or has not been told to have gone, and there is at most one of a kind for each.
     */
    static final int MAX_UNTOLD = 10_000;

    private final HubListener listener;
    private final Executor executor;
    private final boolean idle;
    private final Bursts failures;
    private final Bursts refusals;
    private final Queue<Consumer<HubListener>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger untoldDepartures = new AtomicInteger();
    private volatile @Nullable Thread caller;

    /**
     * @param idle whether the listener is known to do nothing
     */
    Events(HubListener listener, boolean idle, Executor executor, HubTimer timer) {
        this.listener = listener;
        this.idle = idle;
        this.executor = executor;
        this.failures = new Bursts(timer);
        this.refusals = new Bursts(timer);
    }

    /** {@return whether the listener is known to do nothing} */
    boolean isIdle() {
        return idle;
    }

    /** {@return whether what is told at once may block} */
    boolean mayBlock() {
        return !idle && listener.mayBlock();
    }

    /** {@return whether the listener is so far behind that no more peers can be taken} */
    boolean isFarBehind() {
        if (untoldDepartures.get() < MAX_UNTOLD) {
            return false;
        }
        if (refusals.first()) {
            LOG.warn("The hub's listener has not been told of {} departures yet: no peer is taken until it has caught "
                    + "up; {} were refused before", MAX_UNTOLD, refusals.suppressed());
        }
        return true;
    }

    /** Queues the last event of a peer, as {@link #add} does. */
    void addDeparture(Consumer<HubListener> event) {
        untoldDepartures.incrementAndGet();
        add(told -> {
            untoldDepartures.decrementAndGet();
            event.accept(told);
        });
    }

    /** Queues an event. It is told after {@link #tell}, or after the next one. */
    void add(Consumer<HubListener> event) {
        queue.add(event);
    }

    /** Makes sure that all that was added is told. */
    void tell() {
        if (pending.getAndIncrement() == 0) {
            try {
                executor.execute(this);
            } catch (Throwable thrown) { // refused, or no memory for a thread: the next event tries again
                pending.set(0);
                if (failures.first()) {
                    LOG.warn("The hub's executor did not take a call of the listener", thrown);
                }
            }
        }
    }

    /** {@return whether the listener is running on this thread} */
    boolean onThisThread() {
        return caller == Thread.currentThread();
    }

    @Override
    public void run() {
        int seen;
        do {
            seen = pending.get();
            caller = Thread.currentThread();
            try {
                for (Consumer<HubListener> event = queue.poll(); event != null; event = queue.poll()) {
                    now(event);
                }
            } finally {
                caller = null;
            }
        } while (!pending.compareAndSet(seen, 0));
    }

    /** Calls the listener on this thread. What it throws is logged. */
    void now(Consumer<HubListener> event) {
        try {
            event.accept(listener);
        } catch (Throwable thrown) {
            if (failures.first()) {
                LOG.warn("A hub listener threw; {} more like this were not logged", failures.suppressed(),
                        LogText.of(thrown));
            }
        }
    }
}
