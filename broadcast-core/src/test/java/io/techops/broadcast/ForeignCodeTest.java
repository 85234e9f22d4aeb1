package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

    private final Logger logger = Logger.getLogger("io.techops.broadcast");
    private final Level level = logger.getLevel();
    private final boolean parents = logger.getUseParentHandlers();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            ForeignParts.logged();
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @BeforeEach
    void trapTheLog() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        handler.setLevel(Level.ALL);
    }

    @AfterEach
    void releaseTheLog() {
        logger.removeHandler(handler);
        logger.setLevel(level);
        logger.setUseParentHandlers(parents);
    }

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
