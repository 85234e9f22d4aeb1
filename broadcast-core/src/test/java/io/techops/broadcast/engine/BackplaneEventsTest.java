package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Position;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** What Java Flight Recorder is told of a backplane. */
class BackplaneEventsTest extends FlightRecording {

    /** {@return the events of one kind that a hub on a backplane causes} */
    private List<RecordedEvent> shared(String kind, MemoryBackplane backplane, Consumer<HubRig> flight)
            throws IOException {
        UnaryOperator<BroadcastHub.Builder> onIt =
                hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO);
        return record(kind, recording -> { }, onIt, rig -> {
            rig.run();
            rig.broadcast("1", "2");
            rig.run();
            flight.accept(rig);
        });
    }

    @Test
    void anOutageOfTheBackplaneIsToldWhenItIsOver() throws IOException {
        MemoryBackplane backplane = new MemoryBackplane();
        RecordedEvent away = only(shared("BackplaneAway", backplane, rig -> {
            backplane.refuse(true);
            rig.broadcast("3");
            rig.passSeconds(2);
            assertThat(rig.hub().stats().backplane().isAway()).isTrue();
            backplane.refuse(false);
            rig.passSeconds(5);
            assertThat(rig.hub().stats().backplane().isAway()).isFalse();
        }));
        assertThat(away.getDuration()).isPositive();
    }

    @Test
    void aGapOfTheBackplaneSaysWhatCameLastAndWhereItGoesOn() throws IOException {
        MemoryBackplane backplane = new MemoryBackplane();
        Position[] positions = new Position[2];
        RecordedEvent gap = only(shared("BackplaneGap", backplane, rig -> {
            positions[0] = rig.hub().stats().position();
            backplane.loseData();
            rig.passSeconds(5);
            positions[1] = rig.hub().stats().position();
        }));
        assertThat(positions[0].sequence()).isEqualTo(2);
        assertThat(positions[1].hasEpochOf(positions[0])).isFalse();
        assertThat(gap.getString("last")).isEqualTo(positions[0].toString());
        assertThat(gap.getString("before")).isEqualTo(positions[1].toString());
    }

    @Test
    void thePeersOfAllNodesAreToldWhenTheyAreNotAsManyAsBefore() throws IOException {
        MemoryBackplane backplane = new MemoryBackplane();
        RecordedEvent peers = only(shared("BackplanePeers", backplane, rig -> rig.passSeconds(5)));
        assertThat(peers.getInt("nodes")).isOne();
        assertThat(peers.getLong("peers")).isZero();
    }
}
