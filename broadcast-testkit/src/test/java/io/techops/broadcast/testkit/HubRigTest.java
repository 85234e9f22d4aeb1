package io.techops.broadcast.testkit;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HubRigTest {

    /** The example of the package's documentation, as it stands there. */
    @Nested
    class ChatTest {

        private final HubRig rig = HubRig.keeping(3, builder -> builder.policy(MessagePolicy.textOnly()));

        @Test
        void everyoneGetsWhatAliceSays() {
            FakeTransport alice = rig.join();
            FakeTransport bob = rig.join();
            alice.send("hello");
            rig.run();
            assertThat(alice).hasReceived("hello");
            assertThat(bob).hasReceived("hello");
        }

        @Test
        void whoDoesNotReadIsDisconnected() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcastEach(0, 5);
            assertThat(slow).hasReceived("0").isClosedWith(CloseReason.TRY_AGAIN_LATER);
        }

        @Test
        void whoIsSilentIsPinged() {
            FakeTransport silent = rig.join();
            rig.passSeconds(25);
            assertThat(silent).hasBeenPinged(1);
            rig.passSeconds(10);
            assertThat(silent).isAborted();
        }
    }

    /** The example of the README. */
    @Test
    void theExampleOfTheReadme() {
        MessagePolicy noShouting = (context, message) -> message instanceof Message.Text text
                ? MessagePolicy.Verdict.relay(Message.text(text.text().toLowerCase(Locale.ROOT)))
                : MessagePolicy.Verdict.ignore();
        HubRig rig = new HubRig(builder -> builder.policy(noShouting));
        FakeTransport alice = rig.join();
        FakeTransport slow = rig.join().stallAfter(1);
        alice.send("HELLO");
        rig.run();
        assertThat(alice).hasReceived("hello").hasNoViolations();
        rig.passSeconds(10);
        assertThat(slow).isClosedWith(CloseReason.TRY_AGAIN_LATER);
    }

    @Test
    void nothingHappensBeforeTheTestSaysSo() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join();
        rig.broadcast("a", "b");
        assertThat(peer).hasReceivedNothing();
        assertThat(rig.executor().pending()).isPositive();
        rig.run();
        assertThat(peer).hasReceived("a", "b").hasReceivedBatchesOf(2);
        assertThat(rig.executor().pending()).isZero();
    }

    @Test
    void timeMayPassWithoutTheHubKnowing() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join();
        rig.run();
        rig.timer().pass(Duration.ofSeconds(25));
        assertThat(peer).hasBeenPinged(0);
        rig.run();
        assertThat(peer).hasBeenPinged(1);
    }

    @Test
    void aListenerOfOnesOwnReplacesTheRecordingListener() {
        List<Peer> peers = new ArrayList<>();
        HubRig rig = new HubRig(builder -> builder.listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                peers.add(peer);
            }
        }));
        FakeTransport transport = rig.join();
        rig.run();
        assertThat(peers).containsExactly(transport.peer());
        assertThat(rig.listener().entries()).isEmpty();
    }

    @Test
    void aHubEndsWithoutAThread() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join().answerClose();
        rig.broadcast("last");
        var end = rig.hub().shutdown(Duration.ofSeconds(5)).toCompletableFuture();
        rig.run();
        assertThat(end).isDone();
        assertThat(peer).hasReceived("last").isClosedWith(CloseReason.GOING_AWAY);
        assertThat(rig.executor().pending()).isZero();
        assertThat(rig.timer().pending()).isZero();
    }

    @Test
    void theRecordingListenerHasALineForEveryEvent() {
        HubRig rig = HubRig.keeping(2);
        FakeTransport talks = rig.join();
        FakeTransport slow = rig.join().stallAfter(1);
        FakeTransport broken = rig.join().throwFrom(TransportCall.WRITE);
        rig.run();
        rig.broadcast("a");
        rig.run();
        talks.send("b");
        talks.send(Message.binary(new byte[3]));
        rig.run();
        rig.broadcastEach(0, 2);
        slow.leave(CloseReason.of(CloseReason.ABNORMAL, ""));
        rig.run();
        assertThat(rig.listener().of(talks.peer())).containsExactly("peer 1 registered",
                "peer 1 ignored binary of 3 bytes");
        assertThat(rig.listener().of(slow.peer())).containsExactly("peer 2 registered", "peer 2 overflowed 1",
                "peer 2 unregistered 1013");
        assertThat(rig.listener().of(broken.peer())).containsExactly("peer 3 registered",
                "peer 3 failed told to throw from WRITE", "peer 3 unregistered 1006");
        assertThat(rig.listener().entries()).filteredOn(entry -> entry.startsWith("broadcast")).containsExactly(
                "broadcast 1 from the host", "broadcast 2 from peer 1", "broadcast 3 from the host",
                "broadcast 4 from the host");
    }

    @Test
    void aPeerJoinsWithWhatIsKnownOfIt() {
        AttributeKey<String> user = AttributeKey.of("user", String.class);
        HubRig rig = new HubRig();
        assertThat(rig.join(new Attributes().set(user, "alice")).peer().attributes().get(user)).isEqualTo("alice");
    }

    @Test
    void theRecordingListenerPrintsItself() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join();
        peer.leave(CloseReason.of(1000));
        rig.run();
        assertThat(rig.listener()).hasToString("peer 1 registered\npeer 1 unregistered 1000");
    }
}
