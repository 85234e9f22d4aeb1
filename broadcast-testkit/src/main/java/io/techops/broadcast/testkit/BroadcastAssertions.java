package io.techops.broadcast.testkit;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;

/**
 * AssertJ assertions about what a hub does. Import them beside AssertJ's own:
 *
 * <pre>{@code
 * import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
 * import static org.assertj.core.api.Assertions.assertThat;
 *
 * assertThat(transport).hasReceived("a", "b").isOpen();
 * assertThat(transport.peer()).isRegistered().hasLag(0);
 * assertThat(rig.hub().stats()).hasPeers(1).hasDeliveries(2);
 * assertThat(rig.listener().entries()).contains("peer 1 registered");
 * }</pre>
 */
public final class BroadcastAssertions {

    private BroadcastAssertions() {
    }

    /**
     * {@return assertions about what a hub has done with a transport}
     *
     * @param actual the transport
     */
    public static FakeTransportAssert assertThat(FakeTransport actual) {
        return new FakeTransportAssert(actual);
    }

    /**
     * {@return assertions about a peer, of any hub and any adapter}
     *
     * @param actual the peer
     */
    public static PeerAssert assertThat(Peer actual) {
        return new PeerAssert(actual);
    }

    /**
     * {@return assertions about a hub's figures}
     *
     * @param actual the figures
     */
    public static HubStatsAssert assertThat(HubStats actual) {
        return new HubStatsAssert(actual);
    }
}
