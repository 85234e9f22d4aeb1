package io.techops.broadcast.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Without a cluster there is one link, which serves all slots. In a cluster there is a link to every master. Which
 * slots a master serves is asked whenever a link comes up, whenever a server answers that a slot is elsewhere, and once
 * a second while a link is away. While a slot is being moved, calls for it are refused; then its logs begin a new epoch
 * on the new server, because that has another history.
 *
 * One answer is processed at a time. A server that was cut off from its cluster, or has lost its configuration, may
 * know fewer slots than the others, or none. So slots that an answer does not name keep their link, and a link is
 * closed only when other links have all of its slots.
 */
/** The links to the servers, and the slots that each of them serves. Safe for use by any number of threads. */
final class Servers implements Subscription.Owners {

    private static final SafeLog LOG = SafeLog.of(Servers.class);

    /** A log, which is on one of the servers. */
    interface Resident {

        /**
         * Called when the log may have moved to another server, which {@link #of} returns. Called by any number of
         * threads.
         */
        void settle();

        void close();
    }

    private final RedisClient client;
    private final Settings settings;
    private final ScheduledExecutorService timer;
    private final LogRateLimiter unknown = new LogRateLimiter();
    private final AtomicBoolean isAsking = new AtomicBoolean();
    private final CompletableFuture<Void> firstUp = new CompletableFuture<>();
    private final CompletableFuture<Void> firstTried = new CompletableFuture<>();

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final Map<String, ServerLink> links = new HashMap<>();
    private final Set<ServerLink> seeds = new HashSet<>();
    private final Set<Resident> logs = new HashSet<>();
    private final @Nullable ServerLink[] owners = new ServerLink[SlotHash.SLOT_COUNT];
    private boolean closed;

    private final ServerLink first;
    private volatile int open;
    private volatile String trouble = "not connected yet";

    Servers(RedisClient client, Settings settings, ScheduledExecutorService timer) {
        this.client = client;
        this.settings = settings;
        this.timer = timer;
        for (RedisURI uri : settings.uris()) {
            seeds.add(links.computeIfAbsent(key(uri), key -> link(uri)));
        }
        first = links.get(key(settings.uris().get(0)));
    }

    private static String key(RedisURI uri) {
        return uri.getHost() + ":" + uri.getPort();
    }

    private ServerLink link(RedisURI uri) {
        return new ServerLink(client, uri, settings.timeout(), timer, this::tried);
    }

    void start() {
        seeds.forEach(ServerLink::look);
        timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * Does what is due, and repeats what has failed for want of memory. Never throws: the timer would not call it
     * again.
     */
    private void look() {
        try {
            Set<ServerLink> all;
            synchronized (lock) {
                all = Set.copyOf(links.values());
            }
            all.forEach(ServerLink::look);
            if (settings.cluster()) {
                askIfAway();
            }
        } catch (Throwable thrown) {
            LOG.warn(unknown, "The servers could not be looked after", thrown);
        }
    }

    /** {@return a future that completes when a server can be used} */
    CompletableFuture<Void> firstUp() {
        return firstUp;
    }

    /** {@return why no server can be used, for people} */
    String trouble() {
        return "Redis at " + first.name() + ": " + (first.isUp() ? trouble : first.trouble());
    }

    /** {@return a future that completes when a server can be used, or the first attempt has failed} */
    CompletableFuture<Void> firstTried() {
        return firstTried;
    }

    private void tried(ServerLink link) {
        if (!link.isUp()) {
            firstTried.complete(null);
        } else if (settings.cluster()) {
            ask(link);
        } else {
            canBeUsed();
        }
    }

    private void canBeUsed() {
        firstUp.complete(null);
        firstTried.complete(null);
    }

    private void askIfAway() {
        boolean isAway;
        synchronized (lock) {
            isAway = !firstUp.isDone() || links.values().stream().anyMatch(link -> !link.isUp());
        }
        if (isAway) {
            ask();
        }
    }

    /** Called when a server has answered that a slot is elsewhere. */
    void moved() {
        if (settings.cluster()) {
            ask();
        }
    }

    private void ask() {
        List<ServerLink> up;
        synchronized (lock) {
            up = links.values().stream().filter(ServerLink::isUp).toList();
        }
        if (!up.isEmpty()) { // a random one: some may know less than others
            ask(up.get(ThreadLocalRandom.current().nextInt(up.size())));
        }
    }

    private void ask(ServerLink link) {
        if (isAsking.compareAndSet(false, true)) {
            try {
                link.clusterSlots().whenComplete((slots, thrown) -> answered(link, slots, thrown));
            } catch (Throwable noMemory) {
                isAsking.set(false);
                throw noMemory;
            }
        }
    }

    private void answered(ServerLink link, List<Object> slots, @Nullable Throwable thrown) {
        try {
            if (thrown == null) {
                assign(link.uri(), slots);
                canBeUsed();
            } else {
                trouble = Failures.explained(thrown);
                firstTried.complete(null);
                LOG.warn(unknown, "The servers of the cluster cannot be asked for: {}", trouble);
            }
        } finally {
            isAsking.set(false);
        }
    }

    /**
     * Assigns slots to links, as a server reports them.
     *
     * @param slots the answer of CLUSTER SLOTS
     */
    void assign(RedisURI asked, List<Object> slots) {
        Set<ServerLink> started = new HashSet<>();
        Set<Resident> all;
        synchronized (lock) {
            if (closed) {
                return;
            }
            for (Object range : slots) {
                List<?> parts = (List<?>) range;
                List<?> master = (List<?>) parts.get(2);
                String host = master.get(0) == null ? "" : RecordFormat.text(master.get(0));
                RedisURI uri = RedisURI.builder(asked).withHost(host.isEmpty() ? asked.getHost() : host)
                        .withPort(((Long) master.get(1)).intValue()).build();
                ServerLink link = links.computeIfAbsent(key(uri), key -> {
                    ServerLink made = link(uri);
                    started.add(made);
                    return made;
                });
                for (int slot = ((Long) parts.get(0)).intValue(); slot <= ((Long) parts.get(1)).intValue(); slot++) {
                    owners[slot] = link;
                }
            }
            all = Set.copyOf(logs);
        }
        started.forEach(ServerLink::look);
        all.forEach(Resident::settle);
        closeUnused();
    }

    /** Closes the links that have no slots left; their logs have moved. */
    private void closeUnused() {
        Set<ServerLink> gone;
        synchronized (lock) {
            gone = new HashSet<>(links.values());
            gone.removeAll(seeds);
            Stream.of(owners).forEach(gone::remove);
            links.values().removeAll(gone);
        }
        gone.forEach(ServerLink::close);
    }

    @Override
    public ServerLink of(int slot) {
        synchronized (lock) {
            ServerLink owner = owners[slot];
            return owner == null ? first : owner;
        }
    }

    void add(Resident log) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the backplane is closed");
            }
            logs.add(log);
            open = logs.size();
        }
        log.settle();
    }

    void remove(Resident log) {
        synchronized (lock) {
            logs.remove(log);
            open = logs.size();
        }
    }

    /** {@inheritDoc} It grows with the number of logs, up to a quarter of their expiry, which each read renews. */
    @Override
    public long checkNanos() {
        Duration inTurn = Duration.ofMillis(2L * open);
        Duration usual = inTurn.compareTo(settings.pollInterval()) > 0 ? inTurn : settings.pollInterval();
        Duration most = settings.expiry().dividedBy(4);
        return (usual.compareTo(most) > 0 ? most : usual).toNanos();
    }

    /** {@return how often a log reports its number of peers: all logs together at most a hundred times a second} */
    long censusNanos() {
        return Math.max(NodeCounts.PERIOD.toNanos(), open * TimeUnit.MILLISECONDS.toNanos(10));
    }

    /** {@return completed once all connections are closed; never exceptionally} */
    CompletableFuture<Void> close() {
        Set<ServerLink> all;
        Set<Resident> rest;
        synchronized (lock) {
            closed = true;
            all = Set.copyOf(links.values());
            rest = Set.copyOf(logs);
        }
        rest.forEach(Resident::close);
        CompletableFuture<Void> ended = CompletableFuture.allOf(
                all.stream().map(ServerLink::close).toArray(CompletableFuture<?>[]::new));
        firstUp.completeExceptionally(new IllegalStateException("the backplane is closed"));
        firstTried.complete(null);
        return ended;
    }
}
