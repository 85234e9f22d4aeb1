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

    /** An entry of the log, as the model knows it. */
    private record Entry(String text, boolean mine) {
    }

    /** A hub, a peer that stalls, and everything that was ever appended: what is kept are the last {@link #KEPT}. */
    private static final class Model {
        private final Random random;
        private final boolean butSender;
        private final HubRig rig;
        private final FakeTransport slow;
        private final FakeTransport other;
        private final List<Entry> entries = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();
        private final List<Long> losses = new ArrayList<>();
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
                    entries.add(new Entry(text, true));
                }
                case 1 -> {
                    other.peer().send(Message.text(text));
                    entries.add(new Entry(text, false));
                }
                case 2 -> {
                    assertThat(slow.receive(text)).isTrue();
                    entries.add(new Entry(text, !butSender));
                }
                case 3 -> {
                    assertThat(other.receive(text)).isTrue();
                    entries.add(new Entry(text, true));
                }
                default -> {
                    rig.broadcast(text);
                    entries.add(new Entry(text, true));
                }
            }
            if (slow.isWritable()) {
                take(); // at once, and then it stalls again
            }
            rig.run();
        }

        /** The peer takes what is kept from where it stands, and, if that is gone, from the oldest that is kept. */
        void take() {
            int tail = Math.max(0, entries.size() - KEPT);
            if (position < tail) {
                losses.add(entries.subList(position, tail).stream().filter(Entry::mine).count());
                position = tail;
            }
            entries.subList(position, entries.size()).stream().filter(Entry::mine).map(Entry::text)
                    .forEach(expected::add);
            position = entries.size();
        }

        void check() {
            long missed = losses.stream().mapToLong(Long::longValue).sum();
            assertThat(slow.texts()).isEqualTo(expected);
            assertThat(slow.peer().missed()).isEqualTo(missed);
            assertThat(rig.hub().stats().missed()).isEqualTo(missed);
            assertThat(rig.hub().stats().overflows()).isEqualTo(losses.size());
            assertThat(rig.chronicle().of(slow.peer()).stream().filter(entry -> entry.contains("overflowed")))
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
