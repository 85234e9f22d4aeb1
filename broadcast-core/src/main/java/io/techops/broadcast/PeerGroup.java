package io.techops.broadcast;

import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A set of peers to which messages can be broadcast: a room, a team, the subscribers of a channel. A peer may be in any
 * number of groups; it is removed from them when its registration ends.
 *
 * <pre>{@code
 * PeerGroup fans = new PeerGroup();
 * fans.add(peer);
 * hub.broadcast(Message.text("goal"), BroadcastOptions.to(fans));
 * }</pre>
 *
 * <p>Adding, removing and looking up a peer take constant time, and do not wait. Safe for use by any number of threads:
 * a concurrent broadcast may or may not reach a peer that is being added or removed.
 */
public final class PeerGroup {

    private final Set<Peer> members = ConcurrentHashMap.newKeySet();
    /** How a peer whose registration has ended leaves the group, without a reference to it. */
    private final Consumer<Peer> removal = this::remove;

    private final Runnable emptied;

    /** Makes a group without members. */
    public PeerGroup() {
        this(() -> { });
    }

    /**
     * @param emptied called whenever the last peer has left; called again if it throws for want of memory
     */
    PeerGroup(Runnable emptied) {
        this.emptied = emptied;
    }

    /**
     * Adds a peer.
     *
     * @param peer the peer
     * @return whether it is new in the group, and still registered
     */
    public boolean add(Peer peer) {
        Objects.requireNonNull(peer, "peer");
        synchronized (peer) { // so that the group and the peer agree
            if (!peer.joined(removal)) { // first: if there is no memory for more, it leaves a group that it is not in
                members.remove(peer);
                return false;
            }
            return members.add(peer);
        }
    }

    /**
     * Removes a peer.
     *
     * @param peer the peer
     * @return whether it was in the group
     */
    public boolean remove(Peer peer) {
        Objects.requireNonNull(peer, "peer");
        synchronized (peer) {
            boolean removed = members.remove(peer);
            if (members.isEmpty()) {
                emptied.run();
            }
            peer.left(removal);
            return removed;
        }
    }

    /**
     * {@return whether a peer is in the group}
     *
     * @param peer the peer
     */
    public boolean contains(Peer peer) {
        return members.contains(Objects.requireNonNull(peer, "peer"));
    }

    /**
     * {@return whether there is no member, exactly} The size of a concurrent set alone would not do: it is a sum of
     * counters that are read one after the other, and may be 0 for a moment while peers join and leave, although one
     * peer is a member all the time.
     */
    boolean isEmpty() {
        return members.isEmpty() && !members.iterator().hasNext();
    }

    /** {@return how many peers are in the group} */
    public int size() {
        return members.size();
    }

    /**
     * {@return the members; an unmodifiable view, which shows peers that join and leave, even during an iteration}
     */
    public Set<Peer> members() {
        return Collections.unmodifiableSet(members);
    }

    @Override
    public String toString() {
        return "a group of " + size();
    }
}
