package io.techops.broadcast.redis;

import io.techops.broadcast.Position;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.SharedPage;
import org.jspecify.annotations.Nullable;

/*
 * Several threads may say at the same time that a log has another link, or none any more, and the last words of a
 * connection that is lost may come when the next one is there already. So
 *
 *   - the link is asked for under the lock: who was told less than others does not have the last word;
 *   - who has begun or ended to follow a link looks again whether that is still right;
 *   - what counts is over which connection the log was subscribed to, and that it is the one of now.
 */
/** Which link a log has, and what is pushed over it. Safe for use by any number of threads. */
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
    /** Over which connection everything is pushed; of no use any more once that is not the link's of now. */
    private @Nullable Session subscribed;
    private long checkedAt;
    private boolean closed;

    /** Knows which server has which log. */
    interface Owners {

        /** {@return who has a slot, as far as is known} */
        ServerLink of(int slot);

        /** {@return how long what is known of a log may be trusted} */
        long checkNanos();
    }

    /**
     * What a log knows, and whom it can ask.
     *
     * @param at the link; null if the log is closed
     * @param over the connection over which everything is pushed; null if there is none
     * @param page what was pushed, if all of it was; otherwise null
     */
    record Look(@Nullable ServerLink at, @Nullable Session over, @Nullable SharedPage page) {
    }

    /**
     * Makes one that has no link yet.
     *
     * @param changed called whenever there may be something new; never throws
     * @param broken bounds what is logged of pushes that are not ours
     */
    Subscription(Owners owners, int slot, String channel, Runnable changed, LogRateLimiter broken) {
        this.owners = owners;
        this.slot = slot;
        this.channel = channel;
        this.changed = changed;
        this.broken = broken;
    }

    /** {@return the link; null if there is none, or none any more} */
    @Nullable ServerLink link() {
        synchronized (lock) {
            return link;
        }
    }

    /** Takes the link that has the slot now. */
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

    /** Has no link any more. */
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

    /** With the lock held. */
    private void move(@Nullable ServerLink to) {
        link = to;
        subscribed = null;
        pushed.clear();
    }

    /** Follows a link if it is the log's, and leaves it if not. */
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

    /** {@return whether everything is pushed now} With the lock held. */
    private boolean isSubscribed() {
        return link != null && subscribed != null && link.isCurrent(subscribed);
    }

    /**
     * {@return what follows a position, if everything was pushed, and that there is nothing, if this was read from the
     * server a moment ago; otherwise whom to ask}
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
     * The log was read from the server.
     *
     * @param over the connection of the look that came before
     * @param last the last position that was read
     * @param head the last sequence of the log
     * @param asked when, by {@link System#nanoTime}
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
        } catch (Throwable noMemory) { // it is read from the stream
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
