package io.techops.broadcast.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PeerGroups;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the guide says of rooms. */
class RoomsTest {

    @Test
    void aTopicIsARoomWithAPast() throws Exception {
        Topics topics = Topics.builder().build();
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).topics(topics)
                .path("/rooms/{topic}").replayLimits(ReplayLimits.standard().replay(10)).start()) {
            topics.hub("kitchen").broadcast("coffee");
            topics.hub("garden").broadcast("rain");
            try (RawClient late = RawClient.connect(server.port()).shakeHands("/rooms/kitchen?replay=10")) {
                assertThat(late.nextText()).isEqualTo("coffee");
                late.sendText("thanks");
                assertThat(late.nextText()).isEqualTo("thanks");
            }
        }
    }

    @Test
    void aGroupIsARoomWithoutAPastInsideAHub() throws Exception {
        PeerGroups rooms = new PeerGroups();
        BroadcastHub hub = BroadcastHub.builder().listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                for (String room : peer.attributes().get(PeerAttributes.PATH).substring(1).split("\\+")) {
                    rooms.join(room, peer);
                }
            }
        }).build();
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).hub(hub)
                .replayLimits(ReplayLimits.standard().replay(10)).start();
                RawClient both = RawClient.connect(server.port()).shakeHands("/kitchen+garden")) {
            await().until(() -> rooms.sizes().equals(Map.of("kitchen", 1, "garden", 1)));
            hub.broadcast(Message.text("coffee"), rooms.to("kitchen"));
            hub.broadcast(Message.text("rain"), rooms.to("garden"));
            hub.broadcast("for all");
            assertThat(both.nextText()).isEqualTo("coffee");
            assertThat(both.nextText()).isEqualTo("rain");
            assertThat(both.nextText()).isEqualTo("for all");
            try (RawClient late = RawClient.connect(server.port()).shakeHands("/kitchen?replay=10")) {
                assertThat(late.nextText()).isEqualTo("for all");
            }
        }
    }
}
