package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.tyrus.http.HttpRejection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of peers, in total and from one address. A permit is acquired before a handshake is answered, and
 * released when its connection has ended, for whatever reason. Safe for use by any number of threads.
 */
public final class ConnectionLimits {

    /** No bound. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** The {@code Retry-After} of a refusal: a guess. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final int max;
    private final int maxPerAddress;

    /** Both are guarded by this. */
    private final Map<Object, Held> heldOf = new HashMap<>();
    private int count;

    /**
     * How many permits are held from one address: counting needs no memory, so that no permit is lost for want of it.
     */
    private static final class Held {
        private int count;
    }

    public ConnectionLimits(int max, int maxPerAddress) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
    }

    /** What one peer holds of the limits. */
    public final class Permit implements Runnable {

        private final Object origin;
        private boolean held;

        private Permit(Object origin) {
            this.origin = origin;
        }

        /** Acquires the permit. {@return null; or why it cannot be acquired} */
        @Nullable HttpRejection acquire() {
            synchronized (ConnectionLimits.this) {
                if (count >= max) {
                    return HttpRejection.busy(RefusalCause.PEERS, "There are as many peers as there may be (maxPeers).",
                            RETRY_AFTER);
                }
                Held same = maxPerAddress == UNLIMITED ? null : heldOf.computeIfAbsent(origin, key -> new Held());
                if (same != null && same.count >= maxPerAddress) {
                    return HttpRejection.of(RefusalCause.PEERS_PER_ADDRESS, 429,
                            "There are as many peers from this address as there may be (maxPeersPerAddress).")
                            .retryAfter(RETRY_AFTER);
                }
                if (same != null) {
                    same.count++;
                }
                count++;
                held = true;
                return null;
            }
        }

        /** {@linkplain #release Releases} the permit. */
        @Override
        public void run() {
            release();
        }

        /** Releases the permit, the first time it is called. */
        public void release() {
            synchronized (ConnectionLimits.this) {
                if (held) {
                    held = false;
                    count--;
                    Held same = heldOf.get(origin);
                    if (same != null && --same.count == 0) {
                        heldOf.remove(origin);
                    }
                }
            }
        }
    }

    /**
     * {@return a permit, not acquired yet, for a peer at {@code address}} IPv6 addresses with the same first half count
     * as one: a provider gives that half to a customer (RFC 6177), who chooses the rest freely.
     */
    Permit permitFor(InetAddress address) {
        boolean whole = !(address instanceof Inet6Address) || address.isLinkLocalAddress();
        return new Permit(whole ? address : ByteBuffer.wrap(address.getAddress()).getLong());
    }

    /** {@return how many permits are held} */
    synchronized int held() {
        return count;
    }
}
