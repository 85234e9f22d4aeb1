package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Peers that lag are served in turn, delay no other, and do not fall off the tail while they are writable. */
class LaggingPeersTest {

    private final HubRig rig = new HubRig(hub -> hub.retention(Retention.of(1 << 20, 1 << 30)));
    private long written;

    /** Counts what all that lag were given. */
    private final class Lagging extends FakeTransport {
        @Override
        public boolean write(Batch batch) {
            written += batch.bytes();
            return super.write(batch);
        }
    }

    private List<Lagging> join(int peers, Replay replay) {
        return IntStream.range(0, peers).mapToObj(i -> {
            Lagging lagging = new Lagging();
            rig.join(lagging.replaying(replay));
            return lagging;
        }).toList();
    }

    private void fill(int messages, int size) {
        Message message = Message.text("x".repeat(size));
        for (int i = 0; i < messages; i++) {
            rig.hub().broadcast(message);
        }
        rig.run();
    }

    /** A live peer, and what was written to others between a broadcast and its delivery, which others' writes begin. */
    private final class Live extends FakeTransport {
        private final List<Long> waited = new ArrayList<>();
        private long pendingSince = -1;

        void broadcast() {
            if (pendingSince < 0) {
                pendingSince = written;
                rig.hub().broadcast("live");
            }
        }

        @Override
        public boolean write(Batch batch) {
            if (pendingSince >= 0) {
                waited.add(written - pendingSince);
                pendingSince = -1;
            }
            return super.write(batch);
        }
    }

    @Test
    void aPeerThatKeepsUpWaitsForNoMoreThanTheBoundOfARound() {
        Live live = new Live();
        rig.join(live);
        fill(3_000, 1_000);
        live.waited.clear();
        List<Lagging> lagging = join(100, Replay.last(3_000));
        lagging.forEach(each -> each.duringWrite(live::broadcast));
        rig.run();
        assertThat(live.waited).hasSizeGreaterThan(100).allSatisfy(bytes ->
                assertThat(bytes).isLessThanOrEqualTo(Shard.LAGGING_BYTES + LogBuffer.MAX_BATCH_BYTES));
        for (Lagging each : lagging) {
            assertThat(each.sequences()).hasSizeGreaterThan(3_000).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void eachOfThemHasItsTurn() {
        FakeTransport live = rig.join();
        fill(3_000, 1_000);
        List<Lagging> lagging = join(100, Replay.last(3_000));
        List<Integer> spreads = new ArrayList<>();
        lagging.forEach(each -> each.duringWrite(() -> {
            IntSummaryStatistics turns = lagging.stream().mapToInt(one -> one.batches().size()).summaryStatistics();
            spreads.add(turns.getMax() - turns.getMin());
        }));
        rig.run();
        assertThat(spreads).allMatch(spread -> spread <= 1);
        assertThat(lagging).allSatisfy(each -> assertThat(each.sequences()).hasSize(3_000));
        assertThat(live.isOpen()).isTrue();
    }

    @Test
    void manyThatAreGivenLittleAreBoundedToo() {
        Live live = new Live();
        rig.join(live);
        fill(1, 1);
        live.waited.clear();
        List<Lagging> lagging = join(2_000, Replay.last(1));
        boolean[] begun = {false};
        lagging.forEach(each -> each.duringWrite(() -> {
            if (!begun[0]) {
                begun[0] = true;
                live.broadcast();
            }
        }));
        rig.run();
        assertThat(live.waited.get(0)).as("a byte to each of a round, four to those of them that keep up then")
                .isBetween(1L, 256L * 5);
        assertThat(lagging).allSatisfy(each -> assertThat(each.texts()).hasSize(2));
    }

    @Test
    void aWritablePeerThatLagsHoldsTheTail() {
        HubRig small = HubRig.keeping(50);
        small.broadcastEach(0, 50);
        List<FakeTransport> lagging = IntStream.range(0, 5).mapToObj(i ->
                small.join(new FakeTransport().replaying(Replay.last(50)))).toList();
        small.join();
        assertThat(small.hub().tryBroadcast(Message.text("no room"))).isFalse();
        small.run();
        assertThat(small.hub().tryBroadcast(Message.text("50"))).isTrue();
        small.run();
        assertThat(lagging).allSatisfy(each -> assertThat(each.texts()).isEqualTo(HubRig.numbers(0, 51)));
    }

    @Test
    void aPeerThatJoinsInThePastDuringARoundHoldsTheTail() {
        HubRig small = HubRig.keeping(20);
        FakeTransport live = small.join();
        small.broadcastEach(0, 20);
        List<FakeTransport> joined = new ArrayList<>();
        live.duringWrite(() -> {
            if (joined.isEmpty()) {
                joined.add(small.join(new FakeTransport().replaying(Replay.last(20))));
            }
        });
        assertThat(small.hub().tryBroadcast(Message.text("20"))).isTrue();
        assertThat(small.executor().runNext()).isTrue();
        assertThat(joined).hasSize(1);
        int taken = 0;
        while (small.hub().tryBroadcast(Message.text(Integer.toString(21 + taken)))) {
            taken++;
        }
        small.run();
        FakeTransport late = joined.get(0);
        assertThat(late.isOpen()).isTrue();
        assertThat(late.texts()).isEqualTo(HubRig.numbers(1, 21 + taken));
    }

    @Test
    void aPeerThatIsWritableAgainDuringARoundHoldsTheTail() {
        HubRig small = HubRig.keeping(20);
        FakeTransport live = small.join();
        FakeTransport slow = small.join().stallAfter(1);
        small.broadcastEach(0, 20);
        live.duringWrite(() -> {
            if (!slow.isWritable()) {
                slow.becomeWritable();
            }
        });
        assertThat(small.hub().tryBroadcast(Message.text("20"))).isTrue();
        assertThat(small.executor().runNext()).isTrue();
        int more = 21;
        while (more < 100 && small.hub().tryBroadcast(Message.text(Integer.toString(more)))) {
            more++;
        }
        small.run();
        assertThat(slow.isOpen()).isTrue();
        assertThat(slow.texts()).isEqualTo(HubRig.numbers(0, more));
        assertThat(live.texts()).isEqualTo(HubRig.numbers(0, more));
    }

    @Test
    void inAHubThatConflatesThoseAtTheSamePlaceShareAnEncoding() {
        HubRig conflating = new HubRig(hub -> hub.conflate(true));
        for (int i = 0; i < 100; i++) {
            conflating.hub().broadcast(Message.text("x"), BroadcastOptions.everyone().key("k" + i % 10));
        }
        Function<Batch, Batch.Encoding> encoder = batch -> () -> { };
        List<FakeTransport> peers = IntStream.range(0, 20).mapToObj(i ->
                conflating.join(new FakeTransport().replaying(Replay.last(100)).encodeWith(encoder))).toList();
        conflating.run();
        assertThat(peers).allSatisfy(peer -> assertThat(peer.texts()).hasSize(10));
        assertThat(conflating.hub().stats().encodings()).isOne();
    }
}
