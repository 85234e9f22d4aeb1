package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts every event of a hub, logs it at DEBUG and records it with Java Flight Recorder. Safe for use by any number of
 * threads. Never throws, not even if there is no memory for an event.
 */
final class HubMetrics {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    private final String hub;
    /** Whether events are logged and recorded. */
    private final boolean traced;
    private final SaturationClock saturation;
    /** These need no memory to count, so that every event that a listener was told is counted too. */
    private final AtomicLong registrations = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong overflows = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    /** Counts ignored messages. May miss one for which there was no memory. */
    private final LongAdder ignored = new LongAdder();
    private final LongAdder replays = new LongAdder();
    private final LongAdder resumes = new LongAdder();
    private final GapCounts gaps = new GapCounts();
    private final RefusalCounts refusals;

    /**
     * Begun by the thread that closes the hub, committed by the thread that ends it; in between only {@link #late} is
     * set.
     */
    private final JfrEvents.Drain drain = new JfrEvents.Drain();
    private volatile boolean late;
    /** Owned by the task of the backplane. */
    private BackplaneEvents.@Nullable BackplaneAway outage;

    HubMetrics(String hub, boolean traced, HubTimer timer) {
        this.hub = hub;
        this.traced = traced;
        this.saturation = new SaturationClock(hub, timer);
        this.refusals = new RefusalCounts(hub, traced);
    }

    /** {@return the name of the hub} */
    String hub() {
        return hub;
    }

    SaturationClock saturation() {
        return saturation;
    }

    void broadcast(Message message, long sequence, @Nullable Peer from, boolean hasWaited) {
        if (!traced) {
            return;
        }
        try {
            if (LOG.isDebugEnabled()) {
                LOG.debug("broadcast {}: {} from {}{}", sequence, message, from == null ? "the host" : from,
                        hasWaited ? ", which waited for room" : "");
            }
            JfrEvents.broadcast(hub, message, sequence, from);
        } catch (Throwable noMemory) {
            untraced();
        }
    }

    /** Does nothing: there is no memory to log or record an event, which was counted. */
    private static void untraced() {
        // It was counted.
    }

    void ignored(Message message, Peer from) {
        try {
            ignored.increment();
            if (traced) {
                LOG.debug("{} of {} ignored", message, from);
            }
        } catch (Throwable noMemory) {
            untraced();
        }
    }

    /** Counts a peer that is being registered. Needs no memory, and calls nothing foreign. */
    void joined() {
        registrations.incrementAndGet();
    }

    void registered(Peer peer) {
        if (traced) {
            try {
                LOG.debug("{} registered: {}", peer, peer.attributes());
                PeerEvents.registered(hub, peer);
            } catch (Throwable noMemory) {
                untraced();
            }
        }
    }

    /** Notes where a peer starts that did not simply ask for the messages from now on. */
    void begins(Peer peer, ReplayStart start, Position after) {
        try {
            if (start.replays()) {
                replays.increment();
            }
            if (start.recovered()) {
                resumes.increment();
            }
            if (start.gap() != null) {
                gaps.count(start.gap());
            }
            if (traced) {
                LOG.debug("{} begins after {}: recovered {}, gap {}", peer, after, start.recovered(), start.gap());
                PeerEvents.replay(hub, peer, after, start);
            }
        } catch (Throwable noMemory) {
            untraced();
        }
    }

    /** Notes that a peer has gone; see {@link PeerEvents#gone}. */
    void gone(Peer peer, CloseReason reason, boolean byHub, long registeredFor, PeerCursor.Account account) {
        if (traced) {
            try {
                LOG.debug("{} unregistered: {}", peer, reason);
                PeerEvents.gone(hub, peer, reason, byHub, registeredFor, account);
            } catch (Throwable noMemory) {
                untraced();
            }
        }
    }

    void refused(RefusalCause cause) {
        refusals.count(cause);
    }

    void overflowed(Peer peer, long lost) {
        overflows.incrementAndGet();
        missed.addAndGet(lost);
        try {
            if (peer.isRegistered()) {
                gaps.count(GapReason.OVERFLOW);
            }
            if (traced) {
                LOG.debug("{} fell off the log's tail and missed {}", peer, lost);
                PeerEvents.overflow(hub, peer, lost, peer.isRegistered());
            }
        } catch (Throwable noMemory) {
            untraced();
        }
    }

    /** Notes that a peer has come to a gap in the positions of the log. */
    void passed(Peer peer, GapReason reason) {
        gaps.count(reason);
        if (traced) {
            LOG.debug("{} has come to a gap: {}", peer, reason);
        }
    }

    /** Notes that the backplane is away, or is back. */
    void away(boolean now) {
        if (now) {
            outage = BackplaneEvents.away();
        } else if (outage != null) {
            BackplaneEvents.back(outage, hub);
            outage = null;
        }
    }

    /** Notes that the next record of the shared log does not follow the last one. */
    void broken(Position last, Position before) {
        if (traced) {
            LOG.info("The shared log of hub {} goes on after {}, and not after {}", hub, before, last);
            BackplaneEvents.broken(hub, last, before);
        }
    }

    /** Notes that the number of nodes, or of their peers, has changed. */
    void counted(int nodes, long peers) {
        if (traced) {
            BackplaneEvents.counted(hub, nodes, peers);
        }
    }

    void failed(Peer peer, Throwable cause) {
        failures.incrementAndGet();
        if (traced) {
            try {
                LOG.debug("The transport of {} failed", peer, cause);
            } catch (Throwable noMemory) {
                untraced();
            }
        }
    }

    void closes(int peers, Duration limit) {
        try {
            drain.begin();
            drain.hub = hub;
            drain.peers = peers;
            drain.limit = limit.toMillis();
        } catch (Throwable noMemory) {
            untraced();
        }
    }

    void aborts() {
        late = true;
    }

    void closed() {
        if (traced) {
            JfrEvents.drained(drain, !late);
        }
    }

    HubFigures.Counts counts() {
        return new HubFigures.Counts(registrations.get(), missed.get(), overflows.get(), failures.get(), ignored.sum(),
                saturation.total(), refusals.sums(), replays.sum(), resumes.sum(), gaps.sums());
    }
}
