package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The lane of addressed messages beside the log: its order, its bounds, and that it gives back what it took. */
class AddressedLaneTest {

    private static final Retention THREE = Retention.of(3, 1_000);

    private static PeerCursor cursor(long id) {
        return new PeerCursor(id, 0, null, null, false, 0);
    }

    private static Publication sent(Message message) {
        return new Publication(message, null, EntryNotes.NEVER);
    }

    private static void send(AddressedLane lane, String text, PeerCursor... to) {
        AddressedLane.Addressed message = lane.begin(sent(Message.text(text)), 0, to.length);
        for (PeerCursor each : to) {
            lane.link(message, each);
        }
    }

    @Test
    void aMessageCountsOnceHoweverManyReceiversItHas() {
        AddressedLane lane = new AddressedLane(THREE);
        PeerCursor first = cursor(1);
        PeerCursor second = cursor(2);
        send(lane, "a", first, second);
        assertThat(lane.retainedMessages()).isOne();
        long both = lane.retainedBytes();
        assertThat(lane.take(first)).isTrue();
        assertThat(lane.retainedMessages()).isOne();
        assertThat(lane.retainedBytes()).isBetween(EntryNotes.charge(Message.text("a"), null), both - 1);
        assertThat(lane.take(second)).isTrue();
        assertThat(lane.retainedMessages()).isZero();
        assertThat(lane.retainedBytes()).isZero();
        assertThat(lane.take(second)).isFalse();
    }

    @Test
    void bothBoundsHold() {
        AddressedLane lane = new AddressedLane(THREE);
        PeerCursor receiver = cursor(1);
        Message large = Message.text("x".repeat(900));
        assertThat(lane.hasRoom(sent(large), 1)).isTrue();
        send(lane, "a", receiver);
        send(lane, "b", receiver);
        assertThat(lane.hasRoom(sent(Message.text("c")), 1)).isTrue();
        assertThat(lane.hasRoom(sent(large), 1)).as("too many bytes").isFalse();
        send(lane, "c", receiver);
        assertThat(lane.hasRoom(sent(Message.text("d")), 1)).as("too many messages").isFalse();
    }

    /** Against lists: each receiver has its own in their order, the oldest of all is known, and all of it is freed. */
    @Test
    void everyReceiverTakesItsOwnInTheirOrder() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            AddressedLane lane = new AddressedLane(Retention.of(1 << 20, 1 << 30));
            List<PeerCursor> receivers = new ArrayList<>();
            List<List<String>> expected = new ArrayList<>();
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                receivers.add(cursor(i));
                expected.add(new ArrayList<>());
            }
            for (int i = 0; i < 2_000; i++) {
                int who = random.nextInt(5);
                PeerCursor receiver = receivers.get(who);
                if (random.nextInt(5) < 3) {
                    send(lane, seed + " " + i, receiver);
                    expected.get(who).add(seed + " " + i);
                    order.add(who);
                } else if (!expected.get(who).isEmpty()) {
                    Message next = lane.message(receiver.firstAddressed).message;
                    assertThat(((Message.Text) next).text()).isEqualTo(expected.get(who).remove(0));
                    assertThat(lane.take(receiver)).isTrue();
                    order.remove((Integer) who);
                }
                assertThat(lane.oldestReceiver()).isSameAs(order.isEmpty() ? null : receivers.get(order.get(0)));
                assertThat(lane.retainedMessages()).isEqualTo(order.size());
            }
            for (PeerCursor receiver : receivers) {
                while (lane.take(receiver)) {
                    order.remove(0);
                }
                assertThat(receiver.addressedFrom).isEqualTo(PeerCursor.NOWHERE);
            }
            assertThat(order).isEmpty();
            assertThat(lane.retainedBytes()).isZero();
            assertThat(lane.oldestReceiver()).isNull();
        }
    }

    /** Random broadcasts, messages for some, stalls and recoveries under skip, so that some are evicted. */
    @Test
    void whatAPeerGetsKeepsItsPlaceAndIsAccountedFor() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            HubRig rig = HubRig.keeping(4, builder -> builder.overflow(OverflowPolicy.skip()));
            List<FakeTransport> peers = List.of(rig.join(), rig.join(), rig.join());
            List<List<String>> meant = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < 200; i++) {
                Message message = Message.text(Integer.toString(i));
                int who = random.nextInt(4);
                boolean sent = who == 3 ? rig.hub().tryBroadcast(message)
                        : rig.hub().tryBroadcast(message, BroadcastOptions.to(peers.get(who).peer()));
                for (int each = 0; each < 3 && sent; each++) {
                    if (who == 3 || who == each) {
                        meant.get(each).add(Integer.toString(i));
                    }
                }
                FakeTransport peer = peers.get(random.nextInt(3));
                switch (random.nextInt(6)) {
                    case 0 -> peer.stallAfter(1);
                    case 1 -> peer.becomeWritable();
                    case 2, 3 -> rig.run();
                    default -> { }
                }
            }
            for (int each = 0; each < 3; each++) {
                FakeTransport peer = peers.get(each);
                assertThat(meant.get(each)).as("seed %d", seed).containsSubsequence(peer.texts());
                assertThat(peer.peer().delivered() + peer.peer().missed() + peer.peer().lag()).as("seed %d", seed)
                        .isEqualTo(meant.get(each).size());
                assertThat(peer.texts()).as("seed %d", seed).hasSize((int) peer.peer().delivered());
            }
        }
    }
}
