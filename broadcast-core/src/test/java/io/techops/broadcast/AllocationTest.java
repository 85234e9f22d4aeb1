package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.testkit.HubRig;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationTest {

    private static final int ROUNDS = 200;

    /** Takes everything, keeps nothing, and is not writable after each batch if told so. */
    private static final class Sink implements Transport {
        private final boolean stalling;
        private boolean stalled;

        Sink(boolean stalling) {
            this.stalling = stalling;
        }

        @Override
        public boolean write(Batch batch) {
            stalled = stalling;
            return !stalling;
        }

        @Override
        public void ping() {
        }

        @Override
        public void close(CloseReason reason) {
        }

        @Override
        public void abort() {
        }

        @Override
        public void resume() {
        }
    }

    private static long allocatedBy(int peers, boolean stalling, boolean keyed) {
        HubRig rig = new HubRig(builder -> builder.heartbeat(Duration.ZERO).conflate(keyed));
        List<Sink> sinks = new ArrayList<>();
        List<Registration> registrations = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            Sink sink = new Sink(stalling);
            sinks.add(sink);
            registrations.add(AdapterHub.of(rig.hub()).register(sink));
        }
        Message message = Message.text("hello");
        BroadcastOptions options = keyed ? BroadcastOptions.everyone().key("k").timeToLive(Duration.ofHours(1))
                : BroadcastOptions.everyone();
        rounds(rig, message, options, sinks, registrations);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        rounds(rig, message, options, sinks, registrations);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(rig.hub().stats().deliveries()).isEqualTo(2L * ROUNDS * peers);
        return allocated;
    }

    private static void rounds(HubRig rig, Message message, BroadcastOptions options, List<Sink> sinks,
            List<Registration> registrations) {
        for (int i = 0; i < ROUNDS; i++) {
            rig.hub().broadcast(message, options);
            rig.executor().runAll();
            for (int k = 0; k < sinks.size(); k++) {
                if (sinks.get(k).stalled) {
                    registrations.get(k).writable();
                }
            }
            rig.executor().runAll();
        }
    }

    /**
     * {@return what a thousand peers more cost, in bytes a hundred deliveries} A few bytes come and go with the JVM.
     */
    private static long bytesAHundredDeliveries(boolean stalling, boolean keyed) {
        allocatedBy(100, stalling, keyed);
        return (allocatedBy(1_100, stalling, keyed) - allocatedBy(100, stalling, keyed)) * 100 / (ROUNDS * 1_000);
    }

    @Test
    void aDeliveryMoreAllocatesNothing() {
        assertThat(bytesAHundredDeliveries(false, false)).isBetween(-5L, 5L);
    }

    @Test
    void aDeliveryToAPeerThatHasToWaitAfterEachAllocatesNothing() {
        assertThat(bytesAHundredDeliveries(true, false)).isBetween(-5L, 5L);
    }

    @Test
    void aDeliveryOfAMessageWithAKeyInAHubThatConflatesAllocatesNothing() {
        assertThat(bytesAHundredDeliveries(false, true)).isBetween(-5L, 5L);
        assertThat(bytesAHundredDeliveries(true, true)).isBetween(-5L, 5L);
    }
}
