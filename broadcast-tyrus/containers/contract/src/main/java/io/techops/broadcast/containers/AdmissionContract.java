package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

/** Which clients become peers of which hub, and what is known about them. */
interface AdmissionContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void aHubThatIsClosedTakesNoPeers() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        rig.hub.close();
        RawClient late = RawClient.connect(rig.container.uri().getPort(), 0);
        rig.peers.add(late);
        String status = late.ask(RawClient.handshake(rig.container.uri().getPath()));
        if (rig.container.refusesBeforeUpgrade()) {
            assertThat(status).startsWith("HTTP/1.1 503");
        } else {
            assertThat(late.readClose().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        }
    }

    @Test
    default void aPeerIsKnownByWhatItAskedForAndWhereItConnectsFrom() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        RawClient peer = rig.openAt(rig.container.uri().getPath() + "?token=a%20b&" + rig.mark);
        patiently().until(() -> rig.events.registered.size() == 1);
        Attributes known = rig.events.registered.get(0).attributes();
        assertThat(known.get(PeerAttributes.PATH)).isEqualTo(rig.container.uri().getPath());
        assertThat(known.get(PeerAttributes.QUERY)).isEqualTo("token=a%20b&" + rig.mark);
        assertThat(known.get(PeerAttributes.REMOTE_ADDRESS)).isEqualTo(rig.container.tellsRemoteAddress()
                ? new InetSocketAddress("127.0.0.1", rig.container.tellsRemotePort() ? peer.socket().getLocalPort() : 0)
                : null);
        assertThat(known.toMap()).doesNotContainKeys(PeerAttributes.TOPIC, PeerAttributes.PRINCIPAL,
                PeerAttributes.SUBPROTOCOL, PeerAttributes.PROXY_ADDRESS);
    }

    @Test
    default void aTopicIsWhatStandsInThePathAsItWasSent() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        assumeTrue(rig.container.isForeign(), "the standalone server has a test of its own");
        RawClient listens = rig.openAt("/topics/a");
        patiently().until(() -> rig.topics.hub("a").peers().size() == 1);
        try (LogCatch log = new LogCatch()) { // containers may tell of malformed requests
            areNoTopics("/topics/a;v=1", "/topics;v=1/a", "/topics/a/", "/topics/b/../a", "/topics/./a", "/topics//a",
                    "/topics/a%2F", "/topics/%2E%2E/topics/a", "/topics/a%00", "/topics/a%3Bv=1", "/topics/%2561",
                    "/topics/a%2F..%2Fa", "/x/../topics/a", "//topics/a", "/topics/%C0%E1");
            assertThat(log.warnings()).noneMatch(line -> line.startsWith("io.techops"));
        }
        RawClient spelled = rig.openAt("/topics/%61?v=1");
        patiently().until(() -> rig.topics.hub("a").peers().size() == 2);
        rig.topics.hub("a").broadcast("to a");
        assertThat(listens.nextText()).isEqualTo("to a");
        assertThat(spelled.nextText()).isEqualTo("to a");
        assertThat(rig.topics.hub("a").peers()).allSatisfy(peer -> {
            assertThat(peer.attributes().get(PeerAttributes.TOPIC)).isEqualTo("a");
            assertThat(peer.attributes().get(PeerAttributes.PATH)).isEqualTo("/topics/a");
        });
        assertThat(rig.topics.names()).containsExactly("a");
    }

    /** Asserts that a container does not upgrade, or closes what it has upgraded. */
    private void areNoTopics(String... paths) throws IOException {
        ContainerRig rig = rig();
        for (String path : paths) {
            try (RawClient other = RawClient.connect(rig.container.uri().getPort(), 0)) {
                if (other.ask(RawClient.handshake(path)).startsWith("HTTP/1.1 101")) {
                    RawClient.Frame close = other.readClose();
                    assertThat(close.code()).as(path).isEqualTo(CloseReason.POLICY_VIOLATION);
                    assertThat(close.phrase()).as(path).isNotBlank();
                }
            } catch (EOFException | SocketException e) {
                // Refused without an answer.
            }
        }
    }
}
