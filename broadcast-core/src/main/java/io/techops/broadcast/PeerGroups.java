package io.techops.broadcast;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/*
 * A group is in the map as long as it has members. A join finds or makes a group, adds the peer, and then checks that
 * the map still holds this group: if the group was emptied and removed meanwhile, the peer leaves it and joins again.
 * The check is made under the map's lock for the name, so that it waits for a removal that has found the group empty
 * and still holds this lock. The removal looks for a member, and not at the number of members, which is not exact while
 * others join and leave. A leave takes the map's lock while it holds the peer's monitor; a join never takes one of the
 * two while it holds the other.
 */

/**
 * Groups of peers by name: the rooms of a chat, the tabs of one user. A group exists as long as it has members. A peer
 * may be in any number of groups, and is removed from them when its registration ends.
 *
 * <pre>{@code
 * PeerGroups rooms = new PeerGroups();
 * rooms.join("kitchen", peer);
 * hub.broadcast(Message.text("coffee"), rooms.to("kitchen"));
 * rooms.sizes();                                     // {kitchen=1}
 * }</pre>
 *
 * <p>If the groups are named after users, {@link #names} are the users with a connection to this node. A message costs
 * only as much as its receivers, independent of the number of groups. No method waits for a peer or for the network.
 * Safe for use by any number of threads: a concurrent broadcast may or may not reach a peer that joins or leaves.
 */
public final class PeerGroups {

    private final ConcurrentHashMap<String, PeerGroup> groups = new ConcurrentHashMap<>();

    /** Makes an empty set of groups. */
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
     * {@return options for a message to the members of a group} Call this for each message, and do not keep the
     * options: a group that has lost its last member and is joined again is a new group. If there is no such group, the
     * message has no receivers.
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
