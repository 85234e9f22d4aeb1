package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The application's decision about a handshake. */
interface HandshakeContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    private void begin() throws Exception {
        rig().start(BroadcastHub.builder(), Container.MANY_THREADS);
        assumeTrue(rig().container.isForeign(), "the standalone server has a test of its own");
    }

    private String ask(String path, String... headers) throws Exception {
        RawClient peer = RawClient.connect(rig().container.uri().getPort(), 0);
        rig().peers.add(peer);
        return peer.ask(RawClient.handshake(path, headers));
    }

    private RawClient last() {
        return rig().peers.get(rig().peers.size() - 1);
    }

    private Attributes onlyPeer() {
        patiently().until(() -> rig().hub.peers().size() == 1);
        return rig().hub.peers().iterator().next().attributes();
    }

    private static void assertSelected(String answer, String subprotocol) {
        assertThat(answer).startsWith("HTTP/1.1 101 ").containsIgnoringCase(
                "\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\n");
    }

    @Test
    default void aPolicySeesABrowsersTokenAndTellsWhoThePeerIs() throws Exception {
        begin();
        String answer = ask("/guarded?a=b", "Sec-WebSocket-Protocol: bearer, anna");
        assertSelected(answer, "bearer");
        assertThat(answer).containsIgnoringCase("\r\nX-User: anna\r\n");
        Attributes known = onlyPeer();
        assertThat(known.get(GuardedEndpoints.USER)).isEqualTo("anna");
        assertThat(known.get(PeerAttributes.SUBPROTOCOL)).isEqualTo("bearer");
        assertThat(known.get(GuardedEndpoints.SEEN_AT))
                .startsWith(rig().container.tellsPolicyAddress() ? "/127.0.0.1:" : "unknown");
        assertThat(known.get(PeerAttributes.PATH)).isEqualTo("/guarded");
        assertThat(known.get(PeerAttributes.QUERY)).isEqualTo("a=b");
        rig().hub.broadcast("hello");
        assertThat(last().nextText()).isEqualTo("hello");
    }

    @Test
    default void aPolicySelectsTheSubprotocol() throws Exception {
        begin();
        assertSelected(ask("/guarded", "Sec-WebSocket-Protocol: broadcast.v1, chat", "Authorization: Bearer bob"),
                "chat");
        assertThat(onlyPeer().get(PeerAttributes.SUBPROTOCOL)).isEqualTo("chat");
        rig().hub.broadcast("hello");
        assertThat(last().nextText()).isEqualTo("hello");
    }

    @Test
    default void broadcastV1IsSpokenWhereThePolicySelectsNothingElse() throws Exception {
        begin();
        assertSelected(ask("/guarded", "Sec-WebSocket-Protocol: bearer, anna, broadcast.v1"), "broadcast.v1");
        assertThat(last().nextText()).startsWith("event: open\n");
        onlyPeer();
        rig().hub.broadcast("hello");
        assertThat(last().nextText()).endsWith("-1\n\nhello");
    }

    @Test
    default void theFirstSubprotocolOfTheSettingsThatIsOfferedIsSpoken() throws Exception {
        begin();
        assertSelected(ask("/speaks", "Sec-WebSocket-Protocol: broadcast.v1, news, chat"), "chat");
        assertThat(onlyPeer().get(PeerAttributes.SUBPROTOCOL)).isEqualTo("chat");
        rig().hub.broadcast("hello");
        assertThat(last().nextText()).isEqualTo("hello");
        assertSelected(ask("/speaks", "Sec-WebSocket-Protocol: other, broadcast.v1"), "broadcast.v1");
        assertThat(last().nextText()).startsWith("event: open\n");
        assertThat(ask("/speaks", "Sec-WebSocket-Protocol: other")).startsWith("HTTP/1.1 101 ")
                .doesNotContainIgnoringCase("\r\nSec-WebSocket-Protocol:");
    }

    @Test
    default void aPolicyGrantsWhatOfThePastAPeerGets() throws Exception {
        begin();
        rig().publish("1");
        Position end = rig().publish("2");
        ask("/guarded", "Authorization: Bearer last");
        assertThat(last().nextText()).isEqualTo("2");
        ask("/guarded?last_event_id=" + end.at(0), "Authorization: Bearer anna",
                "Sec-WebSocket-Protocol: broadcast.v1");
        assertThat(last().nextText()).endsWith("recovered: true\n\n");
        assertThat(last().nextText()).endsWith("\n\n1");
    }

    @Test
    default void aClassWithTheConfiguratorAsksThePolicyToo() throws Exception {
        begin();
        assertThat(ask("/members")).startsWith("HTTP/1.1 101 ");
        assertThat(last().readClose().phrase()).isEqualTo("a valid token is needed");
        assertSelected(ask("/members", "Sec-WebSocket-Protocol: bearer, anna, news"), "news");
        assertThat(onlyPeer().get(GuardedEndpoints.USER)).isEqualTo("anna");
    }

    @Test
    default void aHandshakeThatIsRefusedIsClosedWithTheReasonAndIsNeverAPeer() throws Exception {
        begin();
        assertSelected(ask("/guarded", "Sec-WebSocket-Protocol: news, broadcast.v1"), "news");
        RawClient.Frame close = last().readClose();
        assertThat(close.code()).isEqualTo(CloseReason.POLICY_VIOLATION);
        assertThat(close.phrase()).isEqualTo("a valid token is needed");
        ask("/guarded?replay=all", "Authorization: Bearer anna");
        close = last().readClose();
        assertThat(close.code()).isEqualTo(CloseReason.POLICY_VIOLATION);
        assertThat(close.phrase()).isEqualTo("replay must be a number of messages, or latest.");
        assertThat(rig().hub.stats().refusals(RefusalCause.POLICY)).isEqualTo(1);
        assertThat(rig().events.registered).isEmpty();
    }

    @Test
    default void aDecisionMayComeLaterButNotTooLate() throws Exception {
        begin();
        ask("/guarded", "Authorization: Bearer later");
        assertThat(onlyPeer().get(GuardedEndpoints.USER)).isEqualTo("later");
        try (LogCatch log = new LogCatch()) {
            for (String token : List.of("never", "throws")) {
                ask("/guarded", "Authorization: Bearer " + token);
                RawClient.Frame close = last().readClose();
                assertThat(close.code()).as(token).isEqualTo(CloseReason.TRY_AGAIN_LATER);
                assertThat(close.phrase()).isEqualTo("There is no decision about this handshake.");
            }
            assertThat(log.warnings()).allMatch(line -> line.contains("handshake policy"))
                    .as("what came with the request").noneMatch(line -> line.contains("because of throws"));
        }
        assertThat(rig().hub.peers()).hasSize(1);
    }

    @Test
    default void handshakesAtTheSameTimeAreNotMistakenForEachOther() throws Exception {
        begin();
        List<Future<String>> told = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            String user = "user-" + i;
            RawClient peer = RawClient.connect(rig().container.uri().getPort(), 0);
            rig().peers.add(peer);
            told.add(rig().threads.submit(() -> {
                peer.ask(RawClient.handshake("/guarded?" + user, "Authorization: Bearer " + user));
                return user;
            }));
        }
        for (Future<String> one : told) {
            one.get();
        }
        patiently().until(() -> rig().hub.peers().size() == 32);
        assertThat(rig().hub.peers()).extracting(Peer::attributes).allSatisfy(known ->
                assertThat(known.get(GuardedEndpoints.USER)).isEqualTo(known.get(PeerAttributes.QUERY)));
        assertThat(rig().hub.peers()).extracting(peer -> peer.attributes().get(GuardedEndpoints.USER))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 32).mapToObj(i -> "user-" + i).toList());
    }

    @Test
    default void aPolicyIsAskedAboutTheTopicThatThePeerGets() throws Exception {
        begin();
        ask("/rooms/%61", "Authorization: Bearer anna");
        patiently().until(() -> rig().topics.hub("a").peers().size() == 1);
        Attributes known = rig().topics.hub("a").peers().iterator().next().attributes();
        assertThat(known.get(GuardedEndpoints.ASKED)).isEqualTo("a");
        assertThat(known.get(PeerAttributes.TOPIC)).isEqualTo("a");
        ask("/rooms/b");
        assertThat(last().readClose().code()).isEqualTo(CloseReason.POLICY_VIOLATION);
        assertThat(rig().topics.names()).containsExactly("a");
    }

    @Test
    default void pagesOfOriginsThatAreNotListedMayNotConnect() throws Exception {
        begin();
        for (String refused : List.of("https://example.com", "https://example.org:444", "http://127.0.0.1", "null")) {
            assertThat(ask("/origins", "Origin: " + refused)).as(refused)
                    .startsWith("HTTP/1.1 " + rig().container.originStatus() + " ");
        }
        assertThat(ask("/origins", "Origin: https://Example.org:443")).startsWith("HTTP/1.1 101 ");
        assertThat(ask("/origins")).startsWith("HTTP/1.1 101 ");
        assertSelected(ask("/origins", "Sec-WebSocket-Protocol: broadcast.v1"), "broadcast.v1");
        assertThat(last().nextText()).startsWith("event: open\n");
        patiently().until(() -> rig().hub.peers().size() == 3);
    }

    @Test
    default void aClassWhosePolicyIsNotAskedServesNoPeer() throws Exception {
        begin();
        try (LogCatch log = new LogCatch()) {
            ask("/unguarded", "Authorization: Bearer anna");
            assertThat(last().readClose().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
            assertThat(log.warnings()).allMatch(line -> line.contains("A session could not become a peer"));
        }
        assertThat(rig().hub.peers()).isEmpty();
    }
}
