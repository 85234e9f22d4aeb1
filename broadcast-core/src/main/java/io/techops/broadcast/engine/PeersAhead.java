package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/*
 * A client that comes from another node may name a position that this node is just about to read. Its peer is
 * registered, and waits, not writable, until one of these: this node has come to the position; the shared log is in
 * another epoch; the time is over; the hub ends. Then the peer is writable, and its shard decides.
 */

/** The peers that named a position which this node has not come to yet. For the task of the backplane. */
final class PeersAhead {

    /**
     * How long a peer waits at most, in nanoseconds: two of the follower's pauses, in case that a hint was lost, and
     * one more.
     */
    static final long LIMIT = 3 * Follower.PAUSE;

    /** A peer that waits. */
    private record Waiting(HubPeer peer, Prelude prelude, Position position, long until) {

        boolean isOver(@Nullable Position here, long now) {
            return here != null && (!here.hasEpochOf(position) || here.sequence() >= position.sequence())
                    || until - now <= 0 || !peer.isRegistered();
        }

        void goesOn() {
            goOn(peer, prelude);
        }
    }

    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    /** Adds a peer. Any thread may call this, and wakes the task afterwards. */
    void add(HubPeer peer, Prelude prelude, Position position, long until) {
        try {
            waiting.add(new Waiting(peer, prelude, position, until));
        } catch (Throwable noMemory) {
            goOn(peer, prelude);
        }
        if (ended) {
            end();
        }
    }

    private static void goOn(HubPeer peer, Prelude prelude) {
        prelude.awaitsNode = false;
        peer.writable();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Lets the peers go on that need not wait any longer. {@return when the next call is due at the latest} */
    long turn(@Nullable Position here, long now, long latest) {
        long next = latest;
        if (waiting.isEmpty()) {
            return next;
        }
        for (var each = waiting.iterator(); each.hasNext();) {
            Waiting one = each.next();
            if (one.isOver(here, now)) {
                each.remove();
                one.goesOn();
            } else if (one.until() - next < 0) {
                next = one.until();
            }
        }
        return next;
    }

    /** Lets all peers go on, also those that are added later. */
    void end() {
        ended = true;
        for (Waiting one = waiting.poll(); one != null; one = waiting.poll()) {
            one.goesOn();
        }
    }
}
