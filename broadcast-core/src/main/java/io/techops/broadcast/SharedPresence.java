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
 * The nodes communicate through a separate hub, which has the backplane and no peers. Their messages, in lines, the
 * names percent-encoded:
 *
 *   ?<node>               the node starts: every node that gets this sends all its names
 *   =<node> <name> …      all names of the node; sent every PERIOD, after a "?", and after a message could not be sent
 *   +<node> <name>        a name has arrived there
 *   -<node> <name>        a name has departed there
 *   x<node>               the node ends
 *
 * A node ignores all messages until its own "?" has come back: they are from before its start. A node that has sent
 * nothing for FORGOTTEN is forgotten. So the effect of a lost message ends with the next "=", or after FORGOTTEN.
 */

/**
 * The users that are present, by name, on all nodes that share a backplane; {@link Presence} says what counts as a
 * name. On each node, a shared presence is a listener of one hub.
 *
 * <pre>{@code
 * SharedPresence presence = SharedPresence.over(
 *         BroadcastHub.builder().name("chat/presence").backplane(backplane),   // the same name on all nodes
 *         peer -> peer.attributes().get(USER), listener);
 * BroadcastHub hub = BroadcastHub.builder().name("chat").backplane(backplane).listener(presence).build();
 * presence.names();                                  // [anna, bob], wherever they are connected
 * }</pre>
 *
 * <p>A node tells the others of a name that arrives or departs at once, and of all its names every 5 seconds. The names
 * of a node from which nothing has come for 15 seconds depart: if the node died, or if the backplane is away. A node
 * that starts asks the others for their names, and has them a moment later. A name that moves from one node to another
 * may depart in between.
 *
 * <p>Each node tells the others at most {@value #MAX_NAMES} names of at most {@value #MAX_NAME_LENGTH} characters each;
 * other names are present on their own node alone. With n nodes the backplane carries n messages in 5 seconds, each
 * with all names of a node, and one message for each name that arrives or departs.
 *
 * <p>{@link #names} and {@link #isHere} may be called by any number of threads and do not block. {@link #close} it
 * after the hub.
 */
public final class SharedPresence implements HubListener, AutoCloseable {

    /** The most names of a node that are told to the other nodes: {@value}. */
    public static final int MAX_NAMES = 1_000;

    /** The most characters of a name that is told to the other nodes: {@value}. */
    public static final int MAX_NAME_LENGTH = 256;

    private static final SafeLog LOG = SafeLog.of(SharedPresence.class);
    /** In calls of {@link #look}, which come once a second. */
    private static final int PERIOD = 5;
    private static final int FORGOTTEN = 15;

    private final String me = UUID.randomUUID().toString();
    private final Presence here;
    /** The hub by which the nodes exchange messages; written once, before the first message. */
    private volatile BroadcastHub between;
    private final LogRateLimiter failures = new LogRateLimiter();

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final ArrayDeque<Runnable> events = new ArrayDeque<>();
    private final NodeNames nodes;
    /** The names of this node that the others have been told; the rest are in {@link #untold}. */
    private final Set<String> told = new LinkedHashSet<>();
    private final Set<String> untold = new LinkedHashSet<>();
    private boolean isTelling;
    private boolean isHeard;
    private boolean closed;
    /** The number of calls of {@link #look}: a clock that stands still while the process does. */
    private long looks;
    private long sayAt;
    private long askAt;

    /** Held while a message is sent, so that none is sent after the last one. */
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
     * Makes a presence that shares its names with the other nodes.
     *
     * @param between makes the hub by which the nodes exchange messages; it needs the backplane, and a name of its own
     *     that is the same on all nodes. This method sets its message listener and builds it; {@link #close} closes the
     *     hub
     * @param naming as {@link Presence#Presence} takes it
     * @param listener as {@link Presence#Presence} takes it; what it throws is logged
     * @return the presence, for {@link BroadcastHub.Builder#listener}
     * @throws IllegalStateException if {@code between} has no backplane, or another setting without effect
     */
    public static SharedPresence over(BroadcastHub.Builder between, Function<Peer, @Nullable String> naming,
            Presence.Listener listener) {
        SharedPresence presence = new SharedPresence(between, naming, listener);
        between.build(presence::looksOnceASecond);
        return presence;
    }

    /** {@return the names that are present on any node; a copy} */
    public Set<String> names() {
        return nodes.names();
    }

    /**
     * {@return whether a name has at least one connection to any node}
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

    /** Tells the other nodes that the names of this node have departed, and closes the hub between the nodes. */
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
            askAt = looks + PERIOD; // in case it is lost
            events.add(() -> say("?" + me, () -> askAt = looks));
        }
        if (looks >= sayAt) {
            sayAll();
        }
        nodes.forget(looks - FORGOTTEN);
    }

    // What this node sends.

    /** @param refused called under the lock if the backplane does not take the message now */
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
            return false; // nothing is sent any more
        }
    }

    /** Called under the lock, as the methods below. */
    private void sayAll() {
        if (closed) {
            return; // the other nodes would take it as present again
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
        events.add(() -> say(what + me + '\n' + encoded(name), () -> sayAt = looks)); // refused: all names later
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    // What this node receives.

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
     * Makes a change under the lock. The messages to the other nodes and the calls of the listener that it queues are
     * then made in order, without the lock: by this thread, or by another one that is already making such calls.
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
