package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.assertOneOrder;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is delivered, to whom and in which order. */
interface DeliveryContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void everyTextReachesEveryoneVerbatimTheSenderIncluded() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        WirePeer one = rig.open();
        WirePeer two = rig.open();
        for (String text : List.of("hello", "", " \n", "\uD83D\uDE00 gr\u00FC\u00DFe", "x".repeat(65_536))) {
            one.send(text);
            assertThat(one.text()).isEqualTo(text);
            assertThat(two.text()).isEqualTo(text);
        }
        rig.hub.broadcast("from the host");
        assertThat(one.text()).isEqualTo("from the host");
        assertThat(two.text()).isEqualTo("from the host");
        assertThat(rig.events.failures).isEmpty();
    }

    @Test
    default void aBinaryMessageIsIgnoredAndTheConnectionStaysOpen() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        WirePeer one = rig.open();
        one.send(new byte[] {1, 2, 3}).send(new byte[0]).send("open");
        assertThat(one.text()).isEqualTo("open");
        assertThat(rig.events.ignored).contains(Message.binary(new byte[] {1, 2, 3}), Message.binary(new byte[0]));
        assertThat(rig.events.departures).isEmpty();
        assertThat(rig.events.failures).isEmpty();
    }

    @Test
    default void aBinaryMessageIsRelayedIfThePolicySaysSo() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().policy(MessagePolicy.everything()));
        WirePeer one = rig.open();
        for (byte[] payload : new byte[][] {{0, -1, 7}, {}, new byte[65_536]}) {
            WirePeer.Received answer = one.send(payload).read();
            assertThat(answer.opcode()).isEqualTo(WirePeer.BINARY);
            assertThat(answer.payload()).isEqualTo(payload);
        }
    }

    @Test
    default void whateverTheCauseADepartureUnregistersOnce() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        WirePeer closes = rig.open();
        WirePeer vanishes = rig.open();
        WirePeer fallsSilent = rig.open();
        WirePeer stays = rig.open();
        closes.close(4001);
        assertThat(closes.closeFrame().code()).isEqualTo(4001);
        rig.awaitDepartures(1);
        vanishes.reset();
        rig.awaitDepartures(2);
        fallsSilent.endOutput();
        rig.awaitDepartures(3);
        assertThat(rig.events.departures.get(0).code()).isEqualTo(4001);
        assertThat(rig.events.departures).extracting(Events.Departure::peer).containsExactly(1L, 2L, 3L);
        assertThat(stays.send("still here").text()).isEqualTo("still here");
        assertThat(rig.hub.peers()).hasSize(1);
    }

    @Test
    default void allSeeOneOrder() throws Exception {
        ContainerRig rig = rig();
        int publishers = 4;
        int each = 100;
        rig.start(BroadcastHub.builder());
        List<WirePeer> all = rig.open(12, 0);
        List<Future<List<String>>> seen = rig.readAll(all, publishers * each);
        for (int p = 0; p < publishers; p++) {
            WirePeer publisher = all.get(p);
            int from = p;
            rig.threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    publisher.send(from + " " + i);
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
        rig.start(BroadcastHub.builder());
        List<WirePeer> all = rig.open(4, 0);
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
