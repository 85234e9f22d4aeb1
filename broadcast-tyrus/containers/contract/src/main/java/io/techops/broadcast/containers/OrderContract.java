package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.assertOneOrder;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.RawClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** All peers see all messages in one order. */
interface OrderContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void allSeeOneOrder() throws Exception {
        ContainerRig rig = rig();
        int publishers = 4;
        int each = 100;
        rig.start(BroadcastHub.builder().heartbeat(Duration.ZERO));
        List<RawClient> all = rig.open(12, 0);
        List<Future<List<String>>> seen = rig.readAll(all, publishers * each);
        for (int p = 0; p < publishers; p++) {
            RawClient publisher = all.get(p);
            int from = p;
            rig.threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    publisher.sendText(from + " " + i);
                }
                return null;
            });
        }
        assertOneOrder(seen, publishers, each);
    }

    @Test
    default void aPushFromSixteenThreadsReachesEveryoneInOneOrder() throws Exception {
        ContainerRig rig = rig();
        int publishers = 16;
        int each = 250;
        rig.start(BroadcastHub.builder().heartbeat(Duration.ZERO));
        List<RawClient> all = rig.open(4, 0);
        List<Future<List<String>>> seen = rig.readAll(all, publishers * each);
        for (int p = 0; p < publishers; p++) {
            int from = p;
            rig.threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    rig.hub.broadcast(from + " " + i);
                }
            });
        }
        assertOneOrder(seen, publishers, each);
        assertThat(rig.events.failures).isEmpty();
        assertThat(rig.events.departures).isEmpty();
    }
}
