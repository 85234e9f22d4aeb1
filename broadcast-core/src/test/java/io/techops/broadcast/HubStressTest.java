package io.techops.broadcast;

import static io.techops.broadcast.StressRun.EACH;
import static io.techops.broadcast.StressRun.LONG;
import static io.techops.broadcast.StressRun.PUBLISHERS;
import static io.techops.broadcast.StressRun.assertContiguous;
import static io.techops.broadcast.StressRun.assertOneOrder;
import static io.techops.broadcast.StressRun.assertStrictlyIncreasing;
import static io.techops.broadcast.StressRun.joinAll;
import static io.techops.broadcast.StressRun.publishers;
import static io.techops.broadcast.StressRun.startAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Real threads, everything at once. What holds for every interleaving is checked when all has come to rest. */
class HubStressTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @Test
    void healthyPeersGetEverythingFromManyPublishersInOneOrder() throws Exception {
        BroadcastHub hub = StressRun.hub(3, 64).build();
        try {
            List<FakeTransport> peers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                peers.add(new FakeTransport().answerClose().register(hub));
            }
            joinAll(startAll(threads, publishers(hub)));
            hub.close(LONG);
            Map<Long, Message> order = new ConcurrentHashMap<>();
            for (FakeTransport peer : peers) {
                assertThat(peer.violations()).isEmpty();
                assertThat(peer.messages()).hasSize(PUBLISHERS * EACH);
                assertStrictlyIncreasing(peer.sequences());
                assertContiguous(peer.sequences());
                assertOneOrder(order, peer);
            }
        } finally {
            threads.shutdownNow();
            hub.close(Duration.ZERO);
        }
    }

    @Test
    void whatIsAcceptedBeforeTheEndReachesEveryPeerAndNothingElseDoes() throws Exception {
        for (int round = 0; round < 10; round++) {
            BroadcastHub hub = StressRun.hub(3, 256).drainSpread(Duration.ofMillis(50))
                    .overflow(OverflowPolicy.disconnect()).build();
            Map<Long, String> accepted = new ConcurrentHashMap<>();
            List<FakeTransport> peers = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                FakeTransport peer = new FakeTransport().answerClose();
                peers.add((i % 2 == 0 ? peer : peer.encodingSlowly()).register(hub));
            }
            List<Callable<Void>> publishers = new ArrayList<>();
            for (int p = 0; p < PUBLISHERS; p++) {
                String name = p + ":";
                publishers.add(() -> {
                    try {
                        for (int i = 0; ; i++) {
                            accepted.put(Published.sequence(hub, name + i), name + i);
                        }
                    } catch (CompletionException closed) {
                        assertThat(closed).hasCauseInstanceOf(IllegalStateException.class);
                        return null;
                    }
                });
            }
            List<Future<?>> publishing = startAll(threads, publishers);
            while (accepted.size() < 300) {
                Thread.onSpinWait();
            }
            hub.close(LONG);
            joinAll(publishing);
            assertThat(accepted).hasSize((int) hub.stats().messages());
            List<String> all = new ArrayList<>();
            for (long sequence = 1; sequence <= accepted.size(); sequence++) {
                all.add(accepted.get(sequence));
            }
            for (FakeTransport peer : peers) {
                assertThat(peer.texts().equals(all)).as("%s got all %d", peer.peer(), all.size()).isTrue();
                assertThat(peer.closed()).isNotNull();
                assertThat(peer.isAborted()).isFalse();
                assertThat(peer.violations()).isEmpty();
            }
        }
        threads.shutdownNow();
    }

    @Test
    void peersThatFloodAreAllHeardInFullByOnesThatAreBusyForMoments() throws Exception {
        BroadcastHub hub = StressRun.hub(2, 16).floodGrace(LONG).stallTimeout(LONG).build();
        AtomicBoolean done = new AtomicBoolean();
        try {
            List<FakeTransport> peers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                peers.add(new FakeTransport().answerClose().stallAfter(1).register(hub));
            }
            Future<?> resuming = threads.submit(() -> {
                while (!done.get()) {
                    Thread.yield();
                    for (FakeTransport peer : peers) {
                        if (!peer.isWritable()) {
                            peer.becomeWritableFor(ThreadLocalRandom.current().nextInt(1, 4));
                        }
                    }
                }
            });
            List<Callable<Void>> floods = new ArrayList<>();
            for (FakeTransport peer : peers.subList(0, 3)) {
                floods.add(() -> {
                    int pauses = 0;
                    for (int i = 0; i < 300; i++) {
                        if (!peer.send(Integer.toString(i))) {
                            pauses++;
                            while (peer.resumes() < pauses) {
                                Thread.yield();
                            }
                        }
                    }
                    return null;
                });
            }
            joinAll(startAll(threads, floods));
            done.set(true);
            resuming.get();
            peers.forEach(FakeTransport::becomeWritable);
            hub.close(LONG);
            for (FakeTransport peer : peers) {
                assertThat(peer.violations()).isEmpty();
                assertThat(peer.sequences()).hasSize(900);
                assertContiguous(peer.sequences());
            }
            assertThat(hub.stats().waits()).as("pauses").isPositive();
        } finally {
            done.set(true);
            threads.shutdownNow();
            hub.close(Duration.ZERO);
        }
    }

    @Test
    void messagesToManyAndToOneKeepTheirPlaceAmongTheBroadcastsForAllOfThem() throws Exception {
        BroadcastHub hub = StressRun.hub(3, 64).build();
        try {
            PeerGroup group = new PeerGroup();
            List<FakeTransport> members = new ArrayList<>();
            List<FakeTransport> others = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                FakeTransport peer = new FakeTransport().answerClose().register(hub);
                (i < 280 ? members : others).add(peer);
                if (i < 280) {
                    group.add(peer.peer());
                }
            }
            List<Callable<Void>> jobs = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                String name = p + ":";
                jobs.add(() -> {
                    for (int i = 0; i < 300; i++) {
                        hub.broadcast("all " + name + i);
                    }
                    return null;
                });
                jobs.add(() -> {
                    for (int i = 0; i < 300; i++) {
                        hub.broadcast(Message.text("group " + name + i), BroadcastOptions.to(group));
                    }
                    return null;
                });
                jobs.add(() -> {
                    for (int i = 0; i < 3_000; i++) {
                        members.get(i % 300 % 280).peer().send(Message.text("one " + name + i));
                    }
                    return null;
                });
            }
            joinAll(startAll(threads, jobs));
            hub.close(LONG);
            List<String> toAll = without("one ", members.get(0));
            assertThat(toAll).hasSize(1_200);
            for (FakeTransport peer : members) {
                assertThat(peer.violations()).isEmpty();
                assertThat(peer.peer().missed()).isZero();
                assertThat(without("one ", peer).equals(toAll)).as("%s got all in one order", peer.peer()).isTrue();
            }
            List<String> broadcasts = toAll.stream().filter(text -> text.startsWith("all")).toList();
            for (FakeTransport peer : others) {
                assertThat(peer.texts().equals(broadcasts)).as("%s got the broadcasts", peer.peer()).isTrue();
            }
            assertThat(members.stream().mapToLong(peer -> peer.texts().size() - 1_200).sum()).isEqualTo(6_000);
            assertThat(hub.stats().addressedMessages()).isZero();
            assertThat(hub.stats().addressedBytes()).isZero();
        } finally {
            threads.shutdownNow();
            hub.close(Duration.ZERO);
        }
    }

    private static List<String> without(String prefix, FakeTransport peer) {
        return peer.texts().stream().filter(text -> !text.startsWith(prefix)).toList();
    }
}
