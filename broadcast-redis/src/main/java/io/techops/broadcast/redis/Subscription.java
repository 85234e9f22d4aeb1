package io.techops.broadcast.redis;

import io.techops.broadcast.Position;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.SharedPage;
import org.jspecify.annotations.Nullable;

/*
 * Several threads may report at the same time that a log has another link, or none, and the last calls for a connection
 * that was lost may come when there is a new one already. So
 *
 *   - the link is looked up under the lock, so that a thread with older information cannot overwrite a newer link;
 *   - a thread that has started or stopped following a link checks again afterwards whether that is still right;
 *   - pushes count only if they come over the connection of the subscription, and that is the current one.
 */

/** The link of a log, and the records that are pushed over it. Safe for use by any number of threads. */
final class Subscription implements Session.Follower {

    private static final SafeLog LOG = SafeLog.of(Subscription.class);

    private final Owners owners;
    private final int slot;
    private final String channel;
    private final Runnable changed;
    private final LogRateLimiter broken;

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final PushedRecords pushed = new PushedRecords();
    private @Nullable ServerLink link;
    /** The connection over which everything is pushed; valid only while it is the current one of the link. */
    private @Nullable Session subscribed;
    private long checkedAt;
    private boolean closed;

    /** Finds the link of a slot. */
    interface Owners {

        /** {@return the link of the server that has a slot, as far as it is known} */
        ServerLink of(int slot);

        /**
         * {@return for how long after a read from the server a log counts as unchanged if nothing is pushed, in
         * nanoseconds}
         */
        long checkNanos();
    }

    /**
     * What is known without asking the server.
     *
     * @param at the link; null if the log is closed
     * @param over the connection over which everything is pushed; null if there is none
     * @param page the records that were pushed, if that is all there is; otherwise null
     */
    record Look(@Nullable ServerLink at, @Nullable Session over, @Nullable SharedPage page) {
    }

    /**
     * Makes a subscription without a link.
     *
     * @param changed called whenever there may be new records; never throws
     * @param broken limits the warnings about pushes that this library has not written
     */
    Subscription(Owners owners, int slot, String channel, Runnable changed, LogRateLimiter broken) {
        this.owners = owners;
        this.slot = slot;
        this.channel = channel;
        this.changed = changed;
        this.broken = broken;
    }

    /** {@return the link; null if there is none yet, or the log is closed} */
    @Nullable ServerLink link() {
        synchronized (lock) {
            return link;
        }
    }

    /** Changes to the link that has the slot now. */
    void settle() {
        ServerLink before;
        ServerLink at;
        synchronized (lock) {
            before = link;
            at = owners.of(slot);
            if (closed || before == at) {
                return;
            }
            move(at);
        }
        if (before != null) {
            follow(before);
        }
        follow(at);
        if (before != null) {
            changed.run();
        }
    }

    /** Leaves the link, for good. */
    void close() {
        ServerLink last;
        synchronized (lock) {
            last = link;
            closed = true;
            move(null);
        }
        if (last != null) {
            follow(last);
        }
    }

    /** Called with the lock held. */
    private void move(@Nullable ServerLink to) {
        link = to;
        subscribed = null;
        pushed.clear();
    }

    /** Follows a link if it is that of the log, and leaves it if not. */
    private void follow(ServerLink one) {
        boolean follows;
        do {
            follows = link() == one;
            if (follows) {
                one.follow(this);
            } else {
                one.unfollow(this);
            }
        } while ((link() == one) != follows);
    }

    /** {@return whether everything is pushed now} Called with the lock held. */
    private boolean isSubscribed() {
        return link != null && subscribed != null && link.isCurrent(subscribed);
    }

    /**
     * {@return the records after a position if all of them were pushed, or an empty page if there are none and the
     * server was read recently; otherwise only the link to ask}
     *
     * @param after null for the newest messages, which have to be read
     * @param most bytes
     * @param now by {@link System#nanoTime}
     */
    Look look(@Nullable Position after, int messages, long most, long now) {
        synchronized (lock) {
            if (!isSubscribed()) {
                return new Look(link, null, null);
            }
            SharedPage page = after == null ? null : pushed.after(after, messages, most, link.time());
            boolean isKnown = page != null && (!page.records().isEmpty() || now - checkedAt < owners.checkNanos());
            return new Look(link, subscribed, isKnown ? page : null);
        }
    }

    /**
     * Called when the log was read from the server.
     *
     * @param over the connection of the {@link Look} before the read
     * @param last the last position that was read
     * @param head the last sequence of the log
     * @param asked when the read started, by {@link System#nanoTime}
     */
    void read(@Nullable Session over, Position last, long head, long asked) {
        synchronized (lock) {
            if (over != null && over == subscribed) {
                pushed.read(last, head);
                checkedAt = asked;
            }
        }
    }

    @Override
    public String channel() {
        return channel;
    }

    @Override
    public void subscribed(Session over) {
        synchronized (lock) {
            if (link == null || !link.isCurrent(over)) {
                return;
            }
            subscribed = over;
            pushed.clear();
        }
        changed.run();
    }

    @Override
    public void pushed(Session over, byte[] push) {
        synchronized (lock) {
            if (over == subscribed) {
                take(push);
            }
        }
        changed.run();
    }

    private void take(byte[] push) {
        try {
            pushed.pushed(RecordFormat.push(push));
        } catch (IllegalArgumentException foreign) {
            LOG.warn(broken, "Not a push of this library: {}", channel + ": " + foreign.getMessage());
        } catch (Throwable noMemory) { // the record is read from the stream
            pushed.clear();
        }
    }

    @Override
    public void disconnected() {
        synchronized (lock) {
            if (!isSubscribed()) {
                subscribed = null;
                pushed.clear();
            }
        }
        changed.run();
    }
}
