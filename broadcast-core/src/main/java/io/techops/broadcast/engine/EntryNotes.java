package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the log keeps of an entry beside its message: the peers that are not to get it, its key, and until when it is
 * delivered. Most entries have no notes. Guarded by the lock of the log.
 */
final class EntryNotes {

    /** The value of {@link #expiresAt} if the entry does not expire. */
    static final long NEVER = 0;

    static final ExcludedMessages[] EVERYONE = {};

    /** The records of the peers that are not to get the entry. */
    final ExcludedMessages[] excluded;
    final @Nullable String key;
    /** In the timer's nanoseconds. */
    final long expiresAt;
    final long appendedAt;
    /** The slot of the next entry with the same key; 0 if this is the newest. */
    long newer;

    EntryNotes(ExcludedMessages[] excluded, @Nullable String key, long expiresAt, long appendedAt) {
        this.excluded = excluded;
        this.key = key;
        this.expiresAt = expiresAt;
        this.appendedAt = appendedAt;
    }

    /** {@return the time at which a message expires, never {@link #NEVER}} */
    static long expiry(long now, Duration timeToLive) {
        long at = now + timeToLive.toNanos();
        return at == NEVER ? at + 1 : at;
    }

    /** {@return the time at which a message expires; {@link #NEVER} if it has no time to live} */
    static long expiry(HubTimer timer, @Nullable Duration timeToLive) {
        return timeToLive == null ? NEVER : expiry(timer.nanoTime(), timeToLive);
    }

    static boolean isOver(long expiresAt, long now) {
        return expiresAt != NEVER && expiresAt - now <= 0;
    }

    boolean isExpired(long now) {
        return isOver(expiresAt, now);
    }

    boolean excludes(@Nullable ExcludedMessages viewer) {
        if (viewer != null) {
            for (ExcludedMessages each : excluded) {
                if (each == viewer) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@return what an entry is charged, in bytes, as {@link Retention} counts} */
    static long chargeNoted(Message message, @Nullable EntryNotes its) {
        return charge(message, its == null ? null : its.key);
    }

    /** {@return what a message is charged, in bytes, as {@link Retention} counts} */
    static long charge(Message message, @Nullable String key) {
        return (long) message.size() + Retention.OVERHEAD_BYTES + (key == null ? 0 : key.length());
    }
}
