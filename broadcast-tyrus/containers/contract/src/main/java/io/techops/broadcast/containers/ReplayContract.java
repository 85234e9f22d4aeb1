package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What the endpoint's settings allow of the past, and peers that come and go. */
interface ReplayContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void peersComeAndGoAndMissNothing() throws Exception {
        ContainerRig rig = rig();
        int count = 600;
        rig.start(BroadcastHub.builder(), Container.MANY_THREADS);
        Position first = rig.publish("1");
        List<Future<?>> runs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Random random = new Random(i);
            runs.add(rig.threads.submit(() -> {
                long last = 0;
                while (last < count) {
                    last = goesOn(first.at(last), Math.min(count, last + 1 + random.nextInt(150)));
                }
                return null;
            }));
        }
        for (int i = 2; i <= count; i++) {
            rig.publish(String.valueOf(i));
        }
        for (Future<?> run : runs) {
            run.get();
        }
    }

    /** {@return the last sequence that was read, in a connection of its own, and is {@code to}} */
    private long goesOn(Position after, long to) throws IOException {
        try (RawClient peer = rig().connectNumbered(
                rig().container.uri().getPath() + "?last_event_id=" + after, "broadcast.v1")) {
            assertThat(peer.nextText()).isEqualTo("event: open\nid: " + after + "\nrecovered: true\n\n");
            for (long i = after.sequence() + 1; i <= to; i++) {
                assertThat(peer.nextText()).isEqualTo("id: " + after.at(i) + "\n\n" + i);
            }
            return to;
        }
    }

    @Test
    default void aPeerBeginsWithWhatTheSettingsAllow() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder().policy((context, message) -> {
            context.peer().send(message);
            return MessagePolicy.Verdict.ignore();
        }));
        assumeTrue(rig.container.isForeign(), "the standalone server has a test of its own");
        rig.hub.broadcast(Message.text("a1"), BroadcastOptions.everyone().key("a"));
        rig.hub.broadcast(Message.text("b2"), BroadcastOptions.everyone().key("b"));
        rig.hub.broadcast(Message.text("a3"), BroadcastOptions.everyone().key("a"));
        Position end = rig.publish("4");
        begins(rig.openAt("/replays?replay=50"), "a3", "4");
        begins(rig.openAt("/replays?replay=1"), "4");
        begins(rig.openAt("/replays?replay=latest"), "b2", "a3");
        begins(rig.openAt(rig.container.uri().getPath() + "?replay=50"));
        RawClient numbered = rig.openNumbered("/replays?replay=1", "broadcast.v1");
        assertThat(numbered.nextText()).isEqualTo("event: open\nid: " + end.at(3) + "\nrecovered: false\n\n");
        assertThat(numbered.nextText()).isEqualTo("id: " + end + "\n\n4");
        RawClient bad = rig.openAt("/replays?replay=all");
        assertThat(bad.readClose().phrase()).isEqualTo("replay must be a number of messages, or latest.");
    }

    /** Asserts what a peer gets of the past: these and nothing else. */
    private void begins(RawClient peer, String... texts) throws IOException {
        for (String text : texts) {
            assertThat(peer.nextText()).isEqualTo(text);
        }
        peer.sendText("what comes next");
        assertThat(peer.nextText()).isEqualTo("what comes next");
        peer.close();
    }

    /** {@return a client that has not asked for anything yet, of a container that is not the standalone server} */
    private RawClient connectToForeign() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        assumeTrue(rig.container.isForeign(), "the standalone server has a test of its own");
        RawClient client = RawClient.connect(rig.container.uri().getPort(), 0);
        rig.peers.add(client);
        return client;
    }

    @Test
    default void theApplicationsOwnSubprotocolsStandBesideBroadcastV1() throws Exception {
        ContainerRig rig = rig();
        RawClient chats = connectToForeign();
        assertThat(chats.ask(RawClient.handshake("/chats?last_event_id=undefined",
                "Sec-WebSocket-Protocol: chat, broadcast.v1")))
                .containsIgnoringCase("Sec-WebSocket-Protocol: chat\r\n");
        RawClient numbered = rig.openNumbered("/chats", "broadcast.v1");
        assertThat(numbered.nextText()).startsWith("event: open\n");
        patiently().until(() -> rig.hub.peers().size() == 2);
        rig.hub.broadcast("hello");
        assertThat(chats.nextText()).isEqualTo("hello");
        assertThat(numbered.nextText()).endsWith("-1\n\nhello");
    }

    @Test
    default void withoutResumeTheOfferIsNotTaken() throws Exception {
        ContainerRig rig = rig();
        RawClient plain = connectToForeign();
        assertThat(plain.ask(RawClient.handshake("/forgets?last_event_id=undefined",
                "Sec-WebSocket-Protocol: broadcast.v1")))
                .startsWith("HTTP/1.1 101 ").doesNotContainIgnoringCase("Sec-WebSocket-Protocol");
        begins(plain);
        try (LogCatch log = new LogCatch()) {
            RawClient contradicts = rig.openNumbered("/contradicts", "broadcast.v1");
            assertThat(contradicts.readClose().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            assertThat(log.warnings()).allMatch(line -> line.contains("A session could not become a peer"));
        }
    }
}
