package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.LogCatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Peers that are slow, silent, or break a rule. */
interface LimitsContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void aStalledPeerIsCutAndTheOthersLoseNothing() throws Exception {
        ContainerRig rig = rig();
        int count = 500;
        rig.start(BroadcastHub.builder().shards(1).retention(Retention.of(4_096, 64 << 20))
                .stallTimeout(Duration.ofMillis(1_500)).closeTimeout(Duration.ofMillis(1_500)));
        WirePeer stalls = rig.open(4_096);
        WirePeer reads = rig.open();
        Semaphore onTheWay = new Semaphore(32); // 1 MB fits in the kernel: a reader that is late is not taken for stalled
        Future<List<String>> seen = rig.threads.submit(() -> {
            List<String> texts = new ArrayList<>();
            while (texts.size() < count) {
                texts.add(reads.text());
                onTheWay.release();
            }
            return texts;
        });
        String filler = "x".repeat(32_000);
        for (int i = 0; i < count; i++) {
            onTheWay.acquire();
            rig.hub.broadcast(i + filler);
        }
        rig.awaitDepartures(1);
        assertThat(rig.events.departures.get(0)).isEqualTo(new Events.Departure(1, CloseReason.TRY_AGAIN_LATER));
        if (!rig.container.canCut()) { // it is told why if it reads before its time is over
            assertThat(stalls.closeFrame().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        }
        List<String> texts = seen.get();
        for (int i = 0; i < count; i++) {
            assertThat(texts.get(i)).hasSize(filler.length() + String.valueOf(i).length()).startsWith(i + "x");
        }
        assertThat(reads.send("still here").text()).isEqualTo("still here");
        if (rig.container.canCut()) {
            patiently().until(stalls::isCut);
        }
    }

    @Test
    default void aPolicyThatThrowsEndsItsPeerWith1011AndNobodyElseNotices() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().policy((context, message) -> {
            if (message.size() > 4) {
                throw new IllegalStateException("thrown on purpose");
            }
            return MessagePolicy.Decision.relay(message);
        }));
        WirePeer one = rig.open();
        WirePeer two = rig.open();
        try (LogCatch log = new LogCatch()) {
            one.send("fatal");
            assertThat(one.closeFrame().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            assertThat(log.warnings()).singleElement().asString().contains("The message policy threw");
        }
        one.close(CloseReason.INTERNAL_ERROR);
        assertThat(two.send("fine").text()).isEqualTo("fine");
        rig.awaitDepartures(1);
        assertThat(rig.events.failures).hasSize(1);
    }

    @Test
    default void aMessageThatIsTooLongEndsItsPeerWith1009() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        WirePeer bystander = rig.open();
        for (String text : List.of("x".repeat(65_537), "\u00E9".repeat(32_769))) {
            WirePeer talks = rig.open();
            talks.send(text);
            WirePeer.Received close = talks.closeFrame();
            assertThat(close.code()).as("%d characters", text.length()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
            assertThat(close.phrase()).as("the reason").isNotBlank();
            talks.close();
        }
        WirePeer inParts = rig.open();
        byte[] part = "x".repeat(30_000).getBytes(StandardCharsets.US_ASCII);
        inParts.frame(false, WirePeer.TEXT, part);
        inParts.frame(false, 0, part);
        inParts.frame(true, 0, part);
        assertThat(inParts.closeFrame().code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        rig.awaitDepartures(3);
        assertThat(rig.events.departures).extracting(Events.Departure::code).containsOnly(CloseReason.MESSAGE_TOO_BIG);
        assertThat(bystander.send("still here").text()).isEqualTo("still here");
    }

    /** The close frame may be lost: some containers close the socket under a peer that is still sending. */
    @Test
    default void aMessageThatIsFarTooLongEndsItsPeer() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        WirePeer bystander = rig.open();
        WirePeer talks = rig.open();
        int code = CloseReason.MESSAGE_TOO_BIG;
        try {
            talks.send("x".repeat(3_000_000));
            code = talks.closeFrame().code();
        } catch (IOException e) {
            assertThat(rig.container.lingers()).as("the close frame was lost").isFalse();
        }
        assertThat(code).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        rig.awaitDepartures(1);
        assertThat(rig.events.departures.get(0).code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
        assertThat(bystander.send("still here").text()).isEqualTo("still here");
    }

    @Test
    default void aPeerThatDoesNotAnswerPingsIsFoundAndOneThatDoesIsKept() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().heartbeat(Duration.ofMillis(200)).pongTimeout(Duration.ofSeconds(3)));
        rig.open();
        WirePeer answers = rig.open();
        while (rig.events.departures.isEmpty()) {
            WirePeer.Received ping = answers.read();
            assertThat(ping.opcode()).isEqualTo(WirePeer.PING);
            answers.frame(true, WirePeer.PONG, ping.payload());
        }
        assertThat(rig.events.departures.get(0)).isEqualTo(new Events.Departure(1, CloseReason.ABNORMAL));
        rig.hub.broadcast("you are alive");
        assertThat(answers.text()).isEqualTo("you are alive");
    }
}
