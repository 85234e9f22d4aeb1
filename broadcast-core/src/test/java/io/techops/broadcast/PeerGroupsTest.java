package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Groups by name: rooms, and the tabs of one user. */
class PeerGroupsTest {

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
        SameMoment.again(() -> groups.join("kitchen", comesAndGoes),
                () -> assertThat(groups.join("kitchen", stays)).isTrue(),
                () -> assertThat(groups.leave("kitchen", comesAndGoes)).isTrue(), () -> {
                    assertThat(groups.members("kitchen")).containsExactly(stays);
                    groups.leave("kitchen", stays);
                    assertThat(groups.names()).isEmpty();
                });
    }

    /** The size of a set that others change is a sum of counters, which are not read at the same moment. */
    @Test
    void aMemberStaysInTheGroupWhileOthersComeAndGo() throws Exception {
        Peer stays = rig.join().peer();
        groups.join("kitchen", stays);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicBoolean over = new AtomicBoolean();
        List<Future<?>> crowd = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Peer comesAndGoes = rig.join().peer();
            crowd.add(threads.submit(() -> {
                while (!over.get()) {
                    groups.join("kitchen", comesAndGoes);
                }
            }));
            crowd.add(threads.submit(() -> {
                while (!over.get()) {
                    groups.leave("kitchen", comesAndGoes);
                }
            }));
        }
        long begin = System.nanoTime();
        try {
            do {
                for (int i = 0; i < 1_000; i++) {
                    assertThat(groups.join("kitchen", stays)).isFalse();
                }
                assertThat(groups.members("kitchen")).contains(stays);
            } while (System.nanoTime() - begin < Duration.ofMillis(300).toNanos());
        } finally {
            over.set(true);
            threads.shutdown();
        }
        for (Future<?> each : crowd) {
            each.get();
        }
    }
}
