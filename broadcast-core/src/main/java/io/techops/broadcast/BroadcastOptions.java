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
 * How a message is broadcast: to which peers, with which key, and for how long.
 *
 * <pre>{@code
 * hub.broadcast(Message.text("lunch"), BroadcastOptions.to(peer -> peer.attributes().get(HUNGRY) != null));
 * hub.broadcast(Message.text("goal"), BroadcastOptions.to(fans));     // a PeerGroup
 * hub.broadcast(Message.text("typing"), BroadcastOptions.except(author));
 * hub.broadcast(Message.text("dinner"), BroadcastOptions.to(fans).without(author));
 * }</pre>
 *
 * <p>A message that is addressed to some peers costs only as much as its receivers, and keeps its place in the order:
 * each receiver gets it after everything that was broadcast or sent to that receiver before, and before everything that
 * follows. The message has no position, and listeners are not told of it. Receivers that are no longer registered are
 * left out.
 *
 * <p>A message for everyone but some peers is a broadcast like any other: it has a position, and listeners are told of
 * it. The excluded peers do not receive it, which does not count as a loss.
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

    /** The peers that a message is for. */
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
     * {@return options for a message to the peers that match} The broadcasting thread tests every peer of the hub at
     * each broadcast: a {@link PeerGroup} is cheaper if the hub has many more peers than match.
     *
     * @param receivers tests whether a peer receives the message; the broadcast throws what it throws
     */
    public static BroadcastOptions to(Predicate<? super Peer> receivers) {
        return new BroadcastOptions(new Matching(Objects.requireNonNull(receivers, "receivers")));
    }

    /**
     * {@return options for a message to some peers} A broadcast throws {@link IllegalArgumentException} if one of them
     * is registered with another hub.
     *
     * @param receivers the peers that receive the message; each receives it once, even if it is named several times
     */
    public static BroadcastOptions to(Peer... receivers) {
        return to(List.of(Objects.requireNonNull(receivers, "receivers")));
    }

    /**
     * {@return options for a message to some peers, as {@link #to(Peer...)} says}
     *
     * @param receivers the peers that receive the message; copied
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
     * {@return options for a message to the peers that are in a group when it is broadcast} Members that are peers of
     * other hubs do not receive it.
     *
     * @param receivers the group
     */
    public static BroadcastOptions to(PeerGroup receivers) {
        return new BroadcastOptions(new Grouped(Objects.requireNonNull(receivers, "receivers")));
    }

    /**
     * {@return options for a message to everyone but some peers, as {@link #without} says}
     *
     * @param peers the peers that are not to get the message
     * @throws IllegalArgumentException if they are more than {@value #MAX_EXCLUDED}
     */
    public static BroadcastOptions except(Peer... peers) {
        return EVERYONE.without(peers);
    }

    /**
     * {@return these options with some peers excluded, in addition to those that are excluded already} A peer that is
     * no longer registered, or is a peer of another hub, may be named. To exclude many peers, use {@link
     * #to(Predicate)}.
     *
     * @param peers the peers that do not receive the message, even if they are among the receivers
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
     * {@return these options with a key} The newest message of a key is kept after the log has evicted it, within the
     * bounds of the {@link Retention}, for peers that begin with {@link Replay#latest}. In a hub that {@linkplain
     * BroadcastHub.Builder#conflate conflates}, it also replaces the older messages of its key for every peer that has
     * not received them yet; a peer that is excluded from the newest message receives neither. The key of a message
     * that is addressed to some peers has none of these effects. Peers that are told positions are also told the key.
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
     * {@return these options with a time to live} After that time the message is neither delivered to peers that have
     * not received it, nor replayed, nor the newest message of its key; the message before it does not become the
     * newest again. An expired message does not count as missed. A transport that has taken the message before that
     * time still sends it.
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

    /** {@return the time after which the message is no longer delivered; null if there is none} */
    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    /** {@return the peers that do not receive the message; unmodifiable} */
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
     * {@return the receivers among the peers of a hub, each once; peers of other hubs may be among them}
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
