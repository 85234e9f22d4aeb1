package io.techops.broadcast.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.TransportCall;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer can write into a log, and how often. */
class LogLinesTest {

    /** More than any machine needs to close something; what ends early does not wait for it. */
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String FORGED = "harmless\r\n1970-01-01 WARN forged";

    private final Logger logger = Logger.getLogger("io.techops.broadcast");
    private final Capture capture = new Capture();
    private final Level before = logger.getLevel();

    /** Keeps whole records as they would be written. */
    private static final class Capture extends Handler {
        private final Formatter formatter = new SimpleFormatter();
        private final List<LogRecord> records = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        String text() {
            StringBuilder text = new StringBuilder();
            records.forEach(record -> text.append(formatter.format(record)));
            return text.toString();
        }

        List<LogRecord> warnings() {
            return records.stream().filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue()).toList();
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @BeforeEach
    void capture() {
        logger.addHandler(capture);
        logger.setLevel(Level.ALL);
        capture.setLevel(Level.ALL);
    }

    @AfterEach
    void release() {
        logger.setLevel(before);
        logger.removeHandler(capture);
    }

    private void assertNoForgery() {
        assertThat(capture.text()).contains("forged").doesNotContain("\n1970").doesNotContain("\r1970");
    }

    @Test
    void aHubWithoutAListenerLogsNoFailureOfOne() {
        ManualExecutor tasks = new ManualExecutor();
        VirtualTimer timer = new VirtualTimer();
        BroadcastHub hub = BroadcastHub.builder().executor(tasks).timer(timer).shards(1)
                .retention(Retention.of(1, 1_000)).overflow(OverflowPolicy.skip()).build();
        FakeTransport slow = new FakeTransport().stallAfter(1).register(hub);
        FakeTransport broken = new FakeTransport().throwFrom(TransportCall.WRITE).register(hub);
        for (int i = 0; i < 3; i++) {
            hub.broadcast("message " + i);
            tasks.runAll();
        }
        slow.becomeWritable();
        tasks.runAll();
        assertThat(slow.peer().missed()).as("it has overflowed").isPositive();
        assertThat(broken.peer().isRegistered()).as("it has failed").isFalse();
        assertThat(capture.warnings()).isEmpty();
    }

    @Test
    void topicsWithoutAListenerLogNoFailureOfOne() {
        try (Topics topics = Topics.create()) {
            new FakeTransport().answerClose().register(topics.hub("news"));
            topics.close(LONG);
        }
        assertThat(capture.warnings()).isEmpty();
    }

    @Test
    void attributesCannotForgeALine() {
        HubRig rig = new HubRig();
        rig.join(new FakeTransport(new Attributes().set(AttributeKey.of("path", String.class), "/" + FORGED)));
        assertNoForgery();
        assertThat(capture.text()).contains("/harmless\\u000d\\u000a1970-01-01 WARN forged");
    }

    @Test
    void aCloseReasonCannotForgeALine() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join();
        peer.registration().unregister(CloseReason.of(1000, FORGED));
        assertNoForgery();
    }

    @Test
    void anExceptionOfAPolicyThatQuotesAMessageCannotForgeALineNorItsCause() {
        HubRig rig = new HubRig(builder -> builder.policy((context, message) -> {
            String text = ((Message.Text) message).text();
            throw new IllegalStateException("cannot read: " + text, new NumberFormatException("for " + text));
        }));
        rig.join().send(FORGED);
        assertNoForgery();
        assertThat(capture.warnings()).singleElement().satisfies(record -> assertThat(record.getThrown())
                .hasToString("java.lang.IllegalStateException: "
                        + "cannot read: harmless\\u000d\\u000a1970-01-01 WARN forged")
                .satisfies(thrown -> assertThat(thrown.getStackTrace()[0].getClassName()).contains("LogLinesTest"))
                .cause().hasToString(
                        "java.lang.NumberFormatException: for harmless\\u000d\\u000a1970-01-01 WARN forged"));
    }

    @Test
    void anExceptionOfAListenerOrATransportCannotForgeALine() {
        HubRig rig = new HubRig(builder -> builder.policy(MessagePolicy.everything()).listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                throw new IllegalStateException(FORGED);
            }
        }));
        FakeTransport peer = rig.join();
        peer.duringWrite(() -> {
            throw new IllegalStateException(FORGED);
        });
        rig.broadcast("a");
        rig.run();
        assertNoForgery();
    }

    @Test
    void anOrdinaryExceptionIsLoggedAsItIs() {
        IllegalStateException ordinary = new IllegalStateException("ordinary", new IllegalArgumentException("cause"));
        assertThat(LogSanitizer.of((Throwable) ordinary)).isSameAs(ordinary);
    }

    @Test
    void whatOnlyACauseOrASuppressedExceptionQuotesIsFoundToo() {
        Exception cause = new IllegalStateException("ordinary", new NumberFormatException(FORGED));
        assertThat(LogSanitizer.of((Throwable) cause).getCause().toString()).doesNotContain("\n").contains("forged");
        Exception suppressing = new IllegalStateException("ordinary");
        suppressing.addSuppressed(new NumberFormatException(FORGED));
        assertThat(LogSanitizer.of((Throwable) suppressing)).hasNoSuppressedExceptions()
                .hasMessageContaining("ordinary");
    }

    @Test
    void anExceptionThatIsItsOwnDistantCauseComesToAnEnd() {
        Exception one = new Exception("one" + FORGED);
        Exception other = new Exception("other", one);
        one.initCause(other);
        int depth = 0;
        for (Throwable shown = LogSanitizer.of((Throwable) one); shown != null; shown = shown.getCause()) {
            assertThat(shown.toString()).doesNotContain("\n");
            depth++;
        }
        assertThat(depth).isBetween(2, 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\u0085", "\u2028", "\u2029", "\u001b[2J", "\u202e", "\u0000", "\u200b"})
    void nothingThatMovesTheCursorOrHidesTextIsLeft(String bad) {
        assertThat(LogSanitizer.of("a" + bad + "b")).startsWith("a\\u").endsWith("b").doesNotContain(bad.substring(0,
                1));
    }

    @Test
    void otherTextIsLeftAloneAndLongTextIsCut() {
        assertThat(LogSanitizer.of("/chat?name=Zoë&x=日本 😀")).isEqualTo("/chat?name=Zoë&x=日本 😀");
        assertThat(LogSanitizer.of("x".repeat(1_000))).hasSize(1_000);
        assertThat(LogSanitizer.of("x".repeat(16_000))).isEqualTo("x".repeat(1_000) + "... 16000 in all");
    }

    @Test
    void aPeerThatMakesAPolicyThrowAgainAndAgainFillsNoLog() {
        HubRig rig = new HubRig(builder -> builder.heartbeat(Duration.ZERO).policy((context, message) -> {
            throw new IllegalStateException("again");
        }));
        for (int i = 0; i < 1_000; i++) {
            rig.join().send("x");
            rig.run();
        }
        assertThat(capture.warnings()).hasSize(1);
        rig.passSeconds(10);
        rig.join().send("x");
        assertThat(capture.warnings()).hasSize(2);
        assertThat(capture.text()).contains("999 more like this were not logged");
    }

    @Test
    void aPeerThatMakesAListenerThrowAgainAndAgainFillsNoLog() {
        HubRig rig = new HubRig(builder -> builder.policy(MessagePolicy.textOnly())
                .messageListener(new MessageListener() {
            @Override
            public void ignored(Peer peer, Message message) {
                throw new IllegalStateException("again");
            }
        }));
        FakeTransport peer = rig.join();
        for (int i = 0; i < 1_000; i++) {
            peer.registration().received(Message.binary(new byte[1]));
        }
        assertThat(capture.warnings()).hasSize(1);
        assertThat(rig.hub().stats().ignored()).isEqualTo(1_000);
    }

    @Test
    void whatPeersDoIsNeverMoreThanDebug() {
        HubRig rig = HubRig.keeping(3);
        FakeTransport slow = rig.join().stallAfter(1);
        FakeTransport broken = rig.join().throwFrom(TransportCall.WRITE);
        FakeTransport big = rig.join();
        rig.join();
        big.send("x".repeat(70_000));
        big.registration().received(Message.binary(new byte[1]));
        rig.broadcastEach(0, 10);
        slow.registration().unregister(CloseReason.of(1006));
        assertThat(broken.isAborted()).isTrue();
        for (int i = 0; i < 60; i++) {
            rig.passSeconds(1);
        }
        assertThat(rig.hub().peers()).isEmpty();
        assertThat(capture.records).isNotEmpty()
                .allMatch(record -> record.getLevel().intValue() < Level.INFO.intValue());
        assertThat(capture.text()).as("never a payload").doesNotContain("xxx");
    }
}
