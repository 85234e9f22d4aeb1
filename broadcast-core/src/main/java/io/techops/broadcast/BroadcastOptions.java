package io.techops.broadcast;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a message is broadcast: to whom, and to whom not.
 *
 * <pre>{@code
 * hub.broadcast(Message.text("lunch"), BroadcastOptions.to(peer -> peer.attributes().get(HUNGRY) != null));
 * hub.broadcast(Message.text("goal"), BroadcastOptions.to(fans));     // a PeerGroup
 * hub.broadcast(Message.text("typing"), BroadcastOptions.except(author));
 * hub.broadcast(Message.text("dinner"), BroadcastOptions.to(fans).without(author));
 * }</pre>
 *
 * <p>A message that is addressed to some peers costs what its receivers cost, and keeps its place: each of them gets it
 * after all that was broadcast or sent to it before, and before all that comes after. It has no
 * position, and listeners are not told of it. Receivers that are no longer registered are
 * left out.
 *
 * <p>A message for everyone but some is a broadcast like any other: it has a position, listeners are told of it, and
 * the peers that are excluded are not given it; for them that is no loss.
 *
 * <p>Options may be added in a later version. Immutable.
 */
public final class BroadcastOptions {

    /** The most peers that can be excluded. */
    public static final int MAX_EXCLUDED = 16;

    /** The most characters of a key. */
    public static final int MAX_KEY_LENGTH = 256;

    /** The longest time to live: 365 days. */
    public static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(365);

    private static final BroadcastOptions EVERYONE = new BroadcastOptions(new Everyone(), Set.of(), null, null);

    /** Whom a message is for. */
    private interface Receivers {
        Iterable<? extends Peer> among(Collection<? extends Peer> peers);
    }

    private record Everyone() implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return peers;
        }

        @Override
        public String toString() {
            return "everyone";
        }
    }

    private record Matching(Predicate<? super Peer> filter) implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return peers.stream().filter(filter).toList();
        }

        @Override
        public String toString() {
            return "those that match";
        }
    }

    private record Listed(Set<? extends Peer> receivers) implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return receivers;
        }

        @Override
        public String toString() {
            return receivers.toString();
        }
    }

    private record Grouped(PeerGroup group) implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return group.members();
        }

        @Override
        public String toString() {
            return group.toString();
        }
    }

    private final Receivers receivers;
    private final Set<Peer> excluded;
    private final @Nullable String key;
    private final @Nullable Duration timeToLive;

    private BroadcastOptions(Receivers receivers, Set<Peer> excluded, @Nullable String key,
            @Nullable Duration timeToLive) {
        this.receivers = receivers;
        this.excluded = excluded;
        this.key = key;
        this.timeToLive = timeToLive;
    }

    private BroadcastOptions(Receivers receivers) {
        this(receivers, Set.of(), null, null);
    }

    /** {@return the options of {@link BroadcastHub#broadcast(Message)}: a message for everyone} */
    public static BroadcastOptions everyone() {
        return EVERYONE;
    }

    /**
     * {@return options for a message to the peers that match} Every peer of the hub is looked at, each time, by the
     * thread that broadcasts: a {@link PeerGroup} is cheaper where the hub has many more peers than those.
     *
     * @param receivers says whether a peer is to get the message; what it throws, the broadcast throws
     */
    public static BroadcastOptions to(Predicate<? super Peer> receivers) {
        return new BroadcastOptions(new Matching(Objects.requireNonNull(receivers, "receivers")));
    }

    /**
     * {@return options for a message to some peers} A broadcast throws {@link IllegalArgumentException} if one of them
     * is registered with another hub.
     *
     * @param receivers who is to get the message; each of them gets it once, however often it is named
     */
    public static BroadcastOptions to(Peer... receivers) {
        return to(List.of(Objects.requireNonNull(receivers, "receivers")));
    }

    /**
     * {@return options for a message to some peers, as {@link #to(Peer...)} says}
     *
     * @param receivers who is to get the message; copied
     */
    public static BroadcastOptions to(Collection<? extends Peer> receivers) {
        Objects.requireNonNull(receivers, "receivers");
        Set<Peer> copy = new LinkedHashSet<>();
        for (Peer receiver : receivers) {
            copy.add(Objects.requireNonNull(receiver, "a receiver"));
        }
        return new BroadcastOptions(new Listed(copy));
    }

    /**
     * {@return options for a message to those who are in a group when it is broadcast} Of those only the peers of the
     * hub that broadcasts get it.
     *
     * @param receivers the group
     */
    public static BroadcastOptions to(PeerGroup receivers) {
        return new BroadcastOptions(new Grouped(Objects.requireNonNull(receivers, "receivers")));
    }

    /**
     * {@return options for a message to everyone but some peers, as {@link #without} says}
     *
     * @param peers who is not to get the message
     * @throws IllegalArgumentException if they are more than {@value #MAX_EXCLUDED}
     */
    public static BroadcastOptions except(Peer... peers) {
        return EVERYONE.without(peers);
    }

    /**
     * {@return these options with some peers excluded, beside those that are excluded already} A peer that is no longer
     * registered, or is a peer of another hub, may be named. To exclude many peers, say with {@link #to(Predicate)} who
     * is to get the message.
     *
     * @param peers who is not to get the message, even if it is a receiver
     * @throws IllegalArgumentException if more than {@value #MAX_EXCLUDED} peers are excluded in all
     */
    public BroadcastOptions without(Peer... peers) {
        Set<Peer> all = new LinkedHashSet<>(excluded);
        for (Peer peer : Objects.requireNonNull(peers, "peers")) {
            all.add(Objects.requireNonNull(peer, "a peer"));
        }
        if (all.size() > MAX_EXCLUDED) {
            throw new IllegalArgumentException("at most " + MAX_EXCLUDED + " peers can be excluded: " + all.size());
        }
        return new BroadcastOptions(receivers, Collections.unmodifiableSet(all), key, timeToLive);
    }

    /**
     * {@return these options with a key} The newest message of a key outlives the tail of the log, within the bounds of
     * the {@link Retention}, for peers that begin with {@link Replay#latest}; and in a hub that {@linkplain
     * BroadcastHub.Builder#conflate conflates} it replaces the older ones of its key for every peer that has not got
     * them yet, also for those that it is not for: they get neither. A message that is addressed to some peers keeps
     * its key, which has no such effect. Peers that know positions are told the key.
     *
     * <pre>{@code
     * hub.broadcast(quote, BroadcastOptions.everyone().key("EURUSD").timeToLive(Duration.ofSeconds(30)));
     * }</pre>
     *
     * @param key what the message is about: 1 to {@value #MAX_KEY_LENGTH} characters, no control characters, no
     *     unpaired surrogates
     * @throws IllegalArgumentException if it is not so
     */
    public BroadcastOptions key(String key) {
        return new BroadcastOptions(receivers, excluded, checkedKey(key), timeToLive);
    }

    static String checkedKey(String key) {
        Objects.requireNonNull(key, "key");
        if (key.isEmpty() || key.length() > MAX_KEY_LENGTH || !key.codePoints().allMatch(c ->
                !Character.isISOControl(c) && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE))) {
            throw new IllegalArgumentException("key must be 1 to " + MAX_KEY_LENGTH
                    + " characters, none of them a control character or an unpaired surrogate: " + key);
        }
        return key;
    }

    /**
     * {@return these options with a time to live} After that time the message is not delivered to those that have not
     * got it yet, not replayed, and not the newest message of its key any more; the one before it does not come back.
     * That is no loss: nothing is counted as missed. What a transport has taken before is not called back.
     *
     * @param timeToLive how long, more than zero and at most 365 days
     * @throws IllegalArgumentException if it is not so
     */
    public BroadcastOptions timeToLive(Duration timeToLive) {
        return new BroadcastOptions(receivers, excluded, key, checkedTimeToLive(timeToLive));
    }

    static Duration checkedTimeToLive(Duration time) {
        Objects.requireNonNull(time, "timeToLive");
        if (time.isNegative() || time.isZero() || time.compareTo(MAX_TIME_TO_LIVE) > 0) {
            throw new IllegalArgumentException(
                    "timeToLive must be more than zero and at most " + MAX_TIME_TO_LIVE + ": " + time);
        }
        return time;
    }

    /** {@return what the message is about; null if it has no key} */
    public @Nullable String key() {
        return key;
    }

    /** {@return after what time the message is no longer delivered; null if at any time} */
    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    /** {@return who does not get the message; unmodifiable} */
    public Set<Peer> excluded() {
        return excluded;
    }

    /** {@return whether the message is for every peer of the hub that is not excluded} */
    public boolean isForEveryone() {
        return receivers instanceof Everyone;
    }

    /** {@return whether the message is for a group, some of whose members may be peers of other hubs} */
    public boolean isForGroup() {
        return receivers instanceof Grouped;
    }

    /**
     * {@return the receivers among the peers of a hub, and perhaps some that are not of it, each of them once}
     *
     * @param peers the peers of the hub
     */
    public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
        return receivers.among(peers);
    }

    @Override
    public String toString() {
        return "to " + receivers + (excluded.isEmpty() ? "" : " without " + excluded)
                + (key == null ? "" : ", key " + key) + (timeToLive == null ? "" : ", for " + timeToLive);
    }
}
