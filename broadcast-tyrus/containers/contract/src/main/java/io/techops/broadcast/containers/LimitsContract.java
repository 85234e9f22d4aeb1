package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers that are slow, silent, or break a rule. */
interface LimitsContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void aPolicyThatThrowsEndsItsPeerWith1011AndNoOtherPeerIsAffected() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().policy((context, message) -> {
            if (message.size() > 4) {
                throw new IllegalStateException("thrown on purpose");
            }
            return MessagePolicy.Verdict.relay(message);
        }));
        RawClient one = rig.open();
        RawClient two = rig.open();
        try (LogCatch log = new LogCatch()) {
            one.sendText("fatal");
            assertThat(one.readClose().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            patiently().untilAsserted(() -> assertThat(log.warnings()).singleElement().asString()
                    .contains("The message policy threw"));
        }
        one.sendClose(CloseReason.INTERNAL_ERROR);
        assertThat(two.sendText("fine").nextText()).isEqualTo("fine");
        rig.awaitDepartures(1);
        assertThat(rig.events.failures).hasSize(1);
    }

    @Test
    default void aMessageThatIsTooLongEndsItsPeerWith1009() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        RawClient bystander = rig.open();
        for (String text : List.of("x".repeat(65_537), "\u00E9".repeat(32_769))) {
            RawClient talks = rig.open();
            talks.sendText(text);
            RawClient.Frame close = talks.readClose();
            assertThat(close.code()).as("%d characters", text.length()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
            assertThat(close.phrase()).as("the reason").isNotBlank();
            talks.close();
        }
        RawClient inParts = rig.open();
        byte[] part = "x".repeat(30_000).getBytes(StandardCharsets.US_ASCII);
        inParts.send(RawClient.frame(0x01, part));
        inParts.send(RawClient.frame(0x00, part));
        inParts.send(RawClient.frame(0x80, part));
        assertThat(inParts.readClose().code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        rig.awaitDepartures(3);
        assertThat(rig.events.departures).extracting(Recorder.Departure::code)
                .containsOnly(CloseReason.MESSAGE_TOO_BIG);
        assertThat(bystander.sendText("still here").nextText()).isEqualTo("still here");
    }

    /** The close frame may be lost: some containers close the socket under a peer that is still sending. */
    @Test
    default void aMessageThatIsFarTooLongEndsItsPeer() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        RawClient bystander = rig.open();
        RawClient talks = rig.open();
        int code = CloseReason.MESSAGE_TOO_BIG;
        try {
            talks.sendText("x".repeat(3_000_000));
            code = talks.readClose().code();
        } catch (IOException e) {
            assertThat(rig.container.lingers()).as("the close frame was lost").isFalse();
        }
        assertThat(code).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        rig.awaitDepartures(1);
        assertThat(rig.events.departures.get(0).code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        assertThat(bystander.sendText("still here").nextText()).isEqualTo("still here");
    }

    @Test
    default void aPeerThatDoesNotAnswerPingsIsFoundAndOneThatDoesIsKept() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().heartbeat(Duration.ofMillis(200)).pongTimeout(Duration.ofSeconds(6)));
        rig.open();
        RawClient answers = rig.open();
        while (rig.events.departures.isEmpty()) {
            RawClient.Frame ping = answers.readMessage();
            assertThat(ping.opcode()).isEqualTo(RawClient.PING);
            answers.send(RawClient.frame(0x8A, ping.payload()));
        }
        assertThat(rig.events.departures.get(0).peer()).isEqualTo(1);
        assertThat(rig.events.departures.get(0).code()).isEqualTo(CloseReason.ABNORMAL);
        rig.hub.broadcast("you are alive");
        assertThat(answers.nextText()).isEqualTo("you are alive");
    }
}
