package io.techops.broadcast;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A hub calls its listener one event at a time, so the two maps are changed by one thread at a time; they are
 * concurrent for the threads that read them. The name of a peer is kept from its registration, so that the peer departs
 * under the same name.
 */

/**
 * The users that are present, by name: a user with several connections counts once, arrives with the first and departs
 * with the last. A presence is a listener of one hub.
 *
 * <pre>{@code
 * Presence presence = new Presence(peer -> peer.attributes().get(USER), new Presence.Listener() {
 *     @Override
 *     public void arrived(String name) {
 *         System.out.println(name + " is here");
 *     }
 * });
 * BroadcastHub hub = BroadcastHub.builder().listener(presence).build();
 * presence.names();                                  // [anna, bob]
 * }</pre>
 *
 * <p>It covers the peers of its own node only; {@link SharedPresence} covers all nodes that share a backplane.
 *
 * <p>{@link #names} and {@link #isHere} may be called by any number of threads and do not block. They lag behind the
 * hub as much as its listener does: see {@link HubListener}.
 */
public final class Presence implements HubListener {

    /** Receives arrivals and departures, as a {@link HubListener} does: one event at a time, with no lock held. */
    public interface Listener {

        /**
         * The first connection of a name was registered; {@link Presence#isHere} already returns true. Does nothing by
         * default.
         *
         * @param name the name
         */
        default void arrived(String name) {
        }

        /**
         * The last connection of a name has ended; {@link Presence#isHere} already returns false. Does nothing by
         * default.
         *
         * @param name the name
         */
        default void departed(String name) {
        }
    }

    private final Function<Peer, @Nullable String> naming;
    private final Listener listener;
    private final Map<Peer, String> peers = new ConcurrentHashMap<>();
    private final Map<String, Integer> connections = new ConcurrentHashMap<>();

    /**
     * Makes a presence without any names.
     *
     * @param naming returns the name of a peer, or {@code null} if the peer does not count; called once, when the peer
     *     is registered. If it throws, the hub logs the exception, and the peer does not count
     * @param listener receives arrivals and departures; the hub logs what it throws
     */
    public Presence(Function<Peer, @Nullable String> naming, Listener listener) {
        this.naming = Objects.requireNonNull(naming, "naming");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** {@return the names that are present on this node; a copy} */
    public Set<String> names() {
        return Set.copyOf(connections.keySet());
    }

    /**
     * {@return whether a name has at least one connection to this node}
     *
     * @param name the name
     */
    public boolean isHere(String name) {
        return connections.containsKey(Objects.requireNonNull(name, "name"));
    }

    @Override
    public void registered(Peer peer) {
        String name = naming.apply(peer);
        if (name == null) {
            return;
        }
        peers.put(peer, name);
        if (connections.merge(name, 1, Integer::sum) == 1) {
            listener.arrived(name);
        }
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        String name = peers.remove(peer);
        if (name != null && connections.computeIfPresent(name, (key, n) -> n == 1 ? null : n - 1) == null) {
            listener.departed(name);
        }
    }

    @Override
    public String toString() {
        return connections.size() + " names here";
    }
}
