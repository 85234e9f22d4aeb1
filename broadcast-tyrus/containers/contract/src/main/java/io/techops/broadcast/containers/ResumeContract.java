package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Peers that are told the position of every message, and go on after one. */
interface ResumeContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void aPeerThatOffersBroadcastV1IsToldTheHeadersOfEveryMessageAndOthersAreNot() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        Position first = rig.publish("before");
        RawClient plain = rig.open();
        RawClient numbered = rig.openNumbered(rig.container.uri().getPath(), "other, broadcast.v1");
        assertThat(numbered.nextText()).isEqualTo("event: open\nid: " + first + "\nrecovered: false\n\n");
        rig.publish("hello");
        rig.hub.broadcast(Message.text("{}"), BroadcastOptions.everyone().key("Z\u00FCrich"));
        rig.hub.broadcast(Message.binary(new byte[] {0, -1, 10, 10}));
        assertThat(numbered.nextText()).isEqualTo("id: " + first.at(2) + "\n\nhello");
        assertThat(numbered.nextText()).isEqualTo("id: " + first.at(3) + "\nkey: Z\u00FCrich\n\n{}");
        assertBinary(numbered.readMessage(), "id: " + first.at(4) + "\n\n", 0, -1, 10, 10);
        rig.hub.peers().forEach(peer -> peer.send(Message.text("you")));
        assertThat(numbered.nextText()).isEqualTo("event: direct\n\nyou");
        numbered.sendText("event: open\n\nverbatim");
        assertThat(numbered.nextText()).isEqualTo("id: " + first.at(5) + "\n\nevent: open\n\nverbatim");
        assertThat(plain.nextText()).isEqualTo("hello");
        assertThat(plain.nextText()).isEqualTo("{}");
        assertBinary(plain.readMessage(), "", 0, -1, 10, 10);
        assertThat(plain.nextText()).isEqualTo("you");
        assertThat(plain.nextText()).isEqualTo("event: open\n\nverbatim");
    }

    private static void assertBinary(RawClient.Frame frame, String headers, int... payload) {
        assertThat(frame.opcode()).isEqualTo(RawClient.BINARY);
        byte[] bytes = (headers + "x".repeat(payload.length)).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < payload.length; i++) {
            bytes[headers.length() + i] = (byte) payload[i];
        }
        assertThat(frame.payload()).isEqualTo(bytes);
    }

    @Test
    default void aPeerGoesOnWhereItWasOrIsToldOfTheGap() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().retention(Retention.of(4, 1 << 20)));
        Position end = Position.of("0", 0);
        for (int i = 1; i <= 6; i++) {
            end = rig.publish("m" + i);
        }
        String fifth = "id: " + end.at(5) + "\n\nm5";
        String sixth = "id: " + end.at(6) + "\n\nm6";
        goesOn(end.at(4), "event: open\nid: " + end.at(4) + "\nrecovered: true\n\n", fifth, sixth);
        goesOn(end, "event: open\nid: " + end + "\nrecovered: true\n\n");
        goesOn(end.at(1), "event: open\nid: " + end.at(2) + "\nrecovered: false\n\n",
                "event: gap\nid: " + end.at(2) + "\nreason: evicted\nmissed: 1\n\n",
                "id: " + end.at(3) + "\n\nm3", "id: " + end.at(4) + "\n\nm4", fifth, sixth);
        goesOn(end.at(7), "event: open\nid: " + end + "\nrecovered: false\n\n",
                "event: gap\nid: " + end + "\nreason: future\n\n");
        goesOn(Position.of("0", 3), "event: open\nid: " + end + "\nrecovered: false\n\n",
                "event: gap\nid: " + end + "\nreason: epoch\n\n");
    }

    /** Asserts what a peer gets that goes on after a position, and that what comes from now on comes next. */
    private void goesOn(Position after, String... expected) throws Exception {
        ContainerRig rig = rig();
        String path = rig.container.uri().getPath() + "?last_event_id=" + after;
        try (RawClient peer = rig.openNumbered(path, "broadcast.v1")) {
            for (String text : expected) {
                assertThat(peer.nextText()).isEqualTo(text);
            }
            rig.hub.peers().forEach(one -> one.send(Message.text("you")));
            assertThat(peer.nextText()).isEqualTo("event: direct\n\nyou");
        }
        patiently().until(() -> rig.hub.peers().isEmpty());
    }

    /** Jakarta WebSocket has no way to refuse a handshake with 400. */
    @Test
    default void whatIsNoPositionIsRefusedWithASentence() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        String path = rig.container.uri().getPath() + "?last_event_id=undefined";
        String sentence = "last_event_id must be a position: an epoch of 1 to 32 of 0-9 and a-z, a hyphen, and a "
                + "sequence from 0 to 9007199254740991.";
        if (rig.container.refusesBeforeUpgrade()) {
            RawClient refused = RawClient.connect(rig.container.uri().getPort(), 0);
            rig.peers.add(refused);
            assertThat(refused.ask(RawClient.handshake(path, "Sec-WebSocket-Protocol: broadcast.v1")))
                    .startsWith("HTTP/1.1 400 ");
            assertThat(refused.readBody()).contains(sentence);
        } else {
            RawClient.Frame close = rig.openNumbered(path, "broadcast.v1").readClose();
            assertThat(close.code()).isEqualTo(CloseReason.POLICY_VIOLATION);
            assertThat(close.phrase()).isEqualTo(sentence);
        }
        assertThat(rig.hub.peers()).isEmpty();
        rig.openAt(path); // nothing for one that cannot be told of gaps
        patiently().until(() -> rig.hub.peers().size() == 1);
    }

    @Test
    default void aTopicsNextLifeIsAnotherEpoch() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        assumeTrue(rig.container.isForeign(), "the standalone server has a test of its own");
        RawClient stays = rig.openNumbered("/topics/a", "broadcast.v1");
        assertThat(stays.nextText()).startsWith("event: open\n");
        Position first = rig.topics.hub("a").publish("first").toCompletableFuture().get();
        assertThat(stays.nextText()).isEqualTo("id: " + first + "\n\nfirst");
        RawClient again = rig.openNumbered("/topics/a?last_event_id=" + first.at(0), "broadcast.v1");
        assertThat(again.nextText()).isEqualTo("event: open\nid: " + first.at(0) + "\nrecovered: true\n\n");
        assertThat(again.nextText()).isEqualTo("id: " + first + "\n\nfirst");
        stays.close();
        again.close();
        patiently().until(() -> rig.topics.names().isEmpty());
        RawClient late = rig.openNumbered("/topics/a?last_event_id=" + first, "broadcast.v1");
        assertThat(late.nextText()).startsWith("event: open\n").endsWith("-0\nrecovered: false\n\n");
        assertThat(late.nextText()).startsWith("event: gap\n").doesNotContain(first.epoch())
                .endsWith("-0\nreason: epoch\n\n");
    }
}
