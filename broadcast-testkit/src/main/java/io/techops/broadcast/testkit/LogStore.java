package io.techops.broadcast.testkit;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.PeerCensus;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The logs of a backplane in memory, and the nodes that have them open. Safe for use by any number of threads. */
final class LogStore {

    /** How long a node is counted after its last report. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(15);

    private final FaultyNetwork network;

    // All of these are guarded by this store's monitor, under which nothing is called but the network's chance.
    private final Map<String, MemoryLog> logs = new HashMap<>();
    private final Set<Handle> handles = new HashSet<>();
    private boolean refusing;
    private boolean closed;
    private int kept = Integer.MAX_VALUE;
    private int maxBytes = Integer.MAX_VALUE;
    private long epochs;

    LogStore(FaultyNetwork network) {
        this.network = network;
    }

    private static int atLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
        }
        return value;
    }

    synchronized void refuse(boolean refuse) {
        refusing = refuse;
    }

    synchronized void maxBytes(int bytes) {
        maxBytes = atLeast(0, "bytes", bytes);
    }

    synchronized void retaining(int messages) {
        kept = atLeast(1, "messages", messages);
        logs.values().forEach(log -> log.trim(kept));
    }

    synchronized void trim(int messages) {
        atLeast(0, "messages", messages);
        logs.values().forEach(log -> log.trim(messages));
    }

    /** Loses everything, and begins a new epoch. */
    void restart() {
        List<Runnable> hints;
        synchronized (this) {
            logs.values().forEach(MemoryLog::restart);
            hints = hints(null);
        }
        hints.forEach(Runnable::run);
    }

    synchronized Map<Position, Message> history(String name) {
        MemoryLog log = logs.get(name);
        return log == null ? Map.of() : log.history();
    }

    synchronized long repeats() {
        return logs.values().stream().mapToLong(MemoryLog::repeats).sum();
    }

    synchronized long appends() {
        return logs.values().stream().mapToLong(MemoryLog::appends).sum();
    }

    synchronized int open() {
        return handles.size();
    }

    synchronized SharedLog open(String name, Runnable changed) {
        if (name.isEmpty() || name.length() > 256) {
            throw new IllegalArgumentException("name must have 1 to 256 characters: " + name);
        }
        if (closed) {
            throw new IllegalStateException("the backplane is closed");
        }
        MemoryLog log = logs.computeIfAbsent(name, its -> new MemoryLog(this::epoch, network::millis));
        Handle handle = new Handle(log, changed);
        handles.add(handle);
        return handle;
    }

    synchronized void close() {
        closed = true;
        handles.clear();
    }

    /** {@return the position before the first message of a new epoch} Called under the monitor. */
    private Position epoch() {
        epochs++;
        return Position.of("m" + Long.toString(epochs, 36) + Long.toString(network.number() >>> 20, 36), 0);
    }

    /** {@return the actions that tell the nodes of a change, of one log or of all} Called under the monitor. */
    private List<Runnable> hints(@Nullable MemoryLog of) {
        List<Runnable> hints = new ArrayList<>();
        for (Handle handle : handles) {
            if (of == null || handle.log == of) {
                hints.addAll(network.hints(handle.changed));
            }
        }
        return hints;
    }

    /** A log as one hub has it open. */
    private final class Handle implements SharedLog {
        private final MemoryLog log;
        private final Runnable changed;
        /** The last report of this node, and when it arrived. Guarded by the store's monitor. */
        private int peers;
        private long toldAt;
        private boolean told;
        /** The last numbers that this node received, and when it had asked for them. Guarded by the store's monitor. */
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
            return call(() -> log.append(epoch, producer, number, copy,
                    new MemoryLog.Limits(refusing, maxBytes, kept)), this::tellOfChange);
        }

        @Override
        public CompletionStage<SharedPage> read(@Nullable Position after, int messages, long bytes) {
            atLeast(1, "messages", messages);
            return call(() -> log.read(after, messages, bytes), () -> { });
        }

        @Override
        public @Nullable PeerCensus census(int here) {
            atLeast(0, "peers", here);
            long asked = network.nanos();
            call(() -> count(here), () -> { }).thenAccept(counted -> hear(counted, asked));
            synchronized (LogStore.this) {
                Duration age = Duration.ofNanos(network.nanos() - askedAt);
                return others == null || age.compareTo(FORGOTTEN) > 0 ? null
                        : new PeerCensus(others.nodes(), others.peers(), age);
            }
        }

        private void hear(PeerCensus counted, long asked) {
            synchronized (LogStore.this) {
                if (others == null || asked - askedAt >= 0) {
                    others = counted;
                    askedAt = asked;
                }
            }
        }

        private PeerCensus count(int here) {
            peers = here;
            toldAt = network.nanos();
            told = true;
            List<Handle> known = handles.stream().filter(each -> each != this && each.log == log && each.told
                    && toldAt - each.toldAt <= FORGOTTEN.toNanos()).toList();
            return new PeerCensus(known.size(), known.stream().mapToLong(each -> each.peers).sum(), Duration.ZERO);
        }

        /** @param effect is called under the monitor */
        private <T> CompletionStage<T> call(Supplier<T> effect, Runnable afterwards) {
            if (!isOpen()) {
                return CompletableFuture.failedFuture(FaultyNetwork.lost());
            }
            return network.call(() -> {
                synchronized (LogStore.this) {
                    return effect.get();
                }
            }, afterwards);
        }

        private void tellOfChange() {
            List<Runnable> hints;
            synchronized (LogStore.this) {
                hints = hints(log);
            }
            hints.forEach(Runnable::run);
        }

        private boolean isOpen() {
            synchronized (LogStore.this) {
                return handles.contains(this);
            }
        }

        @Override
        public void close() {
            synchronized (LogStore.this) {
                handles.remove(this);
            }
        }
    }
}
