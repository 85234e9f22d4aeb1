package io.techops.broadcast;

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

    private static final int PUBLISHERS = 4;
    private static final int EACH = 2_000;

    /** More than any machine needs to write what is left; what ends early does not wait for it. */
    private static final Duration LONG = Duration.ofMinutes(2);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private static List<Future<?>> startAll(ExecutorService threads, List<Callable<Void>> jobs) {
        List<Future<?>> started = new ArrayList<>();
        jobs.forEach(job -> started.add(threads.submit(job)));
        return started;
    }

    private static void joinAll(List<Future<?>> jobs) throws Exception {
        for (Future<?> job : jobs) {
            job.get();
        }
    }

    private static List<Callable<Void>> publishers(BroadcastHub hub) {
        List<Callable<Void>> publishers = new ArrayList<>();
        for (int p = 0; p < PUBLISHERS; p++) {
            String name = p + ":";
            publishers.add(() -> {
                for (int i = 0; i < EACH; i++) {
                    hub.broadcast(name + i);
                }
                return null;
            });
        }
        return publishers;
    }

    private static void assertStrictlyIncreasing(List<Long> sequences) {
        for (int i = 1; i < sequences.size(); i++) {
            assertThat(sequences.get(i)).isGreaterThan(sequences.get(i - 1));
        }
    }

    private static void assertContiguous(List<Long> sequences) {
        if (!sequences.isEmpty()) {
            assertThat(sequences.get(sequences.size() - 1) - sequences.get(0)).isEqualTo(sequences.size() - 1);
        }
    }

    /** Remembers what stands at each sequence, the same for every peer. */
    private static void assertOneOrder(Map<Long, Message> order, FakeTransport peer) {
        List<Message> messages = peer.messages();
        List<Long> sequences = peer.sequences();
        for (int i = 0; i < messages.size(); i++) {
            Message known = order.putIfAbsent(sequences.get(i), messages.get(i));
            assertThat(known == null || known.equals(messages.get(i))).isTrue();
        }
    }

    @Test
    void healthyPeersGetEverythingFromManyPublishersInOneOrder() throws Exception {
        BroadcastHub hub = BroadcastHub.builder().shards(3).retention(Retention.of(64, 1 << 20)).build();
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
            BroadcastHub hub = BroadcastHub.builder().shards(3).retention(Retention.of(256, 1 << 20))
                    .drainSpread(Duration.ofMillis(50)).overflow(OverflowPolicy.disconnect()).build();
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
        BroadcastHub hub = BroadcastHub.builder().shards(2).retention(Retention.of(16, 1 << 20))
                .floodGrace(LONG).stallTimeout(LONG).build();
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
                        if (!peer.receive(Integer.toString(i))) {
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
        BroadcastHub hub = BroadcastHub.builder().shards(3).retention(Retention.of(64, 1 << 20)).build();
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

    @Test
    void peersThatComeStallAndGoLeaveNothingOfWhatWasAddressedToThem() throws Exception {
        BroadcastHub hub = BroadcastHub.builder().shards(3).retention(Retention.of(64, 1 << 20)).build();
        AtomicBoolean done = new AtomicBoolean();
        try {
            PeerGroup group = new PeerGroup();
            FakeTransport resident = new FakeTransport().answerClose().register(hub);
            group.add(resident.peer());
            List<Guest> guests = java.util.Collections.synchronizedList(new ArrayList<>());
            List<Callable<Void>> visitors = new ArrayList<>();
            for (int v = 0; v < 3; v++) {
                visitors.add(() -> {
                    while (!done.get()) {
                        visit(hub, guests);
                        hub.peers().forEach(group::add);
                    }
                    return null;
                });
            }
            List<Future<?>> visiting = startAll(threads, visitors);
            for (int i = 0; i < 3_000; i++) {
                hub.broadcast(Message.text("group " + i), BroadcastOptions.to(group));
                resident.peer().send(Message.text("one " + i));
            }
            done.set(true);
            joinAll(visiting);
            guests.forEach(guest -> guest.transport().becomeWritable());
            hub.close(LONG);
            assertThat(resident.violations()).isEmpty();
            assertThat(resident.texts()).hasSize(6_000);
            assertThat(group.size()).isZero();
            assertThat(hub.stats().addressedMessages()).isZero();
            assertThat(hub.stats().addressedBytes()).isZero();
        } finally {
            done.set(true);
            threads.shutdownNow();
            hub.close(Duration.ZERO);
        }
    }

    @Test
    void churnStallsAndFailuresUnderDisconnect() throws Exception {
        everythingAtOnce(OverflowPolicy.disconnect());
    }

    @Test
    void churnStallsAndFailuresUnderSkip() throws Exception {
        everythingAtOnce(OverflowPolicy.skip());
    }

    /** One connection of the churn: where it joined at the earliest, and whether it was left alone. */
    private record Guest(FakeTransport transport, long joinedAfter) {
    }

    private void everythingAtOnce(OverflowPolicy overflow) throws Exception {
        Map<Peer, List<String>> lives = new ConcurrentHashMap<>();
        HubListener listener = new HubListener() {
            @Override
            public void registered(Peer peer) {
                lives.computeIfAbsent(peer, p -> new ArrayList<>()).add("registered");
            }

            @Override
            public void unregistered(Peer peer, CloseReason reason) {
                lives.computeIfAbsent(peer, p -> new ArrayList<>()).add("unregistered");
            }
        };
        BroadcastHub hub = BroadcastHub.builder().shards(3).retention(Retention.of(32, 1 << 20)).overflow(overflow)
                .listener(listener).build();
        List<Guest> guests = java.util.Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean done = new AtomicBoolean();
        try {
            FakeTransport resident = new FakeTransport().answerClose().register(hub);
            List<Callable<Void>> visitors = new ArrayList<>();
            for (int v = 0; v < 3; v++) {
                visitors.add(() -> {
                    while (!done.get()) {
                        visit(hub, guests);
                    }
                    return null;
                });
            }
            List<Future<?>> visiting = startAll(threads, visitors);
            while (guests.size() <= 50) { // they come while others publish, and not after it
                Thread.onSpinWait();
            }
            joinAll(startAll(threads, publishers(hub)));
            done.set(true);
            joinAll(visiting);
            for (Guest guest : guests) {
                guest.transport().becomeWritable();
            }
            hub.close(LONG);

            assertThat(resident.violations()).isEmpty();
            assertThat(resident.messages()).hasSize(PUBLISHERS * EACH);
            Map<Long, Message> order = new ConcurrentHashMap<>();
            assertOneOrder(order, resident);
            for (Guest guest : guests) {
                assertThat(guest.transport().violations()).isEmpty();
                List<Long> sequences = guest.transport().sequences();
                assertStrictlyIncreasing(sequences);
                assertOneOrder(order, guest.transport());
                if (overflow == OverflowPolicy.disconnect()) {
                    assertContiguous(sequences);
                }
                if (!sequences.isEmpty()) {
                    assertThat(sequences.get(0)).isGreaterThanOrEqualTo(guest.joinedAfter());
                    if (overflow == OverflowPolicy.skip()) {
                        long last = sequences.get(sequences.size() - 1);
                        Peer peer = guest.transport().peer();
                        assertThat(peer.delivered()).isEqualTo(sequences.size());
                        assertThat(last - sequences.get(0) + 1).as("delivered and skipped")
                                .isLessThanOrEqualTo(peer.delivered() + peer.missed());
                    }
                }
                assertThat(lives.get(guest.transport().peer())).containsExactly("registered", "unregistered");
            }
            assertThat(guests).hasSizeGreaterThan(50);
            assertThat(hub.stats().overflows()).isPositive();
            assertThat(hub.stats().failures()).isPositive();
        } finally {
            done.set(true);
            threads.shutdownNow();
            hub.close(Duration.ZERO);
        }
    }

    private static void visit(BroadcastHub hub, List<Guest> guests) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        FakeTransport transport = new FakeTransport().answerClose();
        long before = hub.stats().messages();
        transport.stallAfter(random.nextInt(1, 5));
        if (random.nextInt(4) == 0) {
            transport.throwFrom(FakeTransport.Call.WRITE);
        }
        transport.register(hub);
        if (guests.size() < 3_000) {
            guests.add(new Guest(transport, before));
        }
        for (int i = 0; i < 5; i++) {
            long until = System.nanoTime() + random.nextInt(20_000);
            while (System.nanoTime() - until < 0) {
                Thread.onSpinWait();
            }
            if (!transport.isWritable()) {
                transport.becomeWritableFor(random.nextInt(1, 5));
            }
        }
        switch (random.nextInt(3)) {
            case 0 -> transport.registration().unregister(CloseReason.of(CloseReason.ABNORMAL));
            case 1 -> transport.peer().close(CloseReason.of(CloseReason.NORMAL));
            default -> { }
        }
        if (guests.size() >= 3_000) {
            transport.registration().unregister(CloseReason.of(CloseReason.ABNORMAL));
        }
    }
}
