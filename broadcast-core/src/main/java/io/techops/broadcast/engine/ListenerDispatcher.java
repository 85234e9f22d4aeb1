package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The queue is a linked list from "told", the last event that the listener was told, to "last". The events are the
 * links themselves, so that an event that is made early, when a failure does no harm, can be queued later without
 * memory. A thread that adds an event first becomes "last", and then links the event before to it. The task may find
 * the link missing in between; it runs again, because each add is followed by a tell.
 */

/**
 * Calls the listener, one event at a time and in order, on the hub's executor: the thread that reports an event does
 * not wait for the listener, and no lock is held while the listener runs. Safe for use by any number of threads.
 */
final class ListenerDispatcher extends RetriedTask {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    /**
     * How many departures may be queued before no peer is taken any more. Every other event that clients can provoke
     * belongs to a registered peer or to one whose departure is queued, and there is at most one of a kind for each
     * peer.
     */
    static final int MAX_UNTOLD = 10_000;

    /**
     * The states: nothing is queued; a task will tell the queued events; and events were added that the task has not
     * seen.
     */
    private static final int IDLE = 0;
    private static final int TELLING = 1;
    private static final int MORE = 2;

    private final HubListener listener;
    private final @Nullable MessageListener messages;
    private final boolean mayBlock;
    private final ForeignCode calls;
    private final LogRateLimiter refusals;
    private final AtomicReference<Event> last = new AtomicReference<>(new Event(listener -> { }));
    /** Owned by the task. */
    private Event told = last.get();
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final AtomicInteger untoldDepartures = new AtomicInteger();
    private volatile @Nullable Thread caller;
    private volatile boolean over;

    /** An event that is told once. After that it refers to nothing: neither to its subject nor to the next event. */
    static final class Event {
        private @Nullable Consumer<HubListener> telling;
        private boolean departs;
        private volatile @Nullable Event next;

        Event(Consumer<HubListener> telling) {
            this.telling = telling;
        }
    }

    /**
     * @param messages null if there is no listener for messages
     */
    ListenerDispatcher(HubListener listener, @Nullable MessageListener messages, Executor executor, HubTimer timer) {
        super(executor, timer);
        this.listener = listener;
        this.messages = messages;
        this.calls = new ForeignCode(LOG, "A hub listener threw", timer::nanoTime);
        this.refusals = new LogRateLimiter(timer::nanoTime);
        this.mayBlock = mayBlock(messages);
    }

    /** {@return whether there is a listener for messages} */
    boolean hearsMessages() {
        return messages != null;
    }

    /** {@return whether a call of the listener for messages may block} */
    boolean mayBlock() {
        return mayBlock;
    }

    private boolean mayBlock(@Nullable MessageListener asked) {
        try {
            return asked != null && asked.mayBlock();
        } catch (Throwable thrown) {
            calls.failed(thrown);
            return true;
        }
    }

    /** {@return whether too many departures are queued to take more peers} */
    boolean isFarBehind() {
        if (untoldDepartures.get() < MAX_UNTOLD) {
            return false;
        }
        LOG.warn(refusals, "The hub's listener has not been told of {} departures yet: no peer is taken until it has "
                + "caught up", MAX_UNTOLD);
        return true;
    }

    /** Queues the last event of a peer; see {@link #add}. */
    void addDeparture(Event event) {
        event.departs = true;
        untoldDepartures.incrementAndGet();
        add(event);
    }

    /** Queues an event, which is told after the next {@link #tell}. Never throws, and needs no memory. */
    void add(Event event) {
        last.getAndSet(event).next = event;
    }

    /** Makes sure that all queued events are told, unless the {@linkplain #end end} comes first. */
    void tell() {
        if (!over && state.getAndSet(MORE) == IDLE) {
            submit();
        }
    }

    /**
     * Ends the telling with the last event: a thread that still queues something must not submit to an executor that
     * has ended, again and again.
     */
    void end() {
        over = true;
    }

    @Override
    boolean hasEnded() {
        return over;
    }

    @Override
    void refused() {
        state.set(IDLE);
    }

    @Override
    void retry() {
        tell();
    }

    /** Tells the queued events on this thread, in case that the executor runs no tasks any more, or has dropped one. */
    void help() {
        if (state.compareAndSet(IDLE, MORE) || claim()) {
            work();
        }
    }

    /** {@return whether the listener is running on this thread} */
    boolean onThisThread() {
        return caller == Thread.currentThread();
    }

    @Override
    void work() {
        do {
            state.set(TELLING);
            caller = Thread.currentThread();
            for (Event event = told.next; event != null; event = told.next) {
                told.next = null;
                told = event;
                tell(event);
            }
            caller = null;
        } while (!state.compareAndSet(TELLING, IDLE));
    }

    /** Calls the listener on the thread that tells the events; a failure does not affect the events that follow. */
    void call(Runnable code) {
        calls.call(code);
    }

    private void tell(Event event) {
        Consumer<HubListener> telling = event.telling;
        event.telling = null;
        if (event.departs) {
            untoldDepartures.decrementAndGet();
        }
        try {
            telling.accept(listener);
        } catch (Throwable thrown) {
            calls.failed(thrown);
        }
        ForeignCode.returned();
    }

    /** Tells the listener of a message, on this thread. What the listener throws is logged. */
    void broadcast(@Nullable Peer from, Message message, Position position) {
        if (messages != null) {
            try {
                messages.broadcast(from, message, position);
            } catch (Throwable thrown) {
                calls.failed(thrown);
            }
            ForeignCode.returned();
        }
    }

    /** Tells the listener of a message that was ignored; see {@link #broadcast}. */
    void ignored(Peer from, Message message) {
        if (messages != null) {
            try {
                messages.ignored(from, message);
            } catch (Throwable thrown) {
                calls.failed(thrown);
            }
            ForeignCode.returned();
        }
    }
}
