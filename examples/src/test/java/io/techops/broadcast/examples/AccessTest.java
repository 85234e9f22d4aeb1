package io.techops.broadcast.examples;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whom other tokens meet. */
class AccessTest {

    private final Access access = new Access(Tokens.parse(List.of("* listen"), false));
    private final HubRig rig = new HubRig(hub -> hub.listener(access));

    @Test
    void aPeerWhoseHandshakeWasDecidedByOlderTokensIsClosedWhenItIsRegistered() {
        FakeTransport before = rig.join();
        rig.run();
        assertThat(before).isOpen();
        access.use(Tokens.parse(List.of("abc listen"), false), Stream.empty()); // it was decided before
        FakeTransport late = rig.join(); // and registered behind
        rig.run();
        assertThat(late).isClosedWith(CloseReason.POLICY_VIOLATION, "the right to listen here was withdrawn");
    }
}
