package io.techops.broadcast;

import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * The nodes talk to each other through a hub of their own, which has the backplane and no peers. What they say, in
 * lines, the names percent-encoded:
 *
 *   ?<node>               it begins: whoever hears that says all that it has
 *   =<node> <name> …      all names of the node; said every PERIOD, after a "?", and after something could not be said
 *   +<node> <name>        a name has arrived there
 *   -<node> <name>        a name has departed there
 *   x<node>               it ends
 *
 * What was said before its own "?" came back is of the past, and not heard. A node that says nothing for FORGOTTEN is
 * forgotten. So whatever is lost, on whatever way, is right again with the next "=", or with the end of FORGOTTEN.
 */

/**
 * Who is here, by name, on all nodes that share a backplane: {@link Presence} says what a name is. It is a listener of
 * one hub on each node.
 *
 * <pre>{@code
 * SharedPresence presence = SharedPresence.over(
 *         BroadcastHub.builder().name("chat/presence").backplane(backplane),   // the same name on all nodes
 *         peer -> peer.attributes().get(USER), listener);
 * BroadcastHub hub = BroadcastHub.builder().name("chat").backplane(backplane).listener(presence).build();
 * presence.names();                                  // [anna, bob], wherever they are connected
 * }</pre>
 *
 * <p>A name that arrives or departs is told to the other nodes at once. Each node says every 5 seconds which names it
 * has, and the names of one that has said nothing for 15 seconds depart: those of a node that died, and, on a node that
 * the backplane is away from, those of all others. A node that begins asks the others, and knows all names a moment
 * after that. A name that moves from one node to another may depart in between.
 *
 * <p>Of each node {@value #MAX_NAMES} names are known to the others, with at most {@value #MAX_NAME_LENGTH} characters
 * each; the rest are known on their own node alone. With n nodes the backplane has n messages in 5 seconds, of the size
 * of all names of a node, and one for each name that arrives or departs.
 *
 * <p>{@link #names} and {@link #isHere} may be called by any number of threads and do not block. {@link #close} it
 * after the hub.
 */
public final class SharedPresence implements HubListener, AutoCloseable {

    /** How many names of a node the others know at most: {@value}. */
    public static final int MAX_NAMES = 1_000;

    /** How many characters a name may have that others know: {@value}. */
    public static final int MAX_NAME_LENGTH = 256;

    private static final SafeLog LOG = SafeLog.of(SharedPresence.class);
    /** In looks, of which there is one a second. */
    private static final int PERIOD = 5;
    private static final int FORGOTTEN = 15;

    private final String me = UUID.randomUUID().toString();
    private final Presence here;
    /** By which the nodes talk; written once, before anything is said. */
    private volatile BroadcastHub between;
    private final LogRateLimiter failures = new LogRateLimiter();

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final ArrayDeque<Runnable> events = new ArrayDeque<>();
    private final NodeNames nodes;
    /** Those of this node that the others know. */
    private final Set<String> told = new LinkedHashSet<>();
    private final Set<String> untold = new LinkedHashSet<>();
    private boolean isTelling;
    private boolean isHeard;
    private boolean closed;
    /** How often it has looked: the time, which stands still while the process does. */
    private long looks;
    private long sayAt;
    private long askAt;

    /** Held while something is said, so that nothing is said after the end. */
    private final Object speech = new Object();
    /** Guarded by it. */
    private boolean ended;

    private SharedPresence(BroadcastHub.Builder between, Function<Peer, @Nullable String> naming,
            Presence.Listener listener) {
        this.nodes = new NodeNames(listener, events);
        this.here = new Presence(naming, new Presence.Listener() {
            @Override
            public void arrived(String name) {
                changes(() -> arrivedHere(name));
            }

            @Override
            public void departed(String name) {
                changes(() -> departedHere(name));
            }
        });
        between.messageListener(new MessageListener() {
            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                changes(() -> hear(((Message.Text) message).text()));
            }
        });
    }

    private Runnable looksOnceASecond(BroadcastHub hub) {
        between = hub;
        return () -> changes(this::look);
    }

    /**
     * Makes a presence that tells the other nodes of its names.
     *
     * @param between makes the hub by which the nodes talk: with the backplane, and a name of its own that is the same
     *     on all nodes; its message listener is set by this, and it is closed with this
     * @param naming as {@link Presence#Presence} takes it
     * @param listener as {@link Presence#Presence} takes it; what it throws is logged
     * @return the presence, for {@link BroadcastHub.Builder#listener}
     */
    public static SharedPresence over(BroadcastHub.Builder between, Function<Peer, @Nullable String> naming,
            Presence.Listener listener) {
        SharedPresence presence = new SharedPresence(between, naming, listener);
        between.build(presence::looksOnceASecond);
        return presence;
    }

    /** {@return the names of all who are here, on whatever node; a copy} */
    public Set<String> names() {
        return nodes.names();
    }

    /**
     * {@return whether at least one connection of a name is here, on whatever node}
     *
     * @param name the name
     */
    public boolean isHere(String name) {
        return nodes.has(name);
    }

    @Override
    public void registered(Peer peer) {
        here.registered(peer);
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        here.unregistered(peer, reason);
    }

    /** Tells the other nodes that the names of this one have gone, and closes the hub between them. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        synchronized (speech) {
            ended = true;
            isTaken("x" + me);
        }
        between.close();
    }

    // Once a second.

    private void look() {
        looks++;
        if (!isHeard && looks >= askAt) {
            askAt = looks + PERIOD; // in case that it is lost
            events.add(() -> say("?" + me, () -> askAt = looks));
        }
        if (looks >= sayAt) {
            sayAll();
        }
        nodes.forget(looks - FORGOTTEN);
    }

    // What is said.

    /** @param refused called under the lock if the backplane does not take it now */
    private void say(String text, Runnable refused) {
        boolean taken;
        synchronized (speech) {
            taken = ended || isTaken(text);
        }
        if (!taken) {
            synchronized (lock) {
                refused.run();
            }
        }
    }

    private boolean isTaken(String text) {
        try {
            return between.tryBroadcast(text);
        } catch (IllegalStateException closing) {
            return false; // nothing is said any more
        }
    }

    /** Under the lock, as all that follows. */
    private void sayAll() {
        if (closed) {
            return; // it would be back for the others
        }
        for (var each = untold.iterator(); each.hasNext() && told.size() < MAX_NAMES;) {
            told.add(each.next());
            each.remove();
        }
        StringBuilder all = new StringBuilder("=").append(me);
        told.forEach(name -> all.append('\n').append(encoded(name)));
        sayAt = looks + PERIOD;
        events.add(() -> say(all.toString(), () -> sayAt = looks));
    }

    private void arrivedHere(String name) {
        nodes.arrived(name);
        if (name.length() > MAX_NAME_LENGTH) {
            return;
        }
        if (told.size() >= MAX_NAMES) {
            untold.add(name);
            return;
        }
        told.add(name);
        saySoon("+", name);
    }

    private void departedHere(String name) {
        nodes.departed(name);
        untold.remove(name);
        if (told.remove(name)) {
            saySoon("-", name);
        }
    }

    private void saySoon(String what, String name) {
        events.add(() -> say(what + me + '\n' + encoded(name), () -> sayAt = looks)); // all, when that is possible
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    // What is heard.

    private void hear(String text) {
        String[] lines = text.split("\n", -1);
        String by = lines[0].substring(1);
        if (by.equals(me)) {
            isHeard |= lines[0].charAt(0) == '?';
            return;
        }
        if (!isHeard) {
            return;
        }
        if (lines[0].charAt(0) == '?') {
            sayAll();
            return;
        }
        nodes.heard(by, looks);
        List<String> names = List.of(lines).subList(1, lines.length).stream()
                .map(name -> URLDecoder.decode(name, StandardCharsets.UTF_8)).toList();
        switch (lines[0].charAt(0)) {
            case '+' -> nodes.arrived(by, names);
            case '-' -> nodes.departed(by, names);
            case '=' -> nodes.replace(by, names);
            default -> nodes.end(by);
        }
    }

    /**
     * Makes a change under the lock; then says it to the other nodes, and tells the listener of it, without the lock,
     * in order, and on this thread, unless another one is at that.
     */
    private void changes(Runnable change) {
        synchronized (lock) {
            change.run();
            if (isTelling) {
                return;
            }
            isTelling = true;
        }
        while (true) {
            Runnable event;
            synchronized (lock) {
                event = events.poll();
                if (event == null) {
                    isTelling = false;
                    return;
                }
            }
            try {
                event.run();
            } catch (Throwable thrown) {
                LOG.warn(failures, "The listener of a presence threw: {}", thrown);
            }
        }
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return nodes.toString();
        }
    }
}
