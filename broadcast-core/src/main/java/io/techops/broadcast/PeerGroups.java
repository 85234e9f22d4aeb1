package io.techops.broadcast;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/*
 * A group is in the map as long as it has members. Who joins finds a group or makes one, adds the peer, and then looks
 * whether the group is still the one in the map: if it was emptied and removed meanwhile, the peer leaves it and joins
 * again. It looks under the map's lock for the name: a removal that has found the group empty, and still holds this
 * lock, is waited for. The removal looks for members, and not at their number, which is not exact while others join and
 * leave. A peer that leaves holds its own monitor while it takes that lock; who joins holds neither while it takes the
 * other.
 */

/**
 * Groups of peers by name: the rooms of a chat, the tabs of one user. A group begins with its first member and ends
 * with its last one; a peer may be in any number of groups, and leaves them by itself when it goes.
 *
 * <pre>{@code
 * PeerGroups rooms = new PeerGroups();
 * rooms.join("kitchen", peer);
 * hub.broadcast(Message.text("coffee"), rooms.to("kitchen"));
 * rooms.sizes();                                     // {kitchen=1}
 * }</pre>
 *
 * <p>With the names of users as names, {@link #names} is who is here, on this node. A message costs what its receivers
 * cost, however many groups there are. No method waits for a peer or for the network. Safe for use by any number of
 * threads: a broadcast that is made meanwhile may or may not reach a peer that joins or leaves.
 */
public final class PeerGroups {

    private final ConcurrentHashMap<String, PeerGroup> groups = new ConcurrentHashMap<>();

    /** Makes groups, of which there is none yet. */
    public PeerGroups() {
    }

    /**
     * Adds a peer to a group.
     *
     * @param name the name of the group
     * @param peer the peer
     * @return whether it is new in the group, and still registered
     */
    public boolean join(String name, Peer peer) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(peer, "peer");
        while (true) {
            PeerGroup group = groups.computeIfAbsent(name, key -> new PeerGroup(() -> removeIfEmpty(key)));
            boolean joined = group.add(peer);
            if (!joined) {
                removeIfEmpty(name);
                return false;
            }
            if (groups.computeIfPresent(name, (key, current) -> current) == group) {
                return true;
            }
            if (!group.remove(peer)) {
                return false; // it has gone meanwhile
            }
        }
    }

    private void removeIfEmpty(String name) {
        groups.computeIfPresent(name, (key, group) -> group.isEmpty() ? null : group);
    }

    /**
     * Removes a peer from a group.
     *
     * @param name the name of the group
     * @param peer the peer
     * @return whether it was in the group
     */
    public boolean leave(String name, Peer peer) {
        Objects.requireNonNull(peer, "peer");
        PeerGroup group = groups.get(Objects.requireNonNull(name, "name"));
        return group != null && group.remove(peer);
    }

    /**
     * {@return options for a message to those who are in a group now} Make them for each message: a group that ends and
     * begins again is another one. Without such a group the message is for no one.
     *
     * @param name the name of the group
     */
    public BroadcastOptions to(String name) {
        PeerGroup group = groups.get(Objects.requireNonNull(name, "name"));
        return group == null ? BroadcastOptions.to() : BroadcastOptions.to(group);
    }

    /**
     * {@return the members of a group; empty without such a group; a copy}
     *
     * @param name the name of the group
     */
    public Set<Peer> members(String name) {
        PeerGroup group = groups.get(Objects.requireNonNull(name, "name"));
        return group == null ? Set.of() : Set.copyOf(group.members());
    }

    /** {@return the names of all groups that have members; a copy} */
    public Set<String> names() {
        return Set.copyOf(groups.keySet());
    }

    /** {@return how many members each group has, by name, in the order of the names; a copy} */
    public Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new TreeMap<>();
        groups.forEach((name, group) -> {
            int size = group.size();
            if (size > 0) { // one that begins or ends now
                sizes.put(name, size);
            }
        });
        return sizes;
    }

    @Override
    public String toString() {
        return groups.size() + " groups";
    }
}
