package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Foreign code that throws when a peer begins harms that peer alone; of the host's snapshot see SnapshotTest. */
class ForeignBeginningsTest {

    private final HubRig rig = new HubRig();

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void aTransportThatCannotSayWhetherItKnowsPositionsIsNotRegistered(Thrown thrown) {
        FakeTransport other = rig.join();
        FakeTransport broken = new FakeTransport() {
            @Override
            public synchronized boolean knowsPositions() {
                thrown.fail();
                return true;
            }
        };
        boolean registered = true;
        try {
            broken.register(rig.hub());
        } catch (Throwable asExpected) {
            registered = false;
        }
        assertThat(registered).isFalse();
        rig.broadcastEach(0, 1);
        assertThat(other.texts()).containsExactly("0");
        assertThat(rig.hub().peers()).containsExactly(other.peer());
        assertThat(rig.hub().stats().registrations()).isOne();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void aTransportThatCannotBeToldIsAborted(Thrown thrown) {
        FakeTransport other = rig.join(new FakeTransport().knowingPositions());
        FakeTransport broken = rig.join(new FakeTransport() {
            @Override
            public boolean tell(StreamEvent event) {
                thrown.fail();
                return true;
            }
        }.knowingPositions());
        rig.broadcastEach(0, 1);
        assertThat(broken.isAborted()).isTrue();
        assertThat(broken.texts()).isEmpty();
        assertThat(other.texts()).containsExactly("0");
        assertThat(rig.hub().stats().failures()).isOne();
        assertThat(rig.hub().peers()).containsExactly(other.peer());
    }

    @Test
    void aHubThatItHasThrownInEnds() {
        FakeTransport broken = rig.join(new FakeTransport().knowingPositions().throwFrom(TransportCall.TELL));
        rig.run();
        assertThat(broken.isAborted()).isTrue();
        var end = rig.hub().shutdown(Duration.ofSeconds(1)).toCompletableFuture();
        rig.passSeconds(1);
        assertThat(end).isCompleted();
    }
}
