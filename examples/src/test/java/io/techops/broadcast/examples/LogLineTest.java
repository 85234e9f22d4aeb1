package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogLineTest {

    private static final String TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}(Z|[+-][0-9:]{5}) ";

    private static LogRecord record(Level level, String logger, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName(logger);
        return record;
    }

    private static String format(LogRecord record) {
        return new LogLine().format(record);
    }

    @Test
    void hasATimeALevelAndTheMessage() {
        assertThat(format(record(Level.FINE, "io.techops.broadcast.BroadcastHub", "peer 1 registered")))
                .matches(TIME + "DEBUG peer 1 registered\\R");
    }

    @Test
    void namesALoggerThatIsNotOurs() {
        assertThat(format(record(Level.WARNING, "org.glassfish.grizzly", "careful")))
                .matches(TIME + "WARN  org.glassfish.grizzly: careful\\R");
    }

    @Test
    void letsNoMessageBeginALineOrControlATerminal() {
        assertThat(format(record(Level.INFO, "io.techops.broadcast", "bye\r\nforged\u001b[2J\u2028\u0085end")))
                .matches(TIME + "INFO  bye\\\\u000d\\\\u000aforged\\\\u001b\\[2J\\\\u2028\\\\u0085end\\R");
    }

    @Test
    void tellsATraceOnlyFromWarningsUp() {
        LogRecord record = record(Level.FINE, "io.techops.broadcast", "failed");
        record.setThrown(new IOException("broken\npipe"));
        assertThat(format(record)).matches(TIME + "DEBUG failed: java.io.IOException: broken\\\\u000apipe\\R");

        record.setLevel(Level.SEVERE);
        assertThat(format(record).lines()).hasSizeGreaterThan(2).first().asString().matches(TIME + "ERROR failed");
    }
}
