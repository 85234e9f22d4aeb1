package io.techops.broadcast;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/**
 * The policy of {@link MessagePolicy#maxRate}: a token bucket a peer, gone with its peer. Safe for use by any number of
 * threads.
 */
final class MaxRate implements MessagePolicy {

    private static final int MAX_PERMITS = 100_000;
    private static final Duration MAX_PER = Duration.ofDays(1);

    private final int permits;
    private final Duration per;
    private final Decision excess;
    private final LongSupplier nanoTime;

    /**
     * What one permit costs, and what a full bucket holds. A nanosecond adds as much as there are permits, so that
     * nothing is rounded.
     */
    private final long cost;
    private final long full;

    /** Guarded by its monitor, and so are the buckets. None refers to its peer. */
    private final Map<Peer, Bucket> buckets = new WeakHashMap<>();

    private static final class Bucket {
        private long content;
        private long at;

        Bucket(long content, long at) {
            this.content = content;
            this.at = at;
        }
    }

    MaxRate(int permits, Duration per, Decision excess) {
        this(permits, per, excess, System::nanoTime);
    }

    private MaxRate(int permits, Duration per, Decision excess, LongSupplier nanoTime) {
        if (permits < 1 || permits > MAX_PERMITS) {
            throw new IllegalArgumentException("permits must be from 1 to " + MAX_PERMITS + ": " + permits);
        }
        if (per.isZero() || per.isNegative() || per.compareTo(MAX_PER) > 0) {
            throw new IllegalArgumentException("per must be more than zero and at most 1 day: " + per);
        }
        if (Objects.requireNonNull(excess, "excess") instanceof Decision.Relay) {
            throw new IllegalArgumentException("excess must not be to relay: " + excess);
        }
        this.permits = permits;
        this.per = per;
        this.excess = excess;
        this.nanoTime = nanoTime;
        this.cost = per.toNanos();
        this.full = cost * permits;
    }

    @Override
    public MessagePolicy timedBy(HubTimer clock) {
        return new MaxRate(permits, per, excess, clock::nanoTime);
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public Decision decide(Peer from, Message message) {
        return take(from, nanoTime.getAsLong()) ? Decision.relay(message) : excess;
    }

    private boolean take(Peer from, long now) {
        synchronized (buckets) {
            Bucket bucket = buckets.computeIfAbsent(from, peer -> new Bucket(full, now));
            long passed = Math.min(Math.max(0, now - bucket.at), cost); // whatever is left in it, it is full after that
            bucket.content = Math.min(full - passed * permits, bucket.content) + passed * permits;
            bucket.at = now;
            if (bucket.content < cost) {
                return false;
            }
            bucket.content -= cost;
            return true;
        }
    }
}
