package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;

/*
 * A token bucket whose content is counted in nanoseconds times permits, so that nothing is rounded: one permit costs as
 * many units as the period has nanoseconds, and each nanosecond adds as many units as there are permits.
 */

/**
 * The token buckets of a {@link MessagePolicy#maxRate}, one for each peer. A bucket is an attribute of its peer, under
 * a key of this limit's own: two limits never share a bucket, and nothing is kept about a peer that has gone. Time is
 * that of the clock of the peer's hub. Safe for use by any number of threads.
 */
final class RateLimit {

    private static final int MAX_PERMITS = 100_000;
    private static final Duration MAX_PER = Duration.ofDays(1);

    private final AttributeKey<Bucket> key = AttributeKey.of("maxRate", Bucket.class);
    private final int permits;
    /** The cost of one permit, and the content of a full bucket. */
    private final long cost;
    private final long full;

    /** What a peer may still send. Refers to neither the peer nor the limit. Guarded by its monitor. */
    private static final class Bucket {
        private long content;
        private long at;

        private Bucket(long content, long at) {
            this.content = content;
            this.at = at;
        }

        @Override
        public String toString() {
            return "a token bucket";
        }
    }

    RateLimit(int permits, Duration per) {
        if (permits < 1 || permits > MAX_PERMITS) {
            throw new IllegalArgumentException("permits must be from 1 to " + MAX_PERMITS + ": " + permits);
        }
        Objects.requireNonNull(per, "per");
        if (per.isZero() || per.isNegative() || per.compareTo(MAX_PER) > 0) {
            throw new IllegalArgumentException("per must be more than zero and at most 1 day: " + per);
        }
        this.permits = permits;
        this.cost = per.toNanos();
        this.full = cost * permits;
    }

    /** Takes a permit of a peer. {@return whether there was one} */
    boolean take(PolicyContext context) {
        long now = context.nanoTime();
        Attributes attributes = context.peer().attributes();
        Bucket bucket = attributes.get(key);
        if (bucket == null) { // no supplier is made for every message
            bucket = attributes.computeIfAbsent(key, () -> new Bucket(full, now));
        }
        synchronized (bucket) {
            // Whatever is left in it, it is full after this time.
            long passed = Math.min(Math.max(0, now - bucket.at), cost);
            bucket.content = Math.min(full - passed * permits, bucket.content) + passed * permits;
            bucket.at = now - bucket.at > 0 ? now : bucket.at;
            if (bucket.content < cost) {
                return false;
            }
            bucket.content -= cost;
            return true;
        }
    }
}
