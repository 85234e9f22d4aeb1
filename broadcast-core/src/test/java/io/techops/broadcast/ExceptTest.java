package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Messages for everyone but some peers. */
class ExceptTest {

    private final HubRig rig = HubRig.keeping(3);
    private final BroadcastHub hub = rig.hub();
    private final FakeTransport first = rig.join();
    private final FakeTransport second = rig.join();
    private final FakeTransport third = rig.join();

    @Test
    void reachEveryoneElseInTheOneOrder() {
        hub.broadcast(Message.text("a"), BroadcastOptions.except(first.peer()));
        hub.broadcast("b");
        assertThat(hub.tryBroadcast(Message.text("c"), BroadcastOptions.except(first.peer(), second.peer()))).isTrue();
        assertThat(List.of(first.peer().lag(), second.peer().lag(), third.peer().lag())).containsExactly(1L, 2L, 3L);
        rig.run();
        assertThat(first.texts()).containsExactly("b");
        assertThat(second.texts()).containsExactly("a", "b");
        assertThat(third.texts()).containsExactly("a", "b", "c");
        assertThat(third.sequences()).containsExactly(1L, 2L, 3L);
        assertThat(first.sequences()).containsExactly(2L);
        assertThat(first.peer().lag()).isZero();
        assertThat(first.peer().missed()).isZero();
        assertThat(first.peer().delivered()).isEqualTo(1);
        assertThat(second.peer().delivered()).isEqualTo(2);
        assertThat(rig.listener().entries()).contains("broadcast 1 from the host", "broadcast 3 from the host");
    }

    @Test
    void haveAPosition() {
        Position position = hub.publish(Message.text("a"), BroadcastOptions.except(first.peer()))
                .toCompletableFuture().join();
        rig.run();
        assertThat(second.positions()).containsExactly(position);
        assertThat(first.positions()).isEmpty();
    }

    @Test
    void areNoLossForAPeerThatIsNotWritable() {
        first.stallAfter(1);
        hub.broadcast("a");
        rig.run();
        for (int i = 0; i < 10; i++) {
            hub.broadcast(Message.text("x"), BroadcastOptions.except(first.peer(), second.peer()));
            rig.run();
        }
        assertThat(first.peer().lag()).isZero();
        first.becomeWritable();
        hub.broadcast("b");
        rig.run();
        assertThat(first.texts()).containsExactly("a", "b");
        assertThat(first.peer().missed()).isZero();
        assertThat(third.texts()).hasSize(12);
    }

    @Test
    void excludeReceiversToo() {
        BroadcastOptions options = BroadcastOptions.to(first.peer(), second.peer()).without(second.peer(),
                third.peer());
        hub.broadcast(Message.text("a"), options);
        hub.broadcast(Message.text("b"), BroadcastOptions.to(peer -> true).without(first.peer()));
        rig.run();
        assertThat(first.texts()).containsExactly("a");
        assertThat(second.texts()).containsExactly("b");
        assertThat(third.texts()).containsExactly("b");
    }

    @Test
    void leaveOutPeersThatHaveGoneAndThoseOfOtherHubs() {
        HubRig another = new HubRig();
        FakeTransport other = another.join();
        first.leave(CloseReason.of(CloseReason.NORMAL));
        hub.broadcast(Message.text("a"), BroadcastOptions.except(first.peer(), other.peer(), second.peer()));
        rig.run();
        assertThat(second.texts()).isEmpty();
        assertThat(third.texts()).containsExactly("a");
        another.broadcast("b");
        assertThat(other.peer().lag()).isEqualTo(1);
        another.run();
        assertThat(other.texts()).containsExactly("b");
        assertThat(other.peer().delivered()).isEqualTo(1);
    }

    @Test
    void canBeMixedWithMessagesThatAreNotForTheirSenders() {
        HubRig but = new HubRig(builder -> builder.delivery(DeliveryPolicy.everyoneButSender()));
        FakeTransport one = but.join();
        FakeTransport two = but.join();
        one.send("a");
        but.hub().broadcast(Message.text("b"), BroadcastOptions.except(one.peer(), two.peer()));
        but.hub().broadcast(Message.text("c"), BroadcastOptions.except(two.peer()));
        two.send("d");
        but.run();
        assertThat(one.texts()).containsExactly("c", "d");
        assertThat(two.texts()).containsExactly("a");
        assertThat(one.peer().lag() + two.peer().lag()).isZero();
    }

    @Test
    void areCombinedAndBounded() {
        BroadcastOptions options = BroadcastOptions.everyone().without(first.peer()).without(second.peer(),
                first.peer());
        assertThat(options.excluded()).containsExactly(first.peer(), second.peer());
        assertThat(options).hasToString("to everyone without [peer 1, peer 2]");
        assertThat(BroadcastOptions.to(first.peer()).key("a")).hasToString("to [peer 1], key a");
        assertThat(BroadcastOptions.to(new PeerGroup())).hasToString("to a group of 0");
        assertThat(BroadcastOptions.to(peer -> true)).hasToString("to those that match");
        assertThat(BroadcastOptions.everyone().excluded()).isEmpty();
        List<Peer> many = new ArrayList<>();
        for (int i = 0; i < BroadcastOptions.MAX_EXCLUDED; i++) {
            many.add(rig.join().peer());
        }
        BroadcastOptions most = BroadcastOptions.except(many.toArray(Peer[]::new));
        hub.broadcast(Message.text("a"), most);
        rig.run();
        assertThat(first.texts()).containsExactly("a");
        assertThat(hub.stats().deliveries()).isEqualTo(3);
        assertThatThrownBy(() -> most.without(first.peer())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at most 16 peers can be excluded: 17");
        hub.shutdown(Duration.ZERO);
    }

    @Test
    void areNotCountedInTheLagOfThoseThatAreOwedSomethingElse() throws Exception {
        HubRig[] its = {rig};
        Peer[] owed = {first.peer()};
        AtomicBoolean over = new AtomicBoolean();
        SameMoment.again(() -> {
            its[0] = new HubRig();
            owed[0] = its[0].join().peer();
            its[0].broadcast("owed");
            over.set(false);
        }, () -> {
            BroadcastOptions others = BroadcastOptions.except(owed[0]);
            for (int i = 0; i < 500; i++) {
                its[0].hub().broadcast(Message.text("for others"), others);
            }
            over.set(true);
        }, () -> {
            while (!over.get()) {
                assertThat(owed[0].lag()).isPositive();
            }
        }, () -> assertThat(owed[0].lag()).isOne());
    }

    @Test
    void doNotKeepFromAPeerThatSaysGoodbyeWhatIsOwedToIt() throws Exception {
        FakeTransport[] leaver = {first};
        SameMoment.again(() -> {
            leaver[0] = rig.join();
            rig.run();
            hub.broadcast("owed");
        }, () -> assertThat(leaver[0].end(CloseReason.of(1000), true)).as("nothing is owed to it").isFalse(),
                () -> hub.broadcast(Message.text("for others"), BroadcastOptions.except(leaver[0].peer())), () -> {
                    rig.run();
                    assertThat(leaver[0].texts()).containsExactly("owed");
                    leaver[0].leave(CloseReason.of(1000));
                });
    }
}
