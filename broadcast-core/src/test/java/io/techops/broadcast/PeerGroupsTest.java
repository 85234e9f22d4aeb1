package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Groups by name: rooms, and the tabs of one user. */
class PeerGroupsTest {

    private static final int ROUNDS = 10_000;
    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private final HubRig rig = new HubRig();
    private final PeerGroups groups = new PeerGroups();

    @Test
    void aMessageToARoomReachesItsMembersAlone() {
        FakeTransport anna = rig.join();
        FakeTransport bob = rig.join();
        FakeTransport carl = rig.join();
        assertThat(groups.join("kitchen", anna.peer())).isTrue();
        assertThat(groups.join("kitchen", anna.peer())).isFalse();
        assertThat(groups.join("kitchen", bob.peer())).isTrue();
        assertThat(groups.join("garden", bob.peer())).isTrue();
        rig.hub().broadcast(Message.text("coffee"), groups.to("kitchen"));
        rig.hub().broadcast(Message.text("roses"), groups.to("garden"));
        rig.hub().broadcast(Message.text("nothing"), groups.to("cellar"));
        rig.run();
        assertThat(anna.texts()).containsExactly("coffee");
        assertThat(bob.texts()).containsExactly("coffee", "roses");
        assertThat(carl.texts()).isEmpty();
        assertThat(groups.sizes()).isEqualTo(Map.of("kitchen", 2, "garden", 1));
        assertThat(groups.members("garden")).containsExactly(bob.peer());
    }

    @Test
    void aGroupEndsWithItsLastMember() {
        FakeTransport anna = rig.join();
        FakeTransport bob = rig.join();
        groups.join("kitchen", anna.peer());
        groups.join("kitchen", bob.peer());
        assertThat(groups.leave("kitchen", anna.peer())).isTrue();
        assertThat(groups.leave("kitchen", anna.peer())).isFalse();
        assertThat(groups.names()).containsExactly("kitchen");
        bob.leave(CloseReason.of(1000));
        rig.run();
        assertThat(groups.names()).isEmpty();
        assertThat(groups.join("kitchen", bob.peer())).isFalse();
        assertThat(groups.names()).isEmpty();
        assertThat(groups.join("kitchen", anna.peer())).isTrue();
        assertThat(groups.sizes()).isEqualTo(Map.of("kitchen", 1));
    }

    @Test
    void allTabsOfOneUserAreToldAndWhoIsHereIsKnown() {
        PeerGroups users = new PeerGroups();
        HubRig tabs = new HubRig(builder -> builder.listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                users.join(peer.attributes().get(USER), peer);
            }
        }));
        FakeTransport first = tabs.join(new Attributes().set(USER, "anna"));
        FakeTransport second = tabs.join(new Attributes().set(USER, "anna"));
        FakeTransport other = tabs.join(new Attributes().set(USER, "bob"));
        tabs.run();
        assertThat(users.sizes()).isEqualTo(Map.of("anna", 2, "bob", 1));
        tabs.hub().broadcast(Message.text("you have mail"), users.to("anna"));
        other.leave(CloseReason.of(1000));
        tabs.run();
        assertThat(first.texts()).containsExactly("you have mail");
        assertThat(second.texts()).containsExactly("you have mail");
        assertThat(other.texts()).isEmpty();
        assertThat(users.names()).containsExactly("anna");
    }

    @Test
    void aPeerThatJoinsWhileTheLastMemberLeavesIsInTheGroup() throws Exception {
        Peer stays = rig.join().peer();
        Peer comesAndGoes = rig.join().peer();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < ROUNDS; i++) {
                groups.join("kitchen", comesAndGoes);
                AtomicInteger ready = new AtomicInteger();
                Future<Boolean> joining = threads.submit(() -> {
                    awaitTwo(ready);
                    return groups.join("kitchen", stays);
                });
                Future<Boolean> leaving = threads.submit(() -> {
                    awaitTwo(ready);
                    return groups.leave("kitchen", comesAndGoes);
                });
                assertThat(joining.get()).isTrue();
                assertThat(leaving.get()).isTrue();
                assertThat(groups.members("kitchen")).as("round %d", i).containsExactly(stays);
                groups.leave("kitchen", stays);
                assertThat(groups.names()).isEmpty();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Returns to both threads within nanoseconds, which a barrier that parks them does not. */
    private static void awaitTwo(AtomicInteger ready) {
        ready.incrementAndGet();
        while (ready.get() < 2) {
            Thread.onSpinWait();
        }
    }
}
