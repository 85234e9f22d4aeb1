package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.TransportCall;
import io.techops.broadcast.testkit.VirtualTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ten thousand connects and departures, in every way there is, leave nothing behind in the hub. */
class ChurnTest {

    private static final CloseReason GONE = CloseReason.of(CloseReason.ABNORMAL);
    private static final int ROUNDS = 800;

    private final ManualExecutor executor = new ManualExecutor();
    private final VirtualTimer timer = new VirtualTimer();
    private final LongAdder registered = new LongAdder();
    private final LongAdder unregistered = new LongAdder();
    private final List<WeakReference<Object>> gone = new ArrayList<>();
    private final BroadcastHub hub = BroadcastHub.builder().executor(executor).timer(timer).shards(2)
            .retention(Retention.of(8, 1 << 20)).floodGrace(Duration.ofMillis(100))
            .policy(MessagePolicy.everything().andThen(MessagePolicy.maxRate(1_000, Duration.ofSeconds(1))))
            .delivery(DeliveryPolicy.everyoneButSender())
            .listener(new HubListener() {
                @Override
                public void registered(Peer peer) {
                    registered.increment();
                }

                @Override
                public void unregistered(Peer peer, CloseReason reason) {
                    unregistered.increment();
                }
            }).messageListener(new MessageListener() {
                @Override
                public void broadcast(@Nullable Peer from, Message message, Position position) {
                    assertThat(position.sequence()).isPositive();
                }
            }).build();

    /** How a connection ends. */
    private enum Way {
        BEFORE_THE_SHARD_HAS_SEEN_IT, AT_REST, CLOSED_BY_THE_HOST, CLOSED_BY_THE_HOST_WITHOUT_AN_ANSWER, WHILE_STALLED,
        STALLED_FOR_TOO_LONG, FELL_OFF_THE_TAIL, PAUSED, WITH_PRIVATE_MESSAGES_BEFORE_IT, TRANSPORT_THROWS, NO_PONG,
        TOO_MANY_MESSAGES, DURING_A_WRITE
    }

    private FakeTransport connect() {
        FakeTransport transport = new FakeTransport().register(hub);
        gone.add(new WeakReference<>(transport));
        gone.add(new WeakReference<>(transport.peer()));
        return transport;
    }

    private void pass(Duration duration) {
        executor.runAll();
        timer.pass(duration);
        executor.runAll();
    }

    private void comeAndGo(Way way) {
        FakeTransport peer = connect();
        if (way != Way.BEFORE_THE_SHARD_HAS_SEEN_IT) {
            executor.runAll();
        }
        switch (way) {
            case BEFORE_THE_SHARD_HAS_SEEN_IT, AT_REST -> peer.registration().unregister(GONE);
            case CLOSED_BY_THE_HOST -> {
                peer.peer().close(CloseReason.of(CloseReason.NORMAL));
                executor.runAll();
                peer.registration().unregister(GONE);
            }
            case CLOSED_BY_THE_HOST_WITHOUT_AN_ANSWER -> {
                peer.peer().close(CloseReason.of(CloseReason.NORMAL));
                executor.runAll();
            }
            case WHILE_STALLED -> {
                stall(peer);
                peer.registration().unregister(GONE);
            }
            case STALLED_FOR_TOO_LONG -> stall(peer);
            case FELL_OFF_THE_TAIL -> {
                stall(peer);
                for (int i = 0; i < 10; i++) {
                    hub.broadcast("news");
                    executor.runAll();
                }
                assertThat(peer.closed()).isNotNull();
            }
            case PAUSED -> {
                while (peer.send("flood")) {
                    assertThat(peer.isOpen()).isTrue();
                }
                peer.registration().unregister(GONE);
            }
            case WITH_PRIVATE_MESSAGES_BEFORE_IT -> {
                stall(peer);
                peer.peer().send(Message.text("for you"));
                peer.peer().send(Message.text("alone"));
                peer.registration().unregister(GONE);
            }
            case TRANSPORT_THROWS -> {
                peer.throwFrom(TransportCall.WRITE);
                hub.broadcast("news");
            }
            case NO_PONG -> {
                // Time passes at the end of the round.
            }
            case TOO_MANY_MESSAGES -> {
                for (int i = 0; peer.closed() == null; i++) {
                    assertThat(i).isLessThan(1_002);
                    peer.send("spam");
                    executor.runAll();
                }
            }
            case DURING_A_WRITE -> {
                peer.duringWrite(() -> peer.registration().unregister(GONE));
                hub.broadcast("news");
            }
        }
        executor.runAll();
    }

    private void stall(FakeTransport peer) {
        peer.stallAfter(1);
        hub.broadcast("news");
        executor.runAll();
    }

    private void aMinutePasses(FakeTransport resident) {
        for (int i = 0; i < 12; i++) {
            resident.registration().pong();
            pass(Duration.ofSeconds(5));
        }
    }

    @Test
    void tenThousandDeparturesInEveryWayLeaveNothingBehind() {
        FakeTransport resident = new FakeTransport().register(hub);
        for (int round = 0; round < ROUNDS; round++) {
            for (Way way : Way.values()) {
                if (way != Way.TOO_MANY_MESSAGES || round % 50 == 0) {
                    comeAndGo(way);
                }
            }
            if (round % 20 == 0) {
                aMinutePasses(resident);
            }
        }
        aMinutePasses(resident);
        assertThat(resident.isOpen()).isTrue();
        assertThat(hub.peers()).containsExactly(resident.peer());
        HubStats stats = hub.stats();
        assertThat(stats.peers()).isOne();
        assertThat(stats.registrations()).isGreaterThan(9_600);
        assertThat(registered.sum()).isEqualTo(stats.registrations());
        assertThat(unregistered.sum()).isEqualTo(stats.registrations() - 1);
        assertThat(stats.retainedMessages()).isLessThanOrEqualTo(8);
        assertThat(executor.pending()).as("tasks left").isZero();
        assertThat(timer.pending()).as("timer tasks, of which each shard may have one").isLessThanOrEqualTo(2);
        while (gone.stream().anyMatch(one -> one.get() != null)) { // the test's time limit ends it
            System.gc();
            Thread.onSpinWait();
        }
    }
}
