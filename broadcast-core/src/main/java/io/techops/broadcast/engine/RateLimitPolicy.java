package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The policy of {@link MessagePolicy#maxRate}: a token bucket a peer, which is kept by the peer and measures time with
 * the clock of the peer's hub. Safe for use by any number of threads; those who ask about different peers do not meet.
 */
public final class RateLimitPolicy implements MessagePolicy {

    private static final int MAX_PERMITS = 100_000;
    private static final Duration MAX_PER = Duration.ofDays(1);

    private final int permits;
    private final Decision excess;

    /**
     * What one permit costs, and what a full bucket holds. A nanosecond adds as much as there are permits, so that
     * nothing is rounded.
     */
    private final long cost;
    private final long full;

    /** The buckets of peers that are not a hub's, such as a test has them. Guarded by its monitor. */
    private final Map<Peer, Bucket> others = new WeakHashMap<>();

    /** What a peer may still send. Does not refer to the peer. Guarded by its monitor. */
    static final class Bucket {
        private final RateLimitPolicy of;
        /** The bucket of another policy, for the same peer. */
        private final @Nullable Bucket next;
        private long content;
        private long at;

        private Bucket(RateLimitPolicy of, @Nullable Bucket next, long now) {
            this.of = of;
            this.next = next;
            this.content = of.full;
            this.at = now;
        }

        /** {@return whether there was a permit, which has been taken} */
        private synchronized boolean take(long now) {
            // Whatever is left in it, it is full after this time.
            long passed = Math.min(Math.max(0, now - at), of.cost);
            content = Math.min(of.full - passed * of.permits, content) + passed * of.permits;
            at = now - at > 0 ? now : at;
            if (content < of.cost) {
                return false;
            }
            content -= of.cost;
            return true;
        }
    }

    /** Keeps the buckets of a peer, one for each policy that has asked about it. */
    static final class Buckets {
        private volatile @Nullable Bucket first;

        private Bucket of(RateLimitPolicy policy, long now) {
            Bucket found = find(policy);
            return found != null ? found : add(policy, now);
        }

        private @Nullable Bucket find(RateLimitPolicy policy) {
            Bucket bucket = first;
            while (bucket != null && bucket.of != policy) {
                bucket = bucket.next;
            }
            return bucket;
        }

        private synchronized Bucket add(RateLimitPolicy policy, long now) {
            Bucket found = find(policy);
            if (found == null) {
                found = new Bucket(policy, first, now);
                first = found;
            }
            return found;
        }
    }

    public RateLimitPolicy(int permits, Duration per, Decision excess) {
        if (permits < 1 || permits > MAX_PERMITS) {
            throw new IllegalArgumentException("permits must be from 1 to " + MAX_PERMITS + ": " + permits);
        }
        Objects.requireNonNull(per, "per");
        if (per.isZero() || per.isNegative() || per.compareTo(MAX_PER) > 0) {
            throw new IllegalArgumentException("per must be more than zero and at most 1 day: " + per);
        }
        if (Objects.requireNonNull(excess, "excess") instanceof Decision.Relay) {
            throw new IllegalArgumentException("excess must not be to relay: " + excess);
        }
        this.permits = permits;
        this.excess = excess;
        this.cost = per.toNanos();
        this.full = cost * permits;
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public Decision decide(Peer from, Message message) {
        Objects.requireNonNull(message, "message");
        return take(Objects.requireNonNull(from, "from")) ? Decision.relay(message) : excess;
    }

    private boolean take(Peer from) {
        if (from instanceof HubPeer peer) {
            long now = peer.nanoTime();
            return peer.buckets().of(this, now).take(now);
        }
        long now = System.nanoTime();
        Bucket bucket;
        synchronized (others) {
            bucket = others.computeIfAbsent(from, peer -> new Bucket(this, null, now));
        }
        return bucket.take(now);
    }
}
