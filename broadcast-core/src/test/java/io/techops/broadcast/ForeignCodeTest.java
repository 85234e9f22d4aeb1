package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/*
 * A scenario in which all foreign code is called that a hub knows: clock, timer, executor, transports that know
 * positions and others, policy, listeners, encodings, logger, and, if it is that of a topic, the recipe; topics begin
 * and end in it, and so does all in the end. It is played once to count the calls, and then once for each call, which
 * throws. Whatever throws, the hub is alive afterwards, for everyone but the peer whose own code threw, and no
 * publisher waits for ever.
 */

/** Whatever foreign code throws, in whatever call, leaves nothing of the hub dead. */
class ForeignCodeTest {

    @RegisterExtension
    final TrappedLog log = new TrappedLog(ForeignParts::logged);

    /** {@return whether it is the hub of a topic} */
    boolean ofTopic() {
        return false;
    }

    @ParameterizedTest
    @EnumSource
    void whateverCallThrowsTheHubLivesOn(Thrown what) {
        int count = new ForeignScenario(what, ofTopic(), -1).play();
        assertThat(count).isGreaterThan(200);
        for (int at = 1; at <= count; at++) {
            new ForeignScenario(what, ofTopic(), at).play();
        }
    }
}
