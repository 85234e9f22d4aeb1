package io.techops.broadcast.spi;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import java.time.Duration;

/**
 * Runs tasks of an adapter that may block, on threads of the hub or of the topics, because neither a shard nor a thread
 * that reads from many peers may wait for one peer.
 *
 * <p>The threads are daemons with the system class loader as their context class loader, and are created on demand.
 * {@link BroadcastHub#close(Duration)} waits for them until one second after its limit: only threads that hang are left
 * then. Tasks that are submitted after the end of the hub are run nevertheless.
 *
 * <p>Safe for use by any number of threads.
 */
public interface BlockingTasks {

    /** The purpose of a task. Each kind has its own, bounded number of threads, and never waits for another kind. */
    enum Kind {
        /** A call that sends something to the peer, such as a ping or a close frame: 32 threads at most. */
        SEND,
        /** A call that may run code of the host application: a policy, a listener or a snapshot: 32 threads at most. */
        CALLBACK,
        /** A call that frees a connection, even while other calls for it hang: 16 threads at most. */
        ABORT
    }

    /**
     * Runs a task after a delay, measured by {@link System#nanoTime} and not by the hub's timer. Never blocks and never
     * throws.
     *
     * @param delay the delay; zero runs the task as soon as possible
     * @param kind the purpose of the task
     * @param task the task; what it throws is logged at DEBUG
     * @return cancels the task, unless it has begun
     */
    HubTimer.Cancellation runAfter(Duration delay, Kind kind, Runnable task);
}
