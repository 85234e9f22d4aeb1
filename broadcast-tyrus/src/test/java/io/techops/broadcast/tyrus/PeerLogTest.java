package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.testing.RawClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log tells at DEBUG of the life of a peer, by the logger that the guide to logging names. */
class PeerLogTest {

    private final Logger logger = Logger.getLogger(BroadcastHub.class.getName());
    private final Level before = logger.getLevel();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            assertThat(line.getLevel()).isEqualTo(Level.FINE);
            lines.add(line.getMessage());
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
    void listen() {
        handler.setLevel(Level.ALL);
        logger.setLevel(Level.FINE);
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void restore() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
        logger.setLevel(before);
    }

    private static BroadcastHub.Builder hub() {
        return BroadcastHub.builder().policy((context, message) -> message instanceof Message.Text text
                && text.text().startsWith("ignore") ? MessagePolicy.nothing().decide(context, message)
                : MessagePolicy.everything().decide(context, message));
    }

    /** Connects, says two things, one of which is ignored, and closes. */
    private static void live(BroadcastServer server) throws Exception {
        try (RawClient peer = Wire.PLAIN.connect(server).shakeHands("/live?token=secret")) {
            peer.sendText("the secret");
            assertThat(peer.readText()).isEqualTo("the secret");
            peer.sendText("ignore the secret");
            peer.sendClose(4001);
            assertThat(peer.readClose().code()).isEqualTo(4001);
            await().until(() -> server.hub().peers().isEmpty());
        }
    }

    @Test
    void eachStepIsALineThatSaysNothingOfWhatIsSaid() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(hub())) {
            live(server);
            await().untilAsserted(() -> assertThat(lines).hasSize(4));
        }
        assertThat(lines.get(0)).matches("peer \\d+ registered: \\{.*path=/live, query=\\*\\*\\*.*}");
        assertThat(lines.get(1)).matches("broadcast 1: text of 10 bytes from peer \\d+");
        assertThat(lines.get(2)).matches("text of 17 bytes of peer \\d+ ignored");
        assertThat(lines.get(3)).matches("peer \\d+ unregistered: 4001");
        assertThat(lines).noneMatch(line -> line.contains("secret"));
    }

    @Test
    void aHubThatIsNotTracedLogsNoneOfThem() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(hub().traced(false))) {
            live(server);
        }
        assertThat(lines).isEmpty();
    }
}
