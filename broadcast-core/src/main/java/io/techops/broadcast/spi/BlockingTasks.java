package io.techops.broadcast.spi;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import java.time.Duration;

/**
 * Runs what an adapter has to do that may block, on threads that belong to the hub, or to its topics: neither a shard
 * nor a thread that reads from other peers may wait for one peer.
 *
 * <p>The threads are daemons with the system class loader for their context, made when there is something to do.
 * {@link BroadcastHub#close(Duration)} waits for them, within its limit and a second: afterwards none is left that does
 * not hang. What is asked for after the end of the hub is done all the same.
 *
 * <p>Safe for use by any number of threads.
 */
public interface BlockingTasks {

    /** What a task is for. Each kind has a bounded number of threads of its own, and never waits for another kind. */
    enum Kind {
        /** Sends the peer something that may block, such as a ping or a close frame: 32 threads at most. */
        SEND,
        /** Calls what may be code of the host application, a policy, a listener or a snapshot: 32 threads at most. */
        CALLBACK,
        /** Frees the connection, also while something of it hangs: 16 threads at most. */
        ABORT
    }

    /**
     * Runs a task later, by the time of the machine and not that of the hub's timer. Never blocks and never throws.
     *
     * @param delay how much later
     * @param kind what the task is for
     * @param task the task; what it throws is logged at DEBUG
     * @return cancels the task, unless it has begun
     */
    HubTimer.Cancellation runAfter(Duration delay, Kind kind, Runnable task);
}
