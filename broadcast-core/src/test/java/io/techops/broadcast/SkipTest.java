package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer that may skip gets after it has fallen off the log's tail, and what the listener is told about it. */
class SkipTest {

    private static final int KEPT = 9;

    /** A message, as the model knows it. */
    private record Entry(String text, boolean broadcast, boolean mine) {
    }

    /**
     * A hub, a peer that stalls, and everything that was ever broadcast or sent to it: what is kept are the last {@link
     * #KEPT} broadcasts, and beside them as many of those that were sent to one peer and have not been taken.
     */
    private static final class Model {
        private final Random random;
        private final boolean butSender;
        private final HubRig rig;
        private final FakeTransport slow;
        private final FakeTransport other;
        private final List<Entry> entries = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();
        private final List<Long> losses = new ArrayList<>();
        private final List<Entry> lane = new ArrayList<>();
        private int position;

        Model(long seed, boolean butSender) {
            random = new Random(seed);
            this.butSender = butSender;
            rig = HubRig.keeping(KEPT, builder -> builder.overflow(OverflowPolicy.skip()).floodGrace(Duration.ZERO)
                    .stallTimeout(Duration.ofDays(1)).heartbeat(Duration.ZERO)
                    .delivery(butSender ? DeliveryPolicy.everyoneButSender() : DeliveryPolicy.everyone()));
            slow = rig.join();
            other = rig.join();
            rig.run();
        }

        void append() {
            String text = Integer.toString(entries.size());
            switch (random.nextInt(5)) {
                case 0 -> {
                    slow.peer().send(Message.text(text));
                    entries.add(new Entry(text, false, true));
                    makeRoomInLane();
                    lane.add(entries.get(entries.size() - 1));
                }
                case 1 -> {
                    other.peer().send(Message.text(text));
                    entries.add(new Entry(text, false, false));
                    makeRoomInLane(); // the other one takes it at once
                }
                case 2 -> {
                    assertThat(slow.send(text)).isTrue();
                    entries.add(new Entry(text, true, !butSender));
                }
                case 3 -> {
                    assertThat(other.send(text)).isTrue();
                    entries.add(new Entry(text, true, true));
                }
                default -> {
                    rig.broadcast(text);
                    entries.add(new Entry(text, true, true));
                }
            }
            if (slow.isWritable()) {
                take(); // at once, and then it stalls again
            }
            rig.run();
        }

        /** The peer takes what is kept of all that was for it since the last time. */
        void take() {
            List<Entry> since = entries.subList(position, entries.size());
            List<Entry> broadcasts = entries.stream().filter(Entry::broadcast).toList();
            List<Entry> kept = new ArrayList<>(lane);
            kept.addAll(broadcasts.subList(Math.max(0, broadcasts.size() - KEPT), broadcasts.size()));
            lane.clear();
            long lost = since.stream().filter(entry -> entry.mine() && !kept.contains(entry)).count();
            if (lost > 0) {
                losses.add(lost);
            }
            since.stream().filter(entry -> entry.mine() && kept.contains(entry)).map(Entry::text)
                    .forEach(expected::add);
            position = entries.size();
        }

        private void makeRoomInLane() {
            if (lane.size() == KEPT) {
                lane.remove(0);
            }
        }

        void check() {
            long missed = losses.stream().mapToLong(Long::longValue).sum();
            assertThat(slow.texts()).isEqualTo(expected);
            assertThat(slow.peer().missed()).isEqualTo(missed);
            assertThat(rig.hub().stats().missed()).isEqualTo(missed);
            assertThat(rig.hub().stats().overflows()).isEqualTo(losses.size());
            assertThat(rig.listener().of(slow.peer()).stream().filter(entry -> entry.contains("overflowed")))
                    .isEqualTo(losses.stream().map(lost -> "peer 1 overflowed " + lost).toList());
            long meant = entries.stream().filter(Entry::mine).count();
            assertThat(slow.peer().delivered() + slow.peer().missed() + slow.peer().lag()).isEqualTo(meant);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerGoesOnWithTheOldestMessageKeptAndTheNumberMissedIsExact(boolean butSender) {
        for (long seed = 1; seed <= 60; seed++) {
            Model model = new Model(seed, butSender);
            for (int round = 0; round < 12; round++) {
                model.slow.stallAfter(1);
                int count = 1 + model.random.nextInt(3 * KEPT);
                for (int i = 0; i < count; i++) {
                    model.append();
                }
                if (!model.slow.isWritable()) {
                    model.take();
                    model.slow.becomeWritable();
                    model.rig.run();
                }
                model.check();
            }
            assertThat(model.losses).as("seed %d meets overflows", seed).isNotEmpty();
        }
    }

    @Test
    void alsoIfTheLogIsFullOfBytes() {
        HubRig rig = new HubRig(builder -> builder.overflow(OverflowPolicy.skip())
                .retention(Retention.of(1_000, 10 * (64 + 100))));
        FakeTransport slow = rig.join().stallAfter(1);
        rig.join();
        for (int i = 0; i < 35; i++) {
            rig.broadcast(i + "x".repeat(100 - Integer.toString(i).length()));
            rig.run();
        }
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts().stream().map(text -> text.replace("x", "")))
                .containsExactly("0", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34");
        assertThat(slow.peer().missed()).isEqualTo(24);
    }
}
