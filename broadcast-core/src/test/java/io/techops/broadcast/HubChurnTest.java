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
import io.techops.broadcast.testkit.TransportCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Peers that come, stall, fail and go on real threads. What holds for every interleaving is checked at the end. */
class HubChurnTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @Test
    void peersThatComeStallAndGoLeaveNothingOfWhatWasAddressedToThem() throws Exception {
        BroadcastHub hub = StressRun.hub(3, 64).build();
        AtomicBoolean done = new AtomicBoolean();
        try {
            PeerGroup group = new PeerGroup();
            FakeTransport resident = new FakeTransport().answerClose().register(hub);
            group.add(resident.peer());
            List<Guest> guests = Collections.synchronizedList(new ArrayList<>());
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
        BroadcastHub hub = StressRun.hub(3, 32).overflow(overflow).listener(listener).build();
        List<Guest> guests = Collections.synchronizedList(new ArrayList<>());
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
            while (guests.size() <= 200) { // they come while others publish, and not after it
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
            assertThat(guests).hasSizeGreaterThan(200);
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
            transport.throwFrom(TransportCall.WRITE);
        }
        try {
            transport.register(hub);
        } catch (RefusedException refused) { // the listener's thread has stood still for 10,000 departures
            assertThat(refused.refusalCause()).isEqualTo(RefusalCause.LISTENER);
            Thread.yield();
            return;
        }
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
