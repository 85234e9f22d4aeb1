package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.MessagePolicy.Decision;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import org.junit.jupiter.api.Test;

class DecisionTest {

    private final Message text = Message.text("abc");
    private final CloseReason reason = CloseReason.of(CloseReason.POLICY_VIOLATION, "no");

    @Test
    void tellsWhatItIs() {
        assertThat(Decision.relay(text).message()).isSameAs(text);
        assertThat(Decision.close(reason).reason()).isSameAs(reason);
        assertThat(Decision.ignore()).hasToString("ignore").isSameAs(Decision.ignore());
        assertThat(Decision.relay(text)).hasToString("relay " + text);
        assertThat(Decision.close(reason)).hasToString("close " + reason);
    }

    @Test
    void isEqualToAnotherThatDecidesTheSame() {
        assertThat(Decision.relay(text)).isEqualTo(Decision.relay(Message.text("abc")))
                .hasSameHashCodeAs(Decision.relay(Message.text("abc")))
                        .isNotEqualTo(Decision.relay(Message.text("abd")))
                .isNotEqualTo(Decision.ignore());
        assertThat(Decision.close(reason))
                .isEqualTo(Decision.close(CloseReason.of(CloseReason.POLICY_VIOLATION, "no")))
                .hasSameHashCodeAs(Decision.close(CloseReason.of(CloseReason.POLICY_VIOLATION, "no")))
                .isNotEqualTo(Decision.close(CloseReason.of(CloseReason.NORMAL))).isNotEqualTo(Decision.ignore());
    }

    @Test
    void isCheckedWhenItIsMade() {
        assertThatThrownBy(() -> Decision.relay(null)).isInstanceOf(NullPointerException.class).hasMessage("message");
        assertThatThrownBy(() -> Decision.close(null)).isInstanceOf(NullPointerException.class).hasMessage("reason");
        assertThatThrownBy(() -> Decision.close(CloseReason.of(CloseReason.ABNORMAL)))
                .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("reason must have a code that may be");
    }

    @Test
    void toIgnoreEverythingLeavesTheHostAloneToBroadcast() {
        HubRig rig = new HubRig(builder -> builder.policy(MessagePolicy.nothing()));
        FakeTransport peer = rig.join();
        peer.receive("from a peer");
        rig.broadcast("from the host");
        rig.run();
        assertThat(peer.texts()).containsExactly("from the host");
        assertThat(peer.isOpen()).isTrue();
    }
}
