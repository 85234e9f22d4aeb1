package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** A group whose peers come and go while messages are broadcast to it. */
class PeerGroupTest {

    private static final int ROUNDS = 2_000;

    private static Thread start(CyclicBarrier barrier, Runnable action) {
        Thread thread = new Thread(() -> {
            try {
                barrier.await();
                action.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void aPeerThatIsAddedWhileItGoesIsNotLeftInTheGroup() throws Exception {
        HubRig rig = new HubRig();
        PeerGroup group = new PeerGroup();
        for (int i = 0; i < ROUNDS; i++) {
            FakeTransport transport = new FakeTransport().register(rig.hub());
            Peer peer = transport.peer();
            CyclicBarrier barrier = new CyclicBarrier(2);
            Thread adding = start(barrier, () -> group.add(peer));
            Thread going = start(barrier, () -> transport.leave(CloseReason.of(1000)));
            adding.join();
            going.join();
            assertThat(group.size()).as("round %d", i).isZero();
        }
    }

    @Test
    void whatIsBroadcastToItIsInOneOrderForAllWhoeverJoinsAndLeavesMeanwhile() throws Exception {
        HubRig rig = HubRig.keeping(ROUNDS);
        PeerGroup group = new PeerGroup();
        FakeTransport always = rig.join();
        FakeTransport never = rig.join();
        FakeTransport now = rig.join();
        group.add(always.peer());
        CyclicBarrier barrier = new CyclicBarrier(3);
        Thread publisher = start(barrier, () -> {
            for (int i = 0; i < ROUNDS / 2; i++) {
                Message message = Message.text(Integer.toString(i));
                assertThat(rig.hub().tryBroadcast(message, BroadcastOptions.to(group))).isTrue();
            }
        });
        Thread changing = start(barrier, () -> {
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(group.add(now.peer())).isTrue();
                assertThat(group.remove(now.peer())).isTrue();
            }
        });
        barrier.await();
        publisher.join();
        changing.join();
        rig.run();
        List<String> all = HubRig.numbers(0, ROUNDS / 2);
        assertThat(always.texts()).isEqualTo(all);
        assertThat(never.texts()).isEmpty();
        List<String> some = new ArrayList<>(now.texts());
        assertThat(all).containsSubsequence(some.isEmpty() ? List.of("0") : some);
        assertThat(group.contains(now.peer())).isFalse();
        assertThat(now.peer().delivered()).isEqualTo(some.size());
        assertThat(now.peer().lag()).isZero();
    }
}
