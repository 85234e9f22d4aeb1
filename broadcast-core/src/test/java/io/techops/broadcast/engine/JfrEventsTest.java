package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import io.techops.broadcast.testkit.TransportCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder is told, by recordings that are made and read. */
class JfrEventsTest {

    private static final String PREFIX = "io.techops.broadcast.";

    @TempDir
    private Path folder;

    /** {@return the events of one kind that a hub called {@code flight} causes while it is recorded} */
    private List<RecordedEvent> record(String kind, Consumer<Recording> settings,
            UnaryOperator<BroadcastHub.Builder> hub, Consumer<HubRig> flight) throws IOException {
        HubRig rig = new HubRig(builder -> hub.apply(builder.name("flight").retention(Retention.of(4, 1 << 20))));
        Path file = Files.createTempFile(folder, "flight", ".jfr");
        try (Recording recording = new Recording()) {
            settings.accept(recording);
            recording.start(); // the hub exists already: it may be recorded at any time of its life
            flight.accept(rig);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
        events.removeIf(event -> !event.getEventType().getName().equals(PREFIX + kind)
                || !event.getString("hub").equals("flight"));
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getEventType().getCategoryNames()).containsExactly("Broadcast");
            assertThat(event.getEventType().getLabel()).isNotBlank();
            assertThat(event.getEventType().getDescription()).isNotBlank();
            assertThat(event.getStackTrace()).isNull();
        });
        return events;
    }

    private List<RecordedEvent> record(String kind, Consumer<HubRig> flight) throws IOException {
        return record(kind, recording -> recording.enable(PREFIX + kind).withoutThreshold().withoutStackTrace(),
                hub -> hub, flight);
    }

    private List<RecordedEvent> recordedByDefault(String kind, Consumer<HubRig> flight) throws IOException {
        return record(kind, recording -> { }, hub -> hub, flight);
    }

    private static RecordedEvent only(List<RecordedEvent> events) {
        assertThat(events).hasSize(1);
        return events.get(0);
    }

    @Test
    void aBroadcastSaysItsSequenceAndSizeAndWhoItIsFrom() throws IOException {
        List<RecordedEvent> events = record("Broadcast", rig -> {
            FakeTransport peer = rig.join();
            rig.broadcast("hello");
            peer.send("hi");
        });
        assertThat(events).hasSize(2);
        assertThat(events).extracting(event -> event.getLong("sequence")).containsExactlyInAnyOrder(1L, 2L);
        assertThat(events).extracting(event -> event.getLong("size")).containsExactlyInAnyOrder(5L, 2L);
        assertThat(events).extracting(event -> event.getLong("from")).containsExactlyInAnyOrder(0L, 1L);
    }

    @Test
    void aBroadcastThatWaitedForRoomIsRecordedOnce() throws IOException {
        assertThat(record("Broadcast", rig -> {
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2", "3");
            assertThat(peer.send("4")).isFalse();
            rig.run();
        })).extracting(event -> event.getLong("sequence")).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void broadcastsAreOffUnlessTheyAreAskedFor() throws IOException {
        assertThat(recordedByDefault("Broadcast", rig -> rig.broadcast("hello"))).isEmpty();
    }

    @Test
    void aPeerThatBeginsInThePastSaysWhereItBeginsAndWhatIsMissing() throws IOException {
        String[] epoch = {""};
        List<RecordedEvent> events = record("Replay", rig -> {
            rig.broadcastEach(0, 6); // four of them are kept
            Position last = rig.hub().stats().position();
            epoch[0] = last.epoch();
            rig.join();
            rig.join(new FakeTransport().replaying(Replay.last(2)));
            rig.join(new FakeTransport().knowingPositions().replaying(Replay.after(last.at(3))));
            rig.join(new FakeTransport().knowingPositions().replaying(Replay.after(last.at(1))));
            rig.run();
        });
        assertThat(events).extracting(event -> event.getLong("peer")).containsExactly(2L, 3L, 4L);
        assertThat(events).extracting(event -> event.getString("after"))
                .containsExactly(epoch[0] + "-4", epoch[0] + "-3", epoch[0] + "-2");
        assertThat(events).extracting(event -> event.getBoolean("recovered")).containsExactly(false, true, false);
        assertThat(events).extracting(event -> event.getString("gap")).containsExactly(null, null, "evicted");
    }

    @Test
    void aPassSaysWhatWasWritten() throws IOException {
        List<RecordedEvent> events = record("Pass", rig -> {
            rig.join();
            rig.join(new FakeTransport().stallAfter(1));
            rig.broadcast("a", "b");
            rig.run();
            rig.broadcast("c");
            rig.run();
        });
        assertThat(events).hasSize(2);
        RecordedEvent first = events.get(0);
        assertThat(first.getInt("shard")).isZero();
        assertThat(first.getInt("peers")).isEqualTo(2);
        assertThat(first.getLong("batches")).isEqualTo(2);
        assertThat(first.getLong("messages")).isEqualTo(4);
        assertThat(first.getDuration()).isPositive();
        RecordedEvent second = events.get(1);
        assertThat(second.getLong("batches")).isEqualTo(1);
        assertThat(second.getLong("messages")).isEqualTo(1);
    }

    @Test
    void aPassSaysWhatWasLeftOutAndHowOftenItWasEncoded() throws IOException {
        List<RecordedEvent> events = record("Pass", recording -> recording.enable(PREFIX + "Pass").withoutThreshold(),
                hub -> hub.conflate(true), rig -> {
                    FakeTransport slow = rig.join().stallAfter(1).encodeWith(batch -> () -> { });
                    rig.broadcast("first");
                    rig.run();
                    for (int i = 0; i < 2; i++) {
                        rig.hub().broadcast(Message.text("k" + i), BroadcastOptions.everyone().key("k"));
                        rig.hub().broadcast(Message.text("t" + i),
                                BroadcastOptions.everyone().timeToLive(Duration.ofSeconds(1 + 8 * i)));
                    }
                    rig.passSeconds(2);
                    slow.becomeWritable();
                    rig.run();
                });
        assertThat(events).last().satisfies(last -> {
            assertThat(last.getLong("messages")).isEqualTo(2);
            assertThat(last.getLong("encodings")).isEqualTo(1);
            assertThat(last.getLong("conflated")).isEqualTo(1);
            assertThat(last.getLong("expired")).isEqualTo(1);
        });
    }

    @Test
    void aPassWithNothingToWriteIsNotRecorded() throws IOException {
        assertThat(record("Pass", rig -> {
            rig.join();
            rig.passSeconds(30);
        })).isEmpty();
    }

    @Test
    void onlySlowPassesAreRecordedUnlessOthersAreAskedFor() throws IOException {
        long threshold = Duration.ofMillis(10).toNanos();
        List<RecordedEvent> events = recordedByDefault("Pass", rig -> {
            rig.join();
            rig.broadcast("quick");
            rig.run();
            rig.join(new FakeTransport().duringWrite(() -> {
                long begin = System.nanoTime();
                while (System.nanoTime() - begin <= threshold) {
                    Thread.onSpinWait();
                }
            }));
            rig.broadcast("slow", "slow");
            rig.run();
        });
        assertThat(events).filteredOn(event -> event.getLong("messages") == 4).hasSize(1);
        assertThat(events).allSatisfy(event -> assertThat(event.getDuration().toNanos()).isGreaterThan(threshold));
    }

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

    @Test
    void aSaturationLastsAsLongAsAnyoneWaits() throws IOException {
        RecordedEvent saturation = only(recordedByDefault("Saturation", rig -> {
            FakeTransport one = rig.join();
            FakeTransport other = rig.join();
            rig.broadcast("0", "1", "2", "3");
            assertThat(one.send("4")).isFalse();
            assertThat(other.send("5")).isFalse();
            rig.run();
        }));
        assertThat(saturation.getDuration()).isPositive();
    }

    @Test
    void aDrainSaysWhoWasThereAndWhetherItWasInTime() throws IOException {
        RecordedEvent inTime = only(recordedByDefault("Drain", rig -> {
            rig.join(new FakeTransport().answerClose());
            rig.hub().shutdown(Duration.ofSeconds(5));
            rig.run();
        }));
        assertThat(inTime.getInt("peers")).isOne();
        assertThat(inTime.getDuration("limit")).isEqualTo(Duration.ofSeconds(5));
        assertThat(inTime.getDuration()).isPositive();
        assertThat(inTime.getBoolean("inTime")).isTrue();

        RecordedEvent late = only(recordedByDefault("Drain", rig -> {
            rig.join(new FakeTransport().stallAfter(1));
            rig.broadcastEach(0, 1);
            rig.hub().shutdown(Duration.ofSeconds(5));
            rig.passSeconds(6);
        }));
        assertThat(late.getBoolean("inTime")).isFalse();
    }

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
