package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import org.junit.jupiter.api.Test;

/** A filter at a path that no request has would refuse no client, and an endpoint there would serve none. */
class EndpointPathTest {

    private static final EndpointSettings SETTINGS = EndpointSettings.standard();

    @Test
    void aPathBeginsWithASlashAndHasTheVariableOfTopicsAlone() {
        try (BroadcastHub hub = BroadcastHub.create(); Topics topics = Topics.create()) {
            assertThatIllegalArgumentException().isThrownBy(() -> HandshakeFilter.of("live", hub, SETTINGS))
                    .withMessage("path must begin with a slash: live");
            assertThatIllegalArgumentException().isThrownBy(() -> BroadcastEndpoint.config("live", hub))
                    .withMessage("path must begin with a slash: live");
            assertThatIllegalArgumentException().isThrownBy(() -> HandshakeFilter.of("rooms/{topic}", topics, SETTINGS))
                    .withMessage("path must begin with a slash: rooms/{topic}");
            assertThatIllegalArgumentException().isThrownBy(() -> HandshakeFilter.of("/{topic}", hub, SETTINGS))
                    .withMessage("path must have no variable: /{topic}");
            assertThatIllegalArgumentException().isThrownBy(() -> HandshakeFilter.of("/{room}", hub, SETTINGS))
                    .withMessage("path must have no variable but {topic}: /{room}");
        }
    }
}
