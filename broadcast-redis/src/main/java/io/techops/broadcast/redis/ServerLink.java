package io.techops.broadcast.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * There is one connection at a time, for commands and pushes (RESP3), so that everything the server sends about a log
 * has one order. Lettuce's own reconnect is switched off, because it would repeat commands that were not answered. A
 * connection that is lost is given up with all commands in flight, and a new one is made 100 ms later, then after twice
 * as long each time, up to a second. A command that is not answered in time means that the connection is lost, too,
 * because a network that is cut reports nothing.
 *
 *     waiting --connect--> connecting --greeted, is a master--> up --lost--> waiting
 *
 * Each step may fail for want of memory. So the state is changed first, which needs none, and everything else is
 * derived from the state again at the next call of "look", which the timer makes once a second.
 */
/** The link to one server, which reconnects until it is closed. Safe for use by any number of threads. */
final class ServerLink implements Session.Owner {

    private static final SafeLog LOG = SafeLog.of(ServerLink.class);
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LAST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final RedisClient client;
    private final RedisURI uri;
    private final String name;
    private final Duration timeout;
    private final ScheduledExecutorService timer;
    private final Consumer<ServerLink> tried;
    private final LogRateLimiter refusals = new LogRateLimiter();
    private final LogRateLimiter outages = new LogRateLimiter();
    private final ReadQueue reads = new ReadQueue();

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private final Map<String, Set<Session.Follower>> followers = new HashMap<>();
    /** When the next attempt to connect starts, or the current one is given up. */
    private long due = System.nanoTime();
    private long pause = FIRST_PAUSE;
    private @Nullable Object attempt;

    private boolean closed;
    private @Nullable String told;
    private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);

    /** Written under the lock. */
    private volatile @Nullable Session session;

    /** Whether the followers have not been told yet that a connection was lost. */
    private volatile boolean isUntold;

    private volatile String trouble = "not connected yet";

    /**
     * @param tried called whenever a connection is ready, and whenever an attempt has failed or a connection was lost
     */
    ServerLink(RedisClient client, RedisURI uri, Duration timeout, ScheduledExecutorService timer,
            Consumer<ServerLink> tried) {
        this.client = client;
        this.uri = uri;
        this.name = uri.getSentinelMasterId() != null
                ? "Sentinel's master " + uri.getSentinelMasterId() : uri.getHost() + ":" + uri.getPort();
        this.timeout = timeout;
        this.timer = timer;
        this.tried = tried;
    }

    String name() {
        return name;
    }

    boolean isUp() {
        return session != null;
    }

    /** {@return why the link is not up, for people} */
    String trouble() {
        return trouble;
    }

    String away() {
        return "Redis at " + name + ": " + trouble;
    }

    /** Does what is due: starts an attempt to connect, or gives up a late one. Never throws. */
    void look() {
        try {
            tellLost();
            long now = System.nanoTime();
            Object late;
            synchronized (lock) {
                if (closed || session != null || now - due < 0) {
                    return;
                }
                late = attempt;
            }
            if (late == null) {
                connect();
            } else {
                failed(late, new IllegalStateException("no connection in time"));
            }
        } catch (Throwable noMemory) {
            // The timer calls this again.
        }
    }

    private void connect() {
        Object mine = new Object();
        synchronized (lock) {
            if (closed || session != null || attempt != null) {
                return;
            }
            attempt = mine;
            due = System.nanoTime() + timeout.multipliedBy(3).toNanos();
        }
        try {
            client.connectPubSubAsync(ByteArrayCodec.INSTANCE, uri).whenComplete((connection, thrown) -> {
                if (thrown != null) {
                    failed(mine, thrown);
                } else {
                    greet(mine, connection);
                }
            });
        } catch (Throwable thrown) {
            failed(mine, thrown);
        }
    }

    private void greet(Object mine, StatefulRedisPubSubConnection<byte[], byte[]> connection) {
        try {
            Session candidate = new Session(connection, this);
            candidate.greet().whenComplete((answer, thrown) -> greeted(mine, candidate, answer, thrown));
        } catch (Throwable noMemory) {
            connection.closeAsync();
            failed(mine, noMemory);
        }
    }

    private void greeted(Object mine, Session candidate, List<Object> answer, @Nullable Throwable thrown) {
        try {
            if (thrown != null) {
                throw thrown;
            }
            Greeting.checked(answer).warnings().forEach(warning -> LOG.warn("Redis at {}: {}", name, warning));
            candidate.isAt(Greeting.time(answer));
            up(mine, candidate);
        } catch (Throwable refused) {
            end(candidate);
            failed(mine, refused);
            lost(candidate, refused); // has no effect unless it was up already
        }
    }

    private void up(Object mine, Session next) {
        boolean again;
        List<String> channels;
        next.listen(); // first: followers may subscribe over it as soon as it is the session
        synchronized (lock) {
            if (closed || attempt != mine) {
                throw new IllegalStateException("it came too late");
            }
            channels = new ArrayList<>(followers.keySet());
            again = told != null;
            attempt = null;
            pause = FIRST_PAUSE;
            told = null;
            session = next;
        }
        if (next.isLost()) { // before it was the session: the loss was not reported
            throw new IllegalStateException("the connection was lost at once");
        }
        if (again) {
            LOG.info("Redis at {} is back", name);
        } else {
            LOG.debug("Connected to Redis at {}", name);
        }
        next.subscribe(channels);
        tried.accept(this);
    }

    private void failed(Object mine, Throwable thrown) {
        synchronized (lock) {
            if (attempt != mine) {
                return;
            }
            retries();
        }
        tellTrouble(thrown);
    }

    @Override
    public void lost(Session gone, Throwable thrown) {
        synchronized (lock) {
            if (session != gone) {
                return;
            }
            session = null;
            isUntold = true;
            retries();
        }
        try {
            end(gone);
            tellLost();
            tellTrouble(thrown);
        } catch (Throwable noMemory) {
            // The next call of "look" tells the followers, and connects.
        }
    }

    /** Sets when the next attempt starts. Called under the lock. */
    private void retries() {
        attempt = null;
        due = System.nanoTime() + pause;
        pause = Math.min(2 * pause, LAST_PAUSE);
    }

    private void tellTrouble(Throwable thrown) {
        String reason = Failures.explained(thrown);
        boolean isNew;
        long delay;
        synchronized (lock) {
            if (closed) {
                return;
            }
            delay = due - System.nanoTime();
            isNew = told == null || !told.equals(reason) && outages.first();
            if (isNew) {
                told = reason;
            }
        }
        trouble = reason;
        if (isNew) {
            LOG.warn("Redis at {} is away, and is tried again until it is back: {}", name, reason);
        }
        try {
            timer.schedule(this::look, Math.max(0, delay), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            // The link is closed.
        }
        tried.accept(this);
    }

    private void tellLost() {
        if (!isUntold) {
            return;
        }
        isUntold = false;
        try {
            List<Session.Follower> those;
            synchronized (lock) {
                those = followers.values().stream().flatMap(Set::stream).toList();
            }
            those.forEach(Session.Follower::disconnected);
        } catch (Throwable noMemory) {
            isUntold = true;
            throw noMemory;
        }
    }

    private void end(Session gone) {
        CompletableFuture<Void> ends = gone.end();
        synchronized (lock) {
            ended = ended.isDone() ? ends : CompletableFuture.allOf(ended, ends);
        }
    }

    /** Adds a follower of a channel. If it was added before, it is told again that it is subscribed. */
    void follow(Session.Follower follower) {
        Session now;
        synchronized (lock) {
            followers.computeIfAbsent(follower.channel(), channel -> new HashSet<>()).add(follower);
            now = session;
        }
        if (now != null) {
            now.subscribe(List.of(follower.channel())); // the answer tells the new follower, too
        }
    }

    void unfollow(Session.Follower follower) {
        Session last = null;
        synchronized (lock) {
            Set<Session.Follower> those = followers.get(follower.channel());
            if (those != null && those.remove(follower) && those.isEmpty()) {
                followers.remove(follower.channel());
                last = session;
            }
        }
        if (last != null) {
            last.unsubscribe(follower.channel());
        }
    }

    @Override
    public List<Session.Follower> followersOf(String channel) {
        synchronized (lock) {
            return List.copyOf(followers.getOrDefault(channel, Set.of()));
        }
    }

    @Override
    public boolean isCurrent(Session one) {
        return session == one;
    }

    @Override
    public void refused(Throwable thrown) {
        LOG.warn(refusals, "Redis refuses: {}", name + ": " + Failures.explained(thrown));
    }

    /**
     * Runs a script, whose answer is a list with the server's time in milliseconds as its third element. The future
     * fails with a {@link BackplaneException}.
     */
    CompletableFuture<List<Object>> run(Script script, byte[][] keys, byte[]... arguments) {
        Session now = session;
        if (now == null) {
            return CompletableFuture.failedFuture(new BackplaneException(Outcome.REFUSED, away(), null));
        }
        CompletableFuture<List<Object>> answered = new CompletableFuture<>();
        now.run(script, keys, arguments).whenComplete((answer, thrown) -> {
            if (thrown == null) {
                now.isAt(Long.parseLong(RecordFormat.text(answer.get(2))));
                answered.complete(answer);
                return;
            }
            Throwable cause = Failures.unwrapped(thrown);
            if (Failures.endsConnection(cause)) {
                lost(now, cause);
            } else {
                refused(cause);
            }
            answered.completeExceptionally(Failures.of(cause, name));
        });
        return answered;
    }

    /** {@return the reads of all logs from this server} */
    ReadQueue reads() {
        return reads;
    }

    /** {@return the answer of CLUSTER SLOTS: which server has which slots} */
    CompletableFuture<List<Object>> clusterSlots() {
        Session now = session;
        return now == null ? CompletableFuture.failedFuture(new IllegalStateException(trouble)) : now.clusterSlots();
    }

    /** {@return a lower bound of the server's time, in milliseconds; 0 if the link is not up} */
    long time() {
        Session now = session;
        return now == null ? 0 : now.time();
    }

    RedisURI uri() {
        return uri;
    }

    /** {@return a future that completes when all connections are closed; never exceptionally} */
    CompletableFuture<Void> close() {
        Session last;
        synchronized (lock) {
            closed = true;
            attempt = null;
            last = session;
            session = null;
            followers.clear();
        }
        trouble = "closed";
        if (last != null) {
            end(last);
        }
        synchronized (lock) {
            return ended;
        }
    }
}
