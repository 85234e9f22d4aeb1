package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.MessagePolicy.Verdict;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private final Message text = Message.text("abc");
    private final CloseReason reason = CloseReason.of(CloseReason.POLICY_VIOLATION, "no");

    @Test
    void tellsWhatItIs() {
        assertThat(Verdict.relay(text).message()).isSameAs(text);
        assertThat(Verdict.close(reason).reason()).isSameAs(reason);
        assertThat(Verdict.ignore()).hasToString("ignore").isSameAs(Verdict.ignore());
        assertThat(Verdict.relay(text)).hasToString("relay " + text);
        assertThat(Verdict.close(reason)).hasToString("close " + reason);
    }

    @Test
    void isEqualToAnotherThatDecidesTheSame() {
        assertThat(Verdict.relay(text)).isEqualTo(Verdict.relay(Message.text("abc")))
                .hasSameHashCodeAs(Verdict.relay(Message.text("abc")))
                        .isNotEqualTo(Verdict.relay(Message.text("abd")))
                .isNotEqualTo(Verdict.ignore());
        assertThat(Verdict.close(reason))
                .isEqualTo(Verdict.close(CloseReason.of(CloseReason.POLICY_VIOLATION, "no")))
                .hasSameHashCodeAs(Verdict.close(CloseReason.of(CloseReason.POLICY_VIOLATION, "no")))
                .isNotEqualTo(Verdict.close(CloseReason.of(CloseReason.NORMAL))).isNotEqualTo(Verdict.ignore());
    }

    @Test
    void isCheckedWhenItIsMade() {
        assertThatThrownBy(() -> Verdict.relay(null)).isInstanceOf(NullPointerException.class).hasMessage("message");
        assertThatThrownBy(() -> Verdict.close(null)).isInstanceOf(NullPointerException.class).hasMessage("reason");
        assertThatThrownBy(() -> Verdict.close(CloseReason.of(CloseReason.ABNORMAL)))
                .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("reason must have a code that may be");
    }

    @Test
    void toIgnoreEverythingLeavesTheHostAloneToBroadcast() {
        HubRig rig = new HubRig(builder -> builder.policy(MessagePolicy.nothing()));
        FakeTransport peer = rig.join();
        peer.send("from a peer");
        rig.broadcast("from the host");
        rig.run();
        assertThat(peer.texts()).containsExactly("from the host");
        assertThat(peer.isOpen()).isTrue();
    }
}
