package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may make a reading thread wait, and what the hub says of it to its adapters. */
class MayBlockTest {

    private static final MessagePolicy FOREIGN = (context, message) -> MessagePolicy.Verdict.relay(message);

    private BroadcastHub hub = BroadcastHub.create();

    @AfterEach
    void close() {
        hub.close(Duration.ZERO);
    }

    private boolean mayBlockReading(BroadcastHub.Builder builder) {
        close();
        hub = builder.build();
        return AdapterHub.of(hub).mayBlockReading();
    }

    @Test
    void aHubWithTheDefaultsMakesNoReaderWait() {
        assertThat(AdapterHub.of(hub).mayBlockReading()).isFalse();
    }

    @Test
    void ourOwnPoliciesDoNotBlockAloneAndTogether() {
        MessagePolicy all = MessagePolicy.everything().andThen(MessagePolicy.textOnly())
                .andThen(MessagePolicy.nothing()).andThen(MessagePolicy.maxBytes(9)).andThen(MessagePolicy.maxRate(1,
                        Duration.ofSeconds(1)));
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
    void aPromiseLeavesThePolicyItsDecision() {
        Message message = Message.text("hello");
        assertThat(MessagePolicy.nonBlocking(MessagePolicy.everything()).decide(null, message))
                .isEqualTo(MessagePolicy.Verdict.relay(message));
    }

    @Test
    void aListenerOfMessagesMayBlockUnlessItSaysNo() {
        assertThat(mayBlockReading(BroadcastHub.builder().messageListener(new MessageListener() { }))).isTrue();
        assertThat(mayBlockReading(BroadcastHub.builder().messageListener(new MessageListener() {
            @Override
            public boolean mayBlock() {
                return false;
            }
        }))).isFalse();
        assertThat(mayBlockReading(BroadcastHub.builder()
                .messageListener(MessageListener.nonBlocking(new MessageListener() { })))).isFalse();
    }

    @Test
    void aListenerOfPeersMakesNoReaderWait() {
        assertThat(mayBlockReading(BroadcastHub.builder().listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                LockSupport.park();
            }
        }))).isFalse();
    }
}
