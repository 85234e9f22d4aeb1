package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testkit.FakeTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** What Java Flight Recorder is told of messages, rounds and the end. */
class JfrEventsTest extends FlightRecording {

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
        long slow = 2 * threshold; // the recorder has a clock of its own
        List<RecordedEvent> events = recordedByDefault("Pass", rig -> {
            rig.join();
            rig.broadcast("quick");
            rig.run();
            rig.join(new FakeTransport().duringWrite(() -> {
                long begin = System.nanoTime();
                while (System.nanoTime() - begin <= slow) {
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
}
