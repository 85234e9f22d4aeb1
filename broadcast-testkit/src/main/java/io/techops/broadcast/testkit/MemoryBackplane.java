package io.techops.broadcast.testkit;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.Backplane;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.PeerCensus;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A backplane in memory, for any number of hubs of one process, each of which stands for a node; and the faults that a
 * real one has, when a test says so.
 *
 * <pre>{@code
 * MemoryBackplane backplane = new MemoryBackplane(timer, 42);            // the timer of the hubs, and a seed
 * HubRig here = new HubRig(hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO));
 * HubRig there = new HubRig(hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO));
 * backplane.delay(Duration.ofMillis(1), Duration.ofMillis(20)).loseAnswers(0.1).loseHints(0.5);
 * backplane.standStill();                                                // as a process does that is stopped
 * backplane.goOn();
 * backplane.loseData();                                                  // a restart without its data: a new epoch
 * }</pre>
 *
 * <p>A call goes to the log, takes effect, and is answered; each way takes as long as {@link #delay} says. What is lost
 * on either way fails 2 seconds after the call, with {@link Outcome#UNKNOWN}, and so does what takes longer than that;
 * it may take effect later all the same. Without a timer nothing takes any time, and what is lost fails at once.
 *
 * <p>Each hub tells how many peers it has, once a second. One that tells nothing is counted for 15 seconds more.
 *
 * <p>Safe for use by any number of threads.
 */
public final class MemoryBackplane implements Backplane {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** So long a node that tells nothing is counted. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(15);

    private final @Nullable HubTimer timer;
    private final long begun;

    // All of these are guarded by this backplane's monitor, under which nothing is called.
    private final Random random;
    private final Map<String, MemoryLog> logs = new HashMap<>();
    private final Set<Handle> handles = new HashSet<>();
    private final List<Runnable> standing = new ArrayList<>();
    private Duration least = Duration.ZERO;
    private Duration most = Duration.ZERO;
    private double lostRequests;
    private double lostAnswers;
    private double lostHints;
    private double doubledHints;
    private boolean refusing;
    private boolean still;
    private boolean closed;
    private int kept = Integer.MAX_VALUE;
    private int maxBytes = Integer.MAX_VALUE;
    private long epochs;

    /** Makes a backplane that takes no time. */
    public MemoryBackplane() {
        this(null, 0);
    }

    /**
     * Makes a backplane.
     *
     * @param timer by which time passes; {@code null} for none
     * @param seed of what is left to chance
     */
    public MemoryBackplane(@Nullable HubTimer timer, long seed) {
        this.timer = timer;
        this.random = new Random(seed);
        this.begun = timer == null ? 0 : timer.nanoTime();
    }

    // The faults.

    /**
     * Sets how long each way of a call takes, and each hint.
     *
     * @param from at least; not negative
     * @param to at most; not less than that
     * @return this backplane
     * @throws IllegalArgumentException if one of them is less
     * @throws IllegalStateException if there is no timer
     */
    public synchronized MemoryBackplane delay(Duration from, Duration to) {
        if (timer == null) {
            throw new IllegalStateException("a backplane without a timer takes no time");
        }
        if (from.isNegative()) {
            throw new IllegalArgumentException("from must be at least 0: " + from);
        }
        if (to.compareTo(from) < 0) {
            throw new IllegalArgumentException("to must be at least from, " + from + ": " + to);
        }
        least = from;
        most = to;
        return this;
    }

    private static double checked(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1: " + share);
        }
        return share;
    }

    private static int atLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
        }
        return value;
    }

    /**
     * Loses some calls on their way to the log: they have no effect.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public synchronized MemoryBackplane loseRequests(double share) {
        lostRequests = checked(share);
        return this;
    }

    /**
     * Loses some answers: the calls have taken effect.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public synchronized MemoryBackplane loseAnswers(double share) {
        lostAnswers = checked(share);
        return this;
    }

    /**
     * Loses some of the hints that something has changed.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public synchronized MemoryBackplane loseHints(double share) {
        lostHints = checked(share);
        return this;
    }

    /**
     * Gives some of the hints twice.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public synchronized MemoryBackplane doubleHints(double share) {
        doubledHints = checked(share);
        return this;
    }

    /**
     * Refuses every append from now on, or takes them again. Reads go on.
     *
     * @param refuse whether to refuse
     * @return this backplane
     */
    public synchronized MemoryBackplane refuse(boolean refuse) {
        refusing = refuse;
        return this;
    }

    /**
     * Takes no message of more bytes: an append with one is {@link Outcome#IMPOSSIBLE}.
     *
     * @param bytes of payload, at least 0
     * @return this backplane
     * @throws IllegalArgumentException if it is less
     */
    public synchronized MemoryBackplane maxBytes(int bytes) {
        maxBytes = atLeast(0, "bytes", bytes);
        return this;
    }

    /**
     * Keeps no more than so many of the newest messages of every log, from now on.
     *
     * @param messages how many, at least 1
     * @return this backplane
     * @throws IllegalArgumentException if it is less
     */
    public synchronized MemoryBackplane retaining(int messages) {
        kept = atLeast(1, "messages", messages);
        logs.values().forEach(log -> log.trim(kept));
        return this;
    }

    /**
     * Loses all but the newest messages of every log, once, as a log does that is full.
     *
     * @param messages how many are left, at least 0
     * @throws IllegalArgumentException if it is less
     */
    public synchronized void trim(int messages) {
        atLeast(0, "messages", messages);
        logs.values().forEach(log -> log.trim(messages));
    }

    /** Stands still: what reaches it waits until {@link #goOn}, and takes effect then. */
    public synchronized void standStill() {
        still = true;
    }

    /** Goes on after {@link #standStill}. */
    public void goOn() {
        List<Runnable> waited;
        synchronized (this) {
            still = false;
            waited = List.copyOf(standing);
            standing.clear();
        }
        waited.forEach(Runnable::run);
    }

    /** Loses what it has, as by a restart without its data, or a replica that was behind: a new epoch begins. */
    public void loseData() {
        List<Runnable> hints;
        synchronized (this) {
            logs.values().forEach(MemoryLog::restart);
            hints = hints(null);
        }
        hints.forEach(Runnable::run);
    }

    // What it did.

    /**
     * {@return all that was ever appended to a log, in its order, by position; also what was lost or trimmed; a copy}
     *
     * @param name the log
     */
    public synchronized Map<Position, Message> history(String name) {
        MemoryLog log = logs.get(Objects.requireNonNull(name, "name"));
        return log == null ? Map.of() : Collections.unmodifiableMap(log.history());
    }

    /** {@return how many appends had been made before, and did nothing} */
    public synchronized long repeats() {
        return logs.values().stream().mapToLong(MemoryLog::repeats).sum();
    }

    /** {@return how many appends took effect} */
    public synchronized long appends() {
        return logs.values().stream().mapToLong(MemoryLog::appends).sum();
    }

    /** {@return how many logs are open} */
    public synchronized int open() {
        return handles.size();
    }

    // As the hubs see it.

    @Override
    public synchronized SharedLog open(String name, Runnable changed) {
        Objects.requireNonNull(changed, "changed");
        if (name.isEmpty() || name.length() > 256) {
            throw new IllegalArgumentException("name must have 1 to 256 characters: " + name);
        }
        if (closed) {
            throw new IllegalStateException("the backplane is closed");
        }
        MemoryLog log = logs.computeIfAbsent(name, its -> new MemoryLog(this::epoch, this::millis));
        Handle handle = new Handle(log, changed);
        handles.add(handle);
        return handle;
    }

    @Override
    public synchronized void close() {
        closed = true;
        handles.clear();
    }

    /** {@return the position before the first of a new epoch} Under the monitor. */
    private Position epoch() {
        epochs++;
        return Position.of("m" + Long.toString(epochs, 36) + Long.toString(random.nextLong() >>> 20, 36), 0);
    }

    /** {@return what is taken now} Under the monitor. */
    private MemoryLog.Limits limits() {
        return new MemoryLog.Limits(refusing, maxBytes, kept);
    }

    private synchronized Duration wayTime() {
        long spread = most.minus(least).toNanos();
        return spread <= 0 ? least : least.plusNanos((long) (random.nextDouble() * spread));
    }

    private synchronized boolean happens(double share) {
        return share > 0 && random.nextDouble() < share;
    }

    private void after(Duration delay, Runnable action) {
        if (timer == null || delay.isZero()) {
            action.run();
        } else {
            timer.schedule(action, delay);
        }
    }

    /** Has something done when the log is reached, unless it stands still. */
    private void reach(Runnable action) {
        synchronized (this) {
            if (still) {
                standing.add(action);
                return;
            }
        }
        action.run();
    }

    private long nanos() {
        return timer == null ? System.nanoTime() : timer.nanoTime() - begun;
    }

    private long millis() {
        return timer == null ? System.currentTimeMillis() : nanos() / 1_000_000;
    }

    private List<Runnable> hints(@Nullable MemoryLog of) {
        List<Runnable> hints = new ArrayList<>();
        for (Handle handle : handles) {
            if ((of == null || handle.log == of) && !happens(lostHints)) {
                for (int i = happens(doubledHints) ? 2 : 1; i > 0; i--) {
                    Duration delay = wayTime();
                    hints.add(() -> after(delay, handle.changed));
                }
            }
        }
        return hints;
    }

    /** A log as one hub has it open. */
    private final class Handle implements SharedLog {
        private final MemoryLog log;
        private final Runnable changed;
        /** What this node told last, and when that came to the log. Guarded by the backplane's monitor. */
        private int peers;
        private long toldAt;
        private boolean told;
        /** What it heard last, and when that was asked for; guarded alike. */
        private @Nullable PeerCensus others;
        private long askedAt;

        Handle(MemoryLog log, Runnable changed) {
            this.log = log;
            this.changed = changed;
        }

        @Override
        public CompletionStage<Position> append(String epoch, String producer, long number,
                List<SharedRecord> records) {
            if (!producer.matches("[0-9a-z-]{1,64}")) {
                throw new IllegalArgumentException("producer must be 1 to 64 of the characters 0-9a-z-: " + producer);
            }
            if (number < 1) {
                throw new IllegalArgumentException("number must be at least 1: " + number);
            }
            if (records.isEmpty()) {
                throw new IllegalArgumentException("records must not be empty");
            }
            List<SharedRecord> copy = List.copyOf(records);
            return call(() -> log.append(epoch, producer, number, copy, limits()), true);
        }

        @Override
        public CompletionStage<SharedPage> read(@Nullable Position after, int messages, long bytes) {
            atLeast(1, "messages", messages);
            return call(() -> log.read(after, messages, bytes), false);
        }

        @Override
        public @Nullable PeerCensus census(int here) {
            atLeast(0, "peers", here);
            long asked = nanos();
            call(() -> count(here), false).thenAccept(counted -> hear(counted, asked));
            synchronized (MemoryBackplane.this) {
                Duration age = Duration.ofNanos(nanos() - askedAt);
                return others == null || age.compareTo(FORGOTTEN) > 0 ? null
                        : new PeerCensus(others.nodes(), others.peers(), age);
            }
        }

        private void hear(PeerCensus counted, long asked) {
            synchronized (MemoryBackplane.this) {
                if (others == null || asked - askedAt >= 0) {
                    others = counted;
                    askedAt = asked;
                }
            }
        }

        private PeerCensus count(int here) {
            peers = here;
            toldAt = nanos();
            told = true;
            List<Handle> known = handles.stream().filter(each -> each != this && each.log == log && each.told
                    && toldAt - each.toldAt <= FORGOTTEN.toNanos()).toList();
            return new PeerCensus(known.size(), known.stream().mapToLong(each -> each.peers).sum(), Duration.ZERO);
        }

        private <T> CompletionStage<T> call(Supplier<T> effect, boolean changes) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            BackplaneException lost = new BackplaneException(Outcome.UNKNOWN, "no answer came", null);
            if (!isOpen()) {
                answer.completeExceptionally(lost);
                return answer;
            }
            if (timer != null) {
                HubTimer.Cancellation timeout = timer.schedule(() -> answer.completeExceptionally(lost), TIMEOUT);
                answer.whenComplete((done, failure) -> timeout.cancel());
            }
            if (happens(lostRequests)) {
                lose(answer, lost);
                return answer;
            }
            after(wayTime(), () -> reach(() -> take(effect, changes, answer, lost)));
            return answer;
        }

        private <T> void take(Supplier<T> effect, boolean changes, CompletableFuture<T> answer,
                BackplaneException lost) {
            T result = null;
            RuntimeException failure = null;
            List<Runnable> hints = List.of();
            synchronized (MemoryBackplane.this) {
                try {
                    result = effect.get();
                    hints = changes ? hints(log) : hints;
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
            hints.forEach(Runnable::run);
            if (happens(lostAnswers)) {
                lose(answer, lost);
                return;
            }
            T value = result;
            RuntimeException thrown = failure;
            after(wayTime(), () -> {
                if (thrown == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(thrown);
                }
            });
        }

        private void lose(CompletableFuture<?> answer, BackplaneException lost) {
            if (timer == null) {
                answer.completeExceptionally(lost);
            }
        }

        private boolean isOpen() {
            synchronized (MemoryBackplane.this) {
                return handles.contains(this);
            }
        }

        @Override
        public void close() {
            synchronized (MemoryBackplane.this) {
                handles.remove(this);
            }
        }
    }
}
