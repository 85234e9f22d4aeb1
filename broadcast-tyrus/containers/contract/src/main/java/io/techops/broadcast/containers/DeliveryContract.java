package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is delivered, to whom and in which order. */
interface DeliveryContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void everyTextReachesEveryoneVerbatimTheSenderIncluded() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        RawClient one = rig.open();
        RawClient two = rig.open();
        for (String text : List.of("hello", "", " \n", "\uD83D\uDE00 gr\u00FC\u00DFe", "x".repeat(65_536))) {
            one.sendText(text);
            assertThat(one.nextText()).isEqualTo(text);
            assertThat(two.nextText()).isEqualTo(text);
        }
        rig.hub.broadcast("from the host");
        assertThat(one.nextText()).isEqualTo("from the host");
        assertThat(two.nextText()).isEqualTo("from the host");
        assertThat(rig.events.failures).isEmpty();
    }

    @Test
    default void aBinaryMessageIsIgnoredAndTheConnectionStaysOpen() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        RawClient one = rig.open();
        one.sendBinary(new byte[] {1, 2, 3}).sendBinary(new byte[0]).sendText("open");
        assertThat(one.nextText()).isEqualTo("open");
        assertThat(rig.events.ignored).contains(Message.binary(new byte[] {1, 2, 3}), Message.binary(new byte[0]));
        assertThat(rig.events.departures).isEmpty();
        assertThat(rig.events.failures).isEmpty();
    }

    @Test
    default void aBinaryMessageIsRelayedIfThePolicySaysSo() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().policy(MessagePolicy.everything()));
        RawClient one = rig.open();
        for (byte[] payload : new byte[][] {{0, -1, 7}, {}, new byte[65_536]}) {
            RawClient.Frame answer = one.sendBinary(payload).readMessage();
            assertThat(answer.opcode()).isEqualTo(RawClient.BINARY);
            assertThat(answer.payload()).isEqualTo(payload);
        }
    }

    @Test
    default void whateverTheCauseADepartureUnregistersOnce() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        RawClient closes = rig.open();
        RawClient vanishes = rig.open();
        RawClient fallsSilent = rig.open();
        RawClient stays = rig.open();
        closes.sendClose(4001);
        assertThat(closes.readClose().code()).isEqualTo(4001);
        rig.awaitDepartures(1);
        vanishes.reset();
        rig.awaitDepartures(2);
        fallsSilent.socket().shutdownOutput();
        rig.awaitDepartures(3);
        assertThat(rig.events.departures.get(0).code()).isEqualTo(4001);
        assertThat(rig.events.departures).extracting(Recorder.Departure::peer).containsExactly(
                rig.events.registered.stream().limit(3).map(Peer::id).toArray(Long[]::new));
        assertThat(stays.sendText("still here").nextText()).isEqualTo("still here");
        assertThat(rig.events.registered).hasSize(4);
        assertThat(rig.hub.peers()).contains(rig.events.registered.get(3))
                .doesNotContainAnyElementsOf(rig.events.registered.subList(0, 3));
    }
}
