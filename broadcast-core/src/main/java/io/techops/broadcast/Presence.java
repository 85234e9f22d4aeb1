package io.techops.broadcast;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A hub tells its listener one event at a time, so the two maps change on one thread at a time; they are concurrent for
 * those who read. The name of a peer is kept from its registration, so that it leaves under the name it came with.
 */

/**
 * Who is here, by name: a user with several connections counts once, arrives with the first and departs with the last.
 * It is a listener of one hub.
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
 * <p>It knows the peers of its own node only. {@link SharedPresence} knows those of all nodes that share a backplane.
 *
 * <p>{@link #names} and {@link #isHere} may be called by any number of threads and do not block. They are as late as
 * the hub's listener is: see {@link HubListener}.
 */
public final class Presence implements HubListener {

    /** Is told who arrives and departs, as a {@link HubListener} is: one event at a time, with no lock held. */
    public interface Listener {

        /**
         * The first connection of a name was registered; {@link Presence#isHere} knows it. Does nothing by default.
         *
         * @param name the name
         */
        default void arrived(String name) {
        }

        /**
         * The last connection of a name has gone; {@link Presence#isHere} knows it. Does nothing by default.
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
     * Makes a presence where there is no one yet.
     *
     * @param naming the name of a peer, asked once when it is registered; {@code null} for one that does not count.
     *     What it throws is logged by the hub, and the peer does not count
     * @param listener is told who arrives and departs; what it throws is logged by the hub
     */
    public Presence(Function<Peer, @Nullable String> naming, Listener listener) {
        this.naming = Objects.requireNonNull(naming, "naming");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** {@return the names of all who are here, on this node; a copy} */
    public Set<String> names() {
        return Set.copyOf(connections.keySet());
    }

    /**
     * {@return whether at least one connection of a name is here, on this node}
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
