package io.techops.broadcast.redis;

import static io.techops.broadcast.redis.RecordFormat.bytes;

import io.techops.broadcast.spi.PeerCensus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A node reports its own count and receives those of the others with one script, see census.lua, at most once in a
 * period. Reported and received counts are valid for three periods. A call that fails is repeated after a fifth of a
 * period.
 */
/** The numbers of peers of all nodes that have a log open. Safe for use by any number of threads. */
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
     * @param key the key of the hash with the counts
     * @param node the id of this node, which is unique
     */
    NodeCounts(String key, String node) {
        this.keys = new byte[][] {bytes(key)};
        this.node = bytes(node);
    }

    /**
     * Runs the script if it is due. {@return the numbers of the other nodes; null if they are unknown}
     *
     * @param at the link to the server; null if the log is closed @param here the number of peers of this node @param
     *     period in nanoseconds
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
        due = now + period * PERIODS; // in case neither an answer nor a failure comes
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

    /** Reports that this node has closed the log, if the server can be reached. */
    void close(@Nullable ServerLink at) {
        synchronized (this) {
            closed = true;
        }
        if (at != null && at.isUp()) {
            at.run(Script.CENSUS, keys, node, new byte[0], bytes(0));
        }
    }
}
