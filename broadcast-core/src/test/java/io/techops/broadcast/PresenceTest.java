package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is here, by name. */
class PresenceTest {

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Presence presence = new Presence(peer -> peer.attributes().get(USER), new Presence.Listener() {
        @Override
        public void arrived(String name) {
            told.add("+" + name);
        }

        @Override
        public void departed(String name) {
            told.add("-" + name);
        }
    });
    private final HubRig rig = new HubRig(builder -> builder.listener(presence));

    @Test
    void aUserWithTwoTabsArrivesOnceAndDepartsWithTheLast() {
        FakeTransport first = join("anna");
        FakeTransport second = join("anna");
        FakeTransport bob = join("bob");
        assertThat(told).containsExactly("+anna", "+bob");
        leave(first);
        assertThat(presence.isHere("anna")).isTrue();
        assertThat(presence.names()).containsExactlyInAnyOrder("anna", "bob");
        leave(second);
        leave(bob);
        assertThat(told).containsExactly("+anna", "+bob", "-anna", "-bob");
        assertThat(presence.names()).isEmpty();
        join("anna");
        assertThat(told).last().isEqualTo("+anna");
    }

    @Test
    void aPeerWithoutANameDoesNotCount() {
        FakeTransport stranger = rig.join();
        rig.run();
        leave(stranger);
        assertThat(told).isEmpty();
        assertThat(presence.names()).isEmpty();
    }

    @Test
    void aPeerThatIsRenamedDepartsUnderTheNameItCameWith() {
        FakeTransport anna = join("anna");
        anna.peer().attributes().set(USER, "carl");
        leave(anna);
        assertThat(told).containsExactly("+anna", "-anna");
        assertThat(presence.names()).isEmpty();
    }

    @Test
    void aNameStaysIfOneOfItsConnectionsComesWhileTheOtherGoes() throws Exception {
        BroadcastHub inline = BroadcastHub.builder().executor(Runnable::run).timer(rig.timer()).listener(presence)
                .build();
        FakeTransport[] one = {new FakeTransport(new Attributes().set(USER, "anna")).register(inline)};
        FakeTransport[] next = {one[0]};
        SameMoment.again(() -> next[0] = new FakeTransport(new Attributes().set(USER, "anna")),
                () -> next[0].register(inline), () -> one[0].leave(CloseReason.of(1000)), () -> {
                    assertThat(presence.names()).containsExactly("anna");
                    assertThat(told).last().isEqualTo("+anna");
                    assertThat(told).hasSizeLessThanOrEqualTo(3);
                    told.clear();
                    told.add("+anna");
                    one[0] = next[0];
                });
    }

    private FakeTransport join(String user) {
        FakeTransport transport = rig.join(new Attributes().set(USER, user));
        rig.run();
        return transport;
    }

    private void leave(FakeTransport transport) {
        transport.leave(CloseReason.of(1000));
        rig.run();
    }
}
