package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an operator is told of a shared log. */
class BackplaneWarningsTest {

    @Test
    void aMessageThatItCanNeverTakeIsWarnedOfAsWhoBroadcastsItIsNotTold() {
        MemoryBackplane backplane = new MemoryBackplane().maxBytes(3);
        HubRig rig = new HubRig(hub -> hub.name("prices").backplane(backplane).backplaneStartTimeout(Duration.ZERO));
        rig.run();
        try (Warnings warnings = new Warnings()) {
            rig.hub().broadcast("large");
            rig.run();
            assertThat(warnings.texts()).singleElement().asString().contains("hub prices", "more than 3 bytes");
        }
    }
}
