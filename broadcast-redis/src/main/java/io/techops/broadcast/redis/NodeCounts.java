package io.techops.broadcast.redis;

import static io.techops.broadcast.redis.RecordFormat.bytes;

import io.techops.broadcast.spi.PeerCensus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A node tells its own count and hears those of the others with one script, see census.lua, at most as often as
 * "period" says. What is told counts for three periods; so does what was heard. A failure is tried again after a fifth
 * of a period.
 */
/** How many peers the nodes have that have a log open. Safe for use by any number of threads. */
final class NodeCounts {

    static final Duration PERIOD = Duration.ofSeconds(5);
    private static final int PERIODS = 3;
    private static final int TRIES = 5;

    private final byte[][] keys;
    private final byte[] node;

    /** All of these are guarded by this object's monitor. */
    private long due = System.nanoTime();
    private long answeredAsOf;
    private long forgotten;
    private int nodes;
    private long peers;
    private boolean closed;

    /**
     * @param key of the counts
     * @param node unique
     */
    NodeCounts(String key, String node) {
        this.keys = new byte[][] {bytes(key)};
        this.node = bytes(node);
    }

    /**
     * Asks if it is time for that, and {@return what is known}
     *
     * @param period in nanoseconds
     */
    @Nullable PeerCensus told(@Nullable ServerLink at, int here, long period) {
        long now = System.nanoTime();
        if (at != null && at.isUp() && begins(now, period)) {
            at.run(Script.CENSUS, keys, node, bytes(here), bytes(period * PERIODS / 1_000_000))
                    .whenComplete((answer, thrown) -> answered(answer, now, period));
        }
        synchronized (this) {
            return forgotten == 0 || now - forgotten > 0 ? null
                    : new PeerCensus(nodes, peers, Duration.ofNanos(Math.max(0, now - answeredAsOf)));
        }
    }

    private synchronized boolean begins(long now, long period) {
        if (closed || now - due < 0) {
            return false;
        }
        due = now + period * PERIODS; // in case that no answer comes, not even a failure
        return true;
    }

    private synchronized void answered(@Nullable List<Object> answer, long asked, long period) {
        due = asked + (answer == null ? period / TRIES : period);
        if (answer != null) {
            nodes = Integer.parseInt(RecordFormat.text(answer.get(0)));
            peers = Long.parseLong(RecordFormat.text(answer.get(1)));
            answeredAsOf = asked;
            forgotten = asked + period * PERIODS;
        }
    }

    /** Tells that this node has gone, if that is possible now. */
    void close(@Nullable ServerLink at) {
        synchronized (this) {
            closed = true;
        }
        if (at != null && at.isUp()) {
            at.run(Script.CENSUS, keys, node, new byte[0], bytes(0));
        }
    }
}
