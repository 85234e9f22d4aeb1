package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Retention;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** What Java Flight Recorder is told of peers. */
class PeerEventsTest extends FlightRecording {

    @Test
    void aPeerIsRecordedWhenItComesAndWhenItGoes() throws IOException {
        RecordedEvent registered = only(recordedByDefault("PeerRegistered", HubRig::join));
        assertThat(registered.getLong("peer")).isOne();

        RecordedEvent gone = only(recordedByDefault("PeerGone", rig -> {
            FakeTransport peer = rig.join(new FakeTransport().stallAfter(1));
            rig.broadcastEach(0, 2);
            rig.passSeconds(7);
            peer.registration().unregister(CloseReason.of(CloseReason.NORMAL, "bye"));
        }));
        assertThat(gone.getLong("peer")).isOne();
        assertThat(gone.getInt("code")).isEqualTo(1000);
        assertThat(gone.getString("reason")).isEqualTo("bye");
        assertThat(gone.getBoolean("byHub")).isFalse();
        assertThat(gone.getDuration("registeredFor")).isEqualTo(Duration.ofSeconds(7));
        assertThat(gone.getLong("delivered")).isOne();
        assertThat(gone.getLong("missed")).isZero();
        assertThat(gone.getLong("lag")).isOne();
    }

    @Test
    void aPeerThatTheHubLetsGoSaysWhy() throws IOException {
        RecordedEvent gone = only(recordedByDefault("PeerGone", rig -> {
            rig.join(new FakeTransport().stallAfter(1));
            rig.broadcastEach(0, 1);
            rig.passSeconds(11);
        }));
        assertThat(gone.getInt("code")).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        assertThat(gone.getString("reason")).isEqualTo("too slow: no progress for 10000 ms");
        assertThat(gone.getBoolean("byHub")).isTrue();
    }

    @Test
    void aPeerThatBrokeARuleGoesByTheHubAndOneThatSaidGoodbyeDoesNot() throws IOException {
        for (boolean byPeer : new boolean[] {true, false}) {
            for (boolean owed : new boolean[] {true, false}) {
                RecordedEvent gone = only(recordedByDefault("PeerGone", rig -> {
                    FakeTransport peer = rig.join();
                    if (owed) {
                        peer.send("last words");
                    }
                    peer.end(CloseReason.of(1009), byPeer);
                    rig.run();
                }));
                assertThat(gone.getBoolean("byHub")).isEqualTo(!byPeer);
            }
        }
    }

    @Test
    void whatWasAppendedWasDeliveredMissedOrStillToComeHoweverAPeerGoes() throws IOException {
        List<Consumer<FakeTransport>> ways = List.of(
                peer -> { }, // it falls off the tail
                peer -> peer.leave(CloseReason.of(1000)),
                peer -> peer.peer().close(CloseReason.of(1000)),
                peer -> peer.end(CloseReason.of(1009), false),
                peer -> {
                    peer.throwFrom(TransportCall.WRITE);
                    peer.becomeWritable();
                });
        for (Consumer<FakeTransport> way : ways) {
            long[] appended = new long[1];
            RecordedEvent gone = only(record("PeerGone", recording -> { },
                    builder -> builder.retention(Retention.of(10, 1 << 20)), rig -> {
                        FakeTransport peer = rig.join(new FakeTransport().stallAfter(1));
                        rig.broadcastEach(0, 6);
                        peer.peer().send(Message.text("private"));
                        way.accept(peer);
                        rig.run();
                        appended[0] = rig.hub().stats().messages() + 1;
                        if (peer.peer().isRegistered()) {
                            rig.broadcastEach(6, 12);
                            appended[0] = rig.hub().stats().messages() + 1;
                        }
                    }));
            assertThat(gone.getLong("delivered") + gone.getLong("missed") + gone.getLong("lag"))
                    .isEqualTo(appended[0]);
        }
    }

    @Test
    void aRefusalSaysItsCause() throws IOException {
        assertThat(only(recordedByDefault("Refused", rig -> AdapterHub.of(rig.hub()).refused(RefusalCause.ORIGIN)))
                .getString("cause"))
                .isEqualTo("ORIGIN");
    }

    @Test
    void anOverflowSaysWhatWasMissedAndWhetherThePeerGoesOn() throws IOException {
        RecordedEvent disconnected = only(recordedByDefault("Overflow", rig -> {
            rig.join(new FakeTransport().stallAfter(1));
            rig.broadcastEach(0, 6);
        }));
        assertThat(disconnected.getLong("peer")).isOne();
        assertThat(disconnected.getLong("missed")).isOne();
        assertThat(disconnected.getBoolean("skipped")).isFalse();

        RecordedEvent skipped = only(record("Overflow", recording -> { }, hub -> hub.overflow(OverflowPolicy.skip()),
                rig -> {
                    FakeTransport peer = rig.join(new FakeTransport().stallAfter(1));
                    rig.broadcastEach(0, 7);
                    peer.becomeWritable();
                    rig.run();
                }));
        assertThat(skipped.getLong("missed")).isEqualTo(2);
        assertThat(skipped.getBoolean("skipped")).isTrue();
    }
}
