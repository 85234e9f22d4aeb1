package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.PeerCensus;
import io.techops.broadcast.spi.SharedLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reports the number of this node's peers to the other nodes once a second, and receives theirs. For the task of the
 * backplane; any thread may read what is known.
 */
final class Census {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    private final SharedLog log;
    private final HubTimer timer;
    private final HubMetrics metrics;
    private final LogRateLimiter failures;
    private long due;

    /** Written by the task, read by anyone. */
    private volatile @Nullable Known known;

    /** What the other nodes reported, and when it was received. */
    private record Known(PeerCensus others, long heardAt) {
    }

    Census(SharedLog log, HubTimer timer, HubMetrics metrics) {
        this.log = log;
        this.timer = timer;
        this.metrics = metrics;
        this.failures = new LogRateLimiter(timer::nanoTime);
        this.due = timer.nanoTime();
    }

    /** Never throws. */
    void turn(long now, int peers) {
        if (now - due < 0) {
            return;
        }
        due = now + Follower.PAUSE;
        try {
            heard(log.census(peers), peers, now);
        } catch (Throwable thrown) {
            known = null;
            LOG.warn(failures, "The peers of all nodes are not counted: {}", thrown);
        }
        ForeignCode.returned();
    }

    private void heard(@Nullable PeerCensus others, int peers, long now) {
        Known before = known;
        known = others == null ? null : new Known(others, now);
        if (others != null && (before == null || others.nodes() != before.others().nodes()
                || others.peers() != before.others().peers())) {
            metrics.counted(others.nodes() + 1, others.peers() + peers);
        }
    }

    /** {@return what is known of the other nodes; null if nothing is} */
    @Nullable PeerCensus known() {
        Known last = known;
        if (last == null) {
            return null;
        }
        PeerCensus others = last.others();
        Duration since = Duration.ofNanos(Math.max(0, timer.nanoTime() - last.heardAt()));
        return new PeerCensus(others.nodes(), others.peers(), others.age().plus(since));
    }
}
