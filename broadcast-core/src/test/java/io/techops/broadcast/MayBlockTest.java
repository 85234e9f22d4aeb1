package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may make a reading thread wait, and what the hub says of it to its adapters. */
class MayBlockTest {

    private static final MessagePolicy FOREIGN = (from, message) -> MessagePolicy.Decision.relay(message);

    private BroadcastHub hub = BroadcastHub.create();

    @AfterEach
    void close() {
        hub.close(Duration.ZERO);
    }

    private boolean mayBlockReading(BroadcastHub.Builder builder) {
        close();
        hub = builder.build();
        return hub.mayBlockReading();
    }

    @Test
    void aHubWithTheDefaultsMakesNoReaderWait() {
        assertThat(hub.mayBlockReading()).isFalse();
    }

    @Test
    void ourOwnPoliciesDoNotBlockAloneAndTogether() {
        MessagePolicy all = MessagePolicy.everything().andThen(MessagePolicy.textOnly())
                .andThen(MessagePolicy.maxBytes(9)).andThen(MessagePolicy.maxRate(1, Duration.ofSeconds(1)));
        assertThat(all.mayBlock()).isFalse();
        assertThat(mayBlockReading(BroadcastHub.builder().policy(all))).isFalse();
    }

    @Test
    void aForeignPolicyMayBlockWhereverItStands() {
        assertThat(FOREIGN.mayBlock()).isTrue();
        assertThat(FOREIGN.andThen(MessagePolicy.textOnly()).mayBlock()).isTrue();
        assertThat(MessagePolicy.textOnly().andThen(FOREIGN).mayBlock()).isTrue();
        assertThat(mayBlockReading(BroadcastHub.builder().policy(FOREIGN))).isTrue();
    }

    @Test
    void aPromiseNotToBlockIsTaken() {
        MessagePolicy promised = MessagePolicy.nonBlocking(FOREIGN);
        assertThat(promised.mayBlock()).isFalse();
        assertThat(mayBlockReading(BroadcastHub.builder().policy(promised))).isFalse();
    }

    @Test
    void aPromiseLeavesThePolicyItsClockAndItsDecision() {
        MessagePolicy none = (from, message) -> MessagePolicy.Decision.ignore();
        MessagePolicy timed = new MessagePolicy() {
            @Override
            public Decision decide(Peer from, Message message) {
                return Decision.relay(message);
            }

            @Override
            public MessagePolicy timedBy(HubTimer clock) {
                return none;
            }
        };
        MessagePolicy promised = MessagePolicy.nonBlocking(timed);
        Message message = Message.text("hello");
        assertThat(promised.decide(null, message)).isEqualTo(MessagePolicy.Decision.relay(message));
        MessagePolicy ofHub = promised.timedBy(null);
        assertThat(ofHub.decide(null, message)).isEqualTo(MessagePolicy.Decision.ignore());
        assertThat(ofHub.mayBlock()).isFalse();
    }

    @Test
    void aListenerMayBlockUnlessItSaysNo() {
        assertThat(mayBlockReading(BroadcastHub.builder().listener(new HubListener() { }))).isTrue();
        assertThat(mayBlockReading(BroadcastHub.builder().listener(new HubListener() {
            @Override
            public boolean mayBlock() {
                return false;
            }
        }))).isFalse();
    }
}
