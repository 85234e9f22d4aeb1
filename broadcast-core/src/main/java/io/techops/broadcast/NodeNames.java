package io.techops.broadcast;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which names are present on which nodes, this one included. Guarded by the lock of the {@link SharedPresence}, except
 * {@link #names} and {@link #has}, which any thread may call.
 */
final class NodeNames {

    /** The names of another node, and when it was last heard. */
    private static final class Node {
        private final Set<String> names = new HashSet<>();
        private long heardAt;
    }

    private final Presence.Listener listener;
    private final Queue<Runnable> events;
    /** The number of nodes on which a name is present; written under the lock, read by any thread. */
    private final Map<String, Integer> nodesOf = new ConcurrentHashMap<>();
    private final Map<String, Node> others = new HashMap<>();

    /**
     * @param listener is told of a name that arrives at the first node, and of one that departs from the last
     * @param events receives the calls of the listener, which are made later, without the lock
     */
    NodeNames(Presence.Listener listener, Queue<Runnable> events) {
        this.listener = Objects.requireNonNull(listener, "listener");
        this.events = events;
    }

    /** {@return the names on any node; a copy} */
    Set<String> names() {
        return Set.copyOf(nodesOf.keySet());
    }

    boolean has(String name) {
        return nodesOf.containsKey(Objects.requireNonNull(name, "name"));
    }

    /** A name has arrived at this node. */
    void arrived(String name) {
        count(name, 1);
    }

    /** A name has departed from this node. */
    void departed(String name) {
        count(name, -1);
    }

    /** A message of another node has arrived. Must be called before the methods that handle the message. */
    void heard(String node, long now) {
        others.computeIfAbsent(node, id -> new Node()).heardAt = now;
    }

    /** Names have arrived at a node that was heard. */
    void arrived(String node, Collection<String> names) {
        Node other = others.get(node);
        names.forEach(name -> arrived(other, name));
    }

    /** Names have departed from a node that was heard. */
    void departed(String node, Collection<String> names) {
        Node other = others.get(node);
        names.forEach(name -> departed(other, name));
    }

    /** A node that was heard has these names, and no others. */
    void replace(String node, Collection<String> names) {
        Node other = others.get(node);
        Set<String> gone = new HashSet<>(other.names);
        names.forEach(gone::remove);
        names.forEach(name -> arrived(other, name));
        gone.forEach(name -> departed(other, name));
    }

    /** A node that was heard has ended. */
    void end(String node) {
        replace(node, Set.of());
        others.remove(node);
    }

    /** Forgets the nodes that were last heard before {@code oldest}. */
    void forget(long oldest) {
        for (var each = others.values().iterator(); each.hasNext();) {
            Node node = each.next();
            if (node.heardAt < oldest) {
                each.remove();
                Set.copyOf(node.names).forEach(name -> departed(node, name));
            }
        }
    }

    private void arrived(Node node, String name) {
        if (node.names.add(name)) {
            count(name, 1);
        }
    }

    private void departed(Node node, String name) {
        if (node.names.remove(name)) {
            count(name, -1);
        }
    }

    private void count(String name, int more) {
        int nodes = nodesOf.getOrDefault(name, 0) + more;
        if (nodes == 0) {
            nodesOf.remove(name);
            events.add(() -> listener.departed(name));
        } else {
            nodesOf.put(name, nodes);
            if (nodes == 1 && more > 0) {
                events.add(() -> listener.arrived(name));
            }
        }
    }

    @Override
    public String toString() {
        return nodesOf.size() + " names on " + (others.size() + 1) + " nodes";
    }
}
