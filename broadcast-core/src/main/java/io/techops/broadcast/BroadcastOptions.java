package io.techops.broadcast;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How a message is broadcast: to whom.
 *
 * <pre>{@code
 * hub.broadcast(Message.text("lunch"), BroadcastOptions.to(peer -> peer.attributes().get(HUNGRY) != null));
 * hub.broadcast(Message.text("goal"), BroadcastOptions.to(fans));     // a PeerGroup
 * }</pre>
 *
 * <p>A message that is addressed to some peers costs what its receivers cost, and keeps its place: each of them gets it
 * after all that was broadcast or sent to it before, and before all that comes after. It has no
 * sequence, and listeners are not told of it. Receivers that are no longer registered are
 * left out.
 *
 * <p>Options may be added in a later version. Immutable.
 */
public final class BroadcastOptions {

    private static final BroadcastOptions EVERYONE = new BroadcastOptions(new Everyone());

    /** Whom a message is for. */
    private interface Receivers {
        Iterable<? extends Peer> among(Collection<? extends Peer> peers);
    }

    private record Everyone() implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return peers;
        }
    }

    private record Matching(Predicate<? super Peer> filter) implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return peers.stream().filter(filter).toList();
        }
    }

    private record Listed(Set<? extends Peer> receivers) implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return receivers;
        }
    }

    private record Grouped(PeerGroup group) implements Receivers {
        @Override
        public Iterable<? extends Peer> among(Collection<? extends Peer> peers) {
            return group.members();
        }
    }

    private final Receivers receivers;

    private BroadcastOptions(Receivers receivers) {
        this.receivers = receivers;
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

    /** {@return whether the message is for every peer of the hub} */
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
        return "to " + receivers;
    }
}
