package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testkit.HubRig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sessions whose container has agreed on broadcast.v1, and others beside. */
class NumberedSessionTest {

    private final HubRig rig = new HubRig();
    private final Map<String, Object> properties = new HashMap<>();

    private FakeSession open(@Nullable String subprotocol, @Nullable String query, ReplayLimits limits) {
        FakeSession session = new FakeSession(Runnable::run);
        session.told.put("getNegotiatedSubprotocol", subprotocol);
        session.told.put("getQueryString", query);
        session.session().getUserProperties().putAll(properties);
        new BroadcastEndpoint(rig.hub(), EndpointSettings.standard().replayLimits(limits)).open(session.session());
        rig.run();
        return session;
    }

    private FakeSession open(@Nullable String subprotocol, @Nullable String query) {
        return open(subprotocol, query, ReplayLimits.standard());
    }

    @Test
    void whatIsSentIsMadeOnceForAllPeersOfAKind() {
        FakeSession one = open(BroadcastEndpoint.SUBPROTOCOL, null);
        FakeSession two = open(BroadcastEndpoint.SUBPROTOCOL, null);
        FakeSession plain = open("", null);
        FakeSession other = open("chat", "last_event_id=undefined");
        rig.broadcast("hello");
        rig.run();
        String epoch = rig.hub().stats().position().epoch();
        assertThat(one.texts).containsExactly("event: open\nid: " + epoch + "-0\nrecovered: false\n\n",
                "id: " + epoch + "-1\n\nhello");
        assertThat(two.texts.get(1)).isSameAs(one.texts.get(1));
        assertThat(plain.texts).containsExactly("hello");
        assertThat(other.texts.get(0)).isSameAs(plain.texts.get(0));
    }

    @Test
    void theSettingsBoundHowFarAPeerGoesBack() {
        rig.broadcastEach(1, 5);
        rig.run();
        Position end = rig.hub().stats().position();
        FakeSession late = open(BroadcastEndpoint.SUBPROTOCOL, "last_event_id=" + end.at(1),
                ReplayLimits.standard().resumeMessages(2));
        assertThat(late.texts).startsWith("event: open\nid: " + end.at(2) + "\nrecovered: false\n\n",
                "event: gap\nid: " + end.at(2) + "\nreason: evicted\nmissed: 1\n\n").hasSize(4);
    }

    @Test
    void theApplicationDecidesAboutOneClient() {
        rig.broadcastEach(1, 5);
        rig.run();
        Position end = rig.hub().stats().position();
        properties.put(BroadcastEndpoint.REPLAY, Replay.last(1));
        assertThat(open(null, "replay=3").texts).containsExactly("4");
        assertThat(open(BroadcastEndpoint.SUBPROTOCOL, "last_event_id=" + end.at(1)).texts).contains(
                "event: gap\nid: " + end.at(3) + "\nreason: evicted\nmissed: 2\n\n").hasSize(3);
        assertThat(open(BroadcastEndpoint.SUBPROTOCOL, "last_event_id=" + end.at(3)).texts)
                .containsExactly("event: open\nid: " + end.at(3) + "\nrecovered: true\n\n", "id: " + end + "\n\n4");
    }

    @Test
    void aQueryThatSaysNoPositionEndsTheSession() {
        FakeSession session = open(BroadcastEndpoint.SUBPROTOCOL, "last_event_id=a-1&last_event_id=a-1");
        assertThat(session.closeCodes).containsExactly(CloseReason.POLICY_VIOLATION);
        assertThat(session.closePhrases).containsExactly("last_event_id must be given once.");
        assertThat(rig.hub().stats().registrations()).isZero();
    }

    @Test
    void anEndpointThatIsAskedForWhatItHasSwitchedOffSaysSo() {
        try (LogCatch log = new LogCatch()) {
            FakeSession session = open(BroadcastEndpoint.SUBPROTOCOL, null, ReplayLimits.standard().resume(false));
            assertThat(session.closeCodes).containsExactly(CloseReason.INTERNAL_ERROR);
            assertThat(log.warnings()).as("at most, at a bounded rate").hasSizeLessThan(2).allMatch(
                    line -> line.contains("A session could not become a peer"));
        }
        assertThat(rig.hub().stats().registrations()).isZero();
    }

    @Test
    void aConfigurationTakesTheOfferUnlessResumeIsOff() {
        List<String> offered = List.of("chat", BroadcastEndpoint.SUBPROTOCOL);
        EndpointSettings forgets = EndpointSettings.standard().replayLimits(ReplayLimits.standard().resume(false));
        assertThat(BroadcastEndpoint.config("/live", rig.hub()).getConfigurator()
                .getNegotiatedSubprotocol(List.of(), offered)).isEqualTo("broadcast.v1");
        assertThat(BroadcastEndpoint.config("/live", rig.hub()).getConfigurator()
                .getNegotiatedSubprotocol(List.of(), List.of("chat"))).isEmpty();
        assertThat(BroadcastEndpoint.config("/live", rig.hub(), forgets).getConfigurator()
                .getNegotiatedSubprotocol(List.of(), offered)).isEmpty();
    }
}
