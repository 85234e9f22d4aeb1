package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A flood of messages with keys, and a peer that is not writable and would lose none of them, or some. */
class ConflatedFloodTest {

    private static HubRig rig(Retention retention, boolean conflates, Duration timeToLive) {
        return new HubRig(hub -> hub.retention(retention).conflate(conflates).floodGrace(Duration.ofHours(1))
                .stallTimeout(Duration.ofHours(2)).heartbeat(Duration.ZERO)
                .policy((context, message) -> verdict(message, timeToLive)));
    }

    /** The key is what is before the digit; none if there is no digit. */
    private static MessagePolicy.Verdict verdict(Message message, Duration timeToLive) {
        String text = ((Message.Text) message).text();
        MessagePolicy.Verdict.Relay relay = MessagePolicy.Verdict.relay(message);
        if (!timeToLive.isZero()) {
            relay = relay.timeToLive(timeToLive);
        }
        return text.matches("[a-z]+\\d+") ? relay.key(text.replaceAll("\\d", "")) : relay;
    }

    private static Retention of(int messages) {
        return Retention.of(messages, 1 << 20);
    }

    /** A peer that has taken one message, "first", and no more. */
    private static FakeTransport stalled(HubRig rig) {
        FakeTransport slow = rig.join().stallAfter(1);
        rig.hub().broadcast("first");
        rig.run();
        return slow;
    }

    private static boolean send(HubRig rig, FakeTransport sender, String text) {
        boolean taken = sender.send(text);
        rig.run();
        return taken;
    }

    @Test
    void isNotHeldBackWhereThePeerGetsTheNewestOfEachKeyAnyway() {
        HubRig rig = rig(of(2), true, Duration.ZERO);
        FakeTransport slow = stalled(rig);
        FakeTransport sender = rig.join();
        for (int i = 1; i <= 20; i++) {
            assertThat(send(rig, sender, "a" + i)).as("a%s", i).isTrue();
            assertThat(send(rig, sender, "b" + i)).as("b%s", i).isTrue();
        }
        assertThat(rig.hub().stats().waits()).isZero();
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "a20", "b20");
        assertThat(slow.peer().missed()).isZero();
    }

    @Test
    void isHeldBackForAMessageWithoutAKey() {
        HubRig rig = rig(of(2), true, Duration.ZERO);
        FakeTransport slow = stalled(rig);
        FakeTransport sender = rig.join();
        assertThat(send(rig, sender, "u")).isTrue();
        assertThat(send(rig, sender, "a1")).isTrue();
        assertThat(send(rig, sender, "a2")).as("it has to wait for u").isFalse();
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "u", "a1", "a2");
        assertThat(sender.resumes()).isOne();
    }

    @Test
    void isHeldBackForAKeyThatWouldBeGivenUp() {
        HubRig rig = rig(of(1).keys(2), true, Duration.ZERO);
        FakeTransport slow = stalled(rig);
        FakeTransport sender = rig.join();
        for (String text : new String[] {"a1", "b1", "c1"}) {
            assertThat(send(rig, sender, text)).as(text).isTrue();
        }
        assertThat(send(rig, sender, "d1")).as("a would be given up").isFalse();
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "a1", "b1", "c1", "d1");
        assertThat(slow.peer().missed()).isZero();
    }

    @Test
    void isNotHeldBackForWhatHasExpired() {
        HubRig rig = rig(of(1), false, Duration.ofSeconds(5));
        FakeTransport slow = stalled(rig);
        FakeTransport sender = rig.join();
        assertThat(send(rig, sender, "u")).isTrue();
        assertThat(send(rig, sender, "parked")).isFalse();
        slow.becomeWritableFor(1);
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "u");
        rig.passSeconds(5);
        assertThat(send(rig, sender, "next")).as("what is parked has gone into the log, and expired").isTrue();
        assertThat(slow.peer().missed()).isZero();
    }

    @Test
    void isHeldBackInAHubThatDoesNotConflate() {
        HubRig rig = rig(of(1), false, Duration.ZERO);
        FakeTransport slow = stalled(rig);
        FakeTransport sender = rig.join();
        assertThat(send(rig, sender, "a1")).isTrue();
        assertThat(send(rig, sender, "a2")).isFalse();
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "a1", "a2");
    }
}
