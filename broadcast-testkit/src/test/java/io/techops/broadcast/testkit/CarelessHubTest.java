package io.techops.broadcast.testkit;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Transport;
import org.junit.jupiter.api.Test;

/** What a transport notes of a careless hub: the tests put one between the hub, which is right, and the transport. */
class CarelessHubTest {

    private static final CloseReason GOING_AWAY = CloseReason.of(CloseReason.GOING_AWAY, "");

    private final HubRig rig = new HubRig();
    private final FakeTransport transport = new FakeTransport();

    /** Writes whatever comes, whether or not the transport said that it can take it. */
    private final class Careless implements Transport {

        @Override
        public boolean write(Batch batch) {
            transport.write(batch);
            return true;
        }

        @Override
        public void ping() {
        }

        @Override
        public void close(CloseReason reason) {
        }

        @Override
        public void abort() {
        }

        @Override
        public void resume() {
        }
    }

    private void write(String text) {
        rig.broadcast(text);
        rig.run();
    }

    private void careless() {
        AdapterHub.of(rig.hub()).register(new Careless());
    }

    @Test
    void aWriteWhileItIsNotWritable() {
        careless();
        transport.stallAfter(1);
        write("a");
        assertThat(transport).hasNoViolations();
        write("b");
        assertThat(transport.violations()).containsExactly("write while not writable");
    }

    @Test
    void aWriteAfterAClose() {
        careless();
        transport.close(GOING_AWAY);
        write("a");
        assertThat(transport.violations()).containsExactly("write after the end");
    }

    @Test
    void aWriteAfterAnAbort() {
        careless();
        transport.abort();
        write("a");
        assertThat(transport.violations()).containsExactly("write after the end");
    }

    @Test
    void aWriteDuringAWrite() {
        careless();
        transport.duringWrite(() -> {
            transport.duringWrite(() -> { });
            transport.ping();
        });
        write("a");
        assertThat(transport.violations()).containsExactly("PING during another call");
    }

    @Test
    void aPingWhileItIsNotWritable() {
        careless();
        transport.stallAfter(1);
        write("a");
        transport.ping();
        assertThat(transport.violations()).containsExactly("ping while not writable");
    }

    @Test
    void aPingOrAResumeAfterTheEnd() {
        transport.close(GOING_AWAY);
        transport.ping();
        transport.resume();
        assertThat(transport.violations()).containsExactly("ping after the end", "resume after the end");
    }

    @Test
    void aSecondClose() {
        transport.close(GOING_AWAY);
        transport.close(GOING_AWAY);
        assertThat(transport.violations()).containsExactly("close after the end");
    }

    @Test
    void aCloseWithACodeThatMustNotBeSent() {
        transport.close(CloseReason.of(CloseReason.ABNORMAL, "gone"));
        assertThat(transport.violations()).containsExactly("close with 1006 gone");
    }

    @Test
    void butNotAnAbortAfterACloseOrAnother() {
        transport.close(GOING_AWAY);
        transport.abort();
        transport.abort();
        assertThat(transport).hasNoViolations();
    }

    @Test
    void andTheRigFailsForIt() {
        rig.join(transport);
        rig.run();
        transport.close(CloseReason.of(CloseReason.NO_CODE, ""));
        assertThatThrownBy(rig::run).isInstanceOf(AssertionError.class)
                .hasMessageContaining("violations of transport of peer 1").hasMessageContaining("close with 1005");
        assertThatThrownBy(() -> rig.passSeconds(1)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> rig.broadcastEach(0, 1)).isInstanceOf(AssertionError.class);
    }
}
