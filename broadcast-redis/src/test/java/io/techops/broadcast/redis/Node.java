package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.PeerCensus;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Does with one log what a hub does: follows it, and appends with retries. */
final class Node implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What a peer of this node would be given: a text at a position, or a gap before the next one. */
    record Seen(Position position, String text) {
    }

    private final SharedLogs backplane;
    private volatile SharedLog log;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    /** The thread's own. */
    private Position last;
    private boolean isReading;
    private boolean isHinted;

    private final List<Seen> seen = new ArrayList<>();
    private final List<Position> gaps = new ArrayList<>();
    private volatile Position current;
    /** The end of what it has appended. */
    private volatile Position appended;
    private volatile boolean isAway;
    private volatile boolean standsStill;

    private String producer = "";
    /** Of the producer: a log that meets its later numbers in another epoch begins a new one. */
    private String producerEpoch = "";
    private long number;

    Node(SharedLogs backplane, String name) {
        this.backplane = backplane;
        this.log = backplane.open(name, this::changed);
        thread.scheduleWithFixedDelay(this::read, 1, 1, TimeUnit.SECONDS);
        changed();
    }

    PeerCensus census(int peers) {
        return log.census(peers);
    }

    private void changed() {
        try {
            thread.execute(() -> {
                isHinted = true;
                read();
            });
        } catch (RejectedExecutionException closed) {
            // As a hub that is closed.
        }
    }

    private void read() {
        if (isReading || standsStill || log == null) {
            return;
        }
        isReading = true;
        isHinted = false;
        log.read(last, 100, 1 << 20).whenCompleteAsync((page, thrown) -> {
            isReading = false;
            isAway = thrown != null;
            if (thrown == null && take(page) || isHinted) {
                read();
            }
        }, thread);
    }

    private long nextNumber(String epoch) {
        if (!epoch.equals(producerEpoch)) {
            producer = "node-" + UUID.randomUUID();
            producerEpoch = epoch;
            number = 0;
        }
        return ++number;
    }

    private boolean take(SharedPage page) {
        synchronized (seen) { // what was seen and how far it has read are seen together
            if (last != null && !page.after().equals(last)) {
                gaps.add(page.after());
            }
            long sequence = page.after().sequence();
            for (SharedRecord record : page.records()) {
                sequence++;
                seen.add(new Seen(page.after().at(sequence), ((Message.Text) record.message()).text()));
            }
            last = page.last();
            current = last;
        }
        return !page.records().isEmpty();
    }

    /** Does not read for a while, as a process that is stopped; when this returns no read is under way any more. */
    void standStill() {
        standsStill = true;
        await().atMost(LIMIT).until(() -> thread.submit(() -> !isReading).get());
    }

    void goOn() {
        isAway = false; // until a read fails that begins now
        standsStill = false;
        changed();
    }

    boolean isAway() {
        return isAway;
    }

    /**
     * Appends, as often as it takes, and waits until it is confirmed. What an epoch that is over may have or not is
     * appended again in the next one: where the fault came before the append, it does not have it, and {@link #agree}
     * would find it twice.
     */
    Position append(String... texts) {
        return append(LIMIT, texts);
    }

    Position append(Duration limit, String... texts) {
        long deadline = System.nanoTime() + limit.toNanos();
        List<SharedRecord> records = Stream.of(texts).map(t -> SharedRecord.of(Message.text(t), null, null)).toList();
        awaitCurrent();
        boolean isUnknown = false;
        String epoch = current.epoch();
        long mine = nextNumber(epoch);
        while (true) {
            try {
                Position end = log.append(epoch, producer, mine, records).toCompletableFuture()
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                appended = end;
                return end;
            } catch (ExecutionException e) {
                BackplaneException failed = (BackplaneException) e.getCause();
                if (System.nanoTime() - deadline > 0) {
                    number -= isUnknown || failed.outcome() != Outcome.REFUSED ? 0 : 1;
                    throw failed;
                }
                switch (failed.outcome()) {
                    case STALE_EPOCH -> {
                        String stale = epoch;
                        await().atMost(limit).until(() -> !current.epoch().equals(stale));
                        isUnknown = false;
                        epoch = current.epoch();
                        mine = nextNumber(epoch);
                    }
                    case UNKNOWN -> isUnknown = true;
                    case REFUSED -> {
                    }
                    default -> {
                        number--;
                        throw failed;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            } catch (InterruptedException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    List<Seen> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    List<String> texts() {
        return seen().stream().map(Seen::text).toList();
    }

    /** {@return the positions behind the holes and changes of epoch that it was told of} */
    List<Position> gaps() {
        synchronized (seen) {
            return List.copyOf(gaps);
        }
    }

    /** {@return how far it has read, once it has read anything} */
    Position current() {
        awaitCurrent();
        return current;
    }

    private void awaitCurrent() {
        if (current == null) {
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> current != null);
        }
    }

    void awaitText(String text) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> texts().contains(text));
    }

    /** Waits until all nodes have read all that they appended, and checks that they saw one order. */
    static void agree(Node... nodes) {
        await().atMost(LIMIT).untilAsserted(() -> {
            Position common = nodes[0].current();
            for (Node node : nodes) {
                assertThat(node.current()).isEqualTo(common);
                Position own = node.appended;
                if (own != null && own.hasEpochOf(common)) {
                    assertThat(common.sequence()).isGreaterThanOrEqualTo(own.sequence());
                }
            }
        });
        Map<Position, String> all = new HashMap<>();
        for (Node node : nodes) {
            node.check(all);
        }
    }

    private void check(Map<Position, String> all) {
        Set<String> texts = new HashSet<>();
        Set<Position> told = new HashSet<>(gaps());
        Position before = null;
        for (Seen one : seen()) {
            assertThat(texts.add(one.text())).as("once: " + one).isTrue();
            assertThat(all.merge(one.position(), one.text(), (first, second) -> first)).as("at " + one.position())
                    .isEqualTo(one.text());
            Position behind = one.position().at(one.position().sequence() - 1);
            if (before != null && !behind.equals(before)) {
                assertThat(told).as("gap before " + one).contains(behind);
                if (before.hasEpochOf(behind)) {
                    assertThat(behind.sequence()).isGreaterThan(before.sequence());
                }
            }
            before = one.position();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        log.close();
        backplane.close();
    }
}
