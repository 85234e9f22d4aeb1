package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an application does with its sessions, and the paths of topics. */
interface ApplicationContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    @Test
    default void aSessionThatIsClosedBeforeItBecomesAPeerNeverIsOne() throws Exception {
        ContainerRig rig = rig();
        rig.start(BroadcastHub.builder());
        assumeTrue(rig.container.isForeign(), "the standalone server is started with its hub alone here");
        RawClient closed = rig.openAt("/closes");
        assertThat(closed.readClose().code()).isEqualTo(4005);
        closed.sendClose(4005);
        RawClient stays = rig.open();
        assertThat(stays.sendText("still here").nextText()).isEqualTo("still here");
        assertThat(rig.events.registered).hasSize(1);
        assertThat(rig.hub.peers()).hasSize(1);
    }

    @Test
    default void anApplicationMaySendToAPeersSessionItself() throws Exception {
        ContainerRig rig = rig();
        int each = 200;
        rig.start(BroadcastHub.builder());
        assumeTrue(rig.container.isForeign(), "the standalone server is started with its hub alone here");
        try (LogCatch log = new LogCatch()) {
            RawClient shared = rig.openAt("/shares");
            patiently().until(() -> rig.events.registered.size() == 1);
            shared.sendText("begin");
            for (int i = 0; i < each; i++) {
                rig.hub.broadcast("hub's " + i);
            }
            List<String> own = new ArrayList<>();
            List<String> hubs = new ArrayList<>();
            while (own.size() < DeploymentStyle.OWN_MESSAGES || hubs.size() < each) {
                String text = shared.nextText();
                (text.startsWith("own ") ? own : hubs).add(text);
            }
            for (int i = 0; i < each; i++) {
                assertThat(hubs.get(i)).isEqualTo("hub's " + i);
            }
            assertThat(rig.events.departures).isEmpty();
            assertThat(log.warnings()).allMatch(line -> line.contains("The application sends to a session"));
        }
    }
}
