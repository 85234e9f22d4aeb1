package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The figures of hubs and topics while everything happens: counters only grow, and at the end all sums are exact. */
class FiguresStressTest {

    private static final int ROUNDS = 4;
    private static final int VISITS = 1_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong interrupted = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    private static long[] counters(HubStats stats) {
        return new long[] {stats.registrations(), stats.messages(), stats.bytes(), stats.deliveries(), stats.batches(),
            stats.encodings(), stats.conflated(), stats.expired(), stats.overflows(), stats.missed(), stats.failures(),
            stats.stalls(), stats.gaps(), stats.replays(), stats.resumes(), stats.waits(), stats.evictedKeys(),
            stats.ignored(), stats.refusals(), stats.saturation().toNanos()};
    }

    private static void assertGrown(long[] before, HubStats now) {
        long[] counters = counters(now);
        for (int i = 0; i < counters.length; i++) {
            if (counters[i] < before[i]) {
                throw new AssertionError(i + " has shrunk from " + Arrays.toString(before) + ": " + now);
            }
        }
        System.arraycopy(counters, 0, before, 0, before.length);
        if (now.totalLag() < 0 || now.maxLag() < 0 || now.maxLag() > now.totalLag() || now.peers() < 0
                || now.retainedMessages() < 0 || now.retainedBytes() < 0 || now.addressedMessages() < 0
                || now.addressedBytes() < 0 || now.retainedKeys() < 0 || now.retainedKeyBytes() < 0) {
            throw new AssertionError("not a figure: " + now);
        }
    }

    private void publish(BroadcastHub hub, PeerGroup group, int number) throws Exception {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        BroadcastOptions options = random.nextInt(4) == 0 ? BroadcastOptions.to(group) : BroadcastOptions.everyone();
        options = random.nextBoolean() ? options.key("k" + random.nextInt(20)) : options;
        options = random.nextInt(4) == 0 ? options.timeToLive(Duration.ofNanos(1 + random.nextInt(100_000))) : options;
        Message message = Message.text("m" + number);
        boolean isForAll = options.isForEveryone();
        boolean wasTaken;
        switch (random.nextInt(3)) {
            case 0 -> {
                hub.broadcast(message, options);
                wasTaken = true;
            }
            case 1 -> wasTaken = hub.tryBroadcast(message, options);
            default -> {
                try {
                    wasTaken = hub.tryBroadcast(message, options, Duration.ofMillis(50));
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                    wasTaken = false;
                }
            }
        }
        taken.addAndGet(wasTaken && isForAll ? 1 : 0);
    }

    private static FakeTransport guest(BroadcastHub hub) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        FakeTransport peer = new FakeTransport().answerClose();
        if (random.nextInt(3) == 0) {
            peer.encodingSlowly();
        }
        if (random.nextBoolean()) {
            peer.knowingPositions();
        }
        peer.replaying(random.nextBoolean() ? Replay.last(random.nextInt(20)) : Replay.latest());
        return peer.stallAfter(1 + random.nextInt(20)).register(hub);
    }

    @Test
    void ofAHub() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            hubRound(round % 2 == 0, round % 4 < 2);
        }
        threads.shutdownNow();
    }

    private void hubRound(boolean skips, boolean conflates) throws Exception {
        done.set(false);
        taken.set(0);
        BroadcastHub hub = StressRun.hub(2, 32).conflate(conflates)
                .retention(Retention.of(32, 1 << 20).keys(8))
                .overflow(skips ? OverflowPolicy.skip() : OverflowPolicy.disconnect()).build();
        PeerGroup group = new PeerGroup();
        List<FakeTransport> guests = Collections.synchronizedList(new ArrayList<>());
        List<Callable<Void>> jobs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            jobs.add(() -> {
                while (!done.get()) {
                    FakeTransport peer = guest(hub);
                    guests.add(peer);
                    group.add(peer.peer());
                    for (int j = 0; j < 20; j++) {
                        if (!peer.isWritable()) {
                            peer.becomeWritableFor(1 + ThreadLocalRandom.current().nextInt(10));
                        }
                        Thread.yield();
                        if (peer.peer().lag() < 0) {
                            throw new AssertionError("lag");
                        }
                    }
                    peer.leave(CloseReason.of(CloseReason.NORMAL));
                }
                return null;
            });
        }
        for (int i = 0; i < 2; i++) {
            jobs.add(() -> {
                long[] before = new long[20];
                while (!done.get()) {
                    assertGrown(before, hub.stats());
                }
                return null;
            });
        }
        List<Future<?>> running = StressRun.startAll(threads, jobs);
        List<Thread> publishers = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 2; i++) {
            Thread publisher = new Thread(() -> {
                try {
                    for (int j = 0; j < 5_000; j++) {
                        publish(hub, group, j);
                    }
                } catch (Throwable thrown) {
                    failures.add(thrown);
                }
            });
            publisher.start();
            publishers.add(publisher);
        }
        for (Thread publisher : publishers) {
            while (publisher.isAlive()) {
                if (publisher.getState() == Thread.State.WAITING) {
                    publisher.interrupt();
                }
                Thread.yield();
            }
        }
        done.set(true);
        StressRun.joinAll(running);
        assertThat(failures).isEmpty();
        hub.close(StressRun.LONG);
        HubStats stats = hub.stats();
        assertThat(stats.messages()).isEqualTo(taken.get());
        assertThat(stats.registrations()).isEqualTo(guests.size());
        assertThat(stats.deliveries()).isEqualTo(guests.stream().mapToLong(each -> each.peer().delivered()).sum());
        assertThat(stats.missed()).isEqualTo(guests.stream().mapToLong(each -> each.peer().missed()).sum());
        assertThat(stats.peers()).isZero();
        assertThat(stats.addressedMessages()).isZero();
        assertThat(stats.addressedBytes()).isZero();
        assertThat(group.size()).isZero();
        guests.forEach(each -> assertThat(each.violations()).isEmpty());
    }

    @Test
    void ofTopics() throws Exception {
        AtomicLong registered = new AtomicLong();
        AtomicLong said = new AtomicLong();
        Topics topics = Topics.builder().idleTimeout(Duration.ZERO).maxTopics(6)
                .recipe((topic, hub) -> hub.retention(Retention.of(16, 1 << 20)).pongTimeout(Duration.ofHours(1)))
                .build();
        List<Callable<Void>> jobs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            jobs.add(() -> {
                for (int j = 0; j < VISITS; j++) {
                    String name = "t" + ThreadLocalRandom.current().nextInt(8);
                    try {
                        FakeTransport peer = new FakeTransport().answerClose().register(topics.hub(name));
                        registered.incrementAndGet();
                        said.addAndGet(topics.hub(name).tryBroadcast("x") ? 1 : 0);
                        if (j % 50 == 0) {
                            topics.hub(name).close(StressRun.LONG);
                        }
                        peer.leave(CloseReason.of(CloseReason.NORMAL));
                    } catch (RefusedException full) {
                        assertThat(full.refusalCause()).isEqualTo(RefusalCause.TOPICS);
                    }
                }
                return null;
            });
        }
        List<Callable<Void>> samplers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            samplers.add(() -> {
                long[] before = new long[20];
                long begun = 0;
                while (!done.get()) {
                    TopicsStats stats = topics.stats();
                    assertGrown(before, stats.total());
                    assertThat(stats.begun()).isGreaterThanOrEqualTo(begun);
                    begun = stats.begun();
                }
                return null;
            });
        }
        List<Future<?>> sampling = StressRun.startAll(threads, samplers);
        try {
            StressRun.joinAll(StressRun.startAll(threads, jobs));
        } finally {
            done.set(true);
        }
        StressRun.joinAll(sampling);
        topics.close(StressRun.LONG);
        HubStats total = topics.stats().total();
        assertThat(total.registrations()).isEqualTo(registered.get());
        assertThat(total.messages()).isEqualTo(said.get());
        assertThat(total.peers()).isZero();
        threads.shutdownNow();
    }
}
