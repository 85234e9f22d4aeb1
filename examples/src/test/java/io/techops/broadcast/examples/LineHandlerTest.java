package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logging goes on, and never throws, whatever happens to the log. */
class LineHandlerTest {

    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder = Path.of("");

    private final Operator operator = new Operator();

    private LineHandler to(Path file) throws Exception {
        return new LineHandler(LineOutput.appendingTo(file), Level.INFO, Level.OFF, operator);
    }

    private static LogRecord line(String message) {
        LogRecord record = new LogRecord(Level.INFO, message);
        record.setLoggerName("io.techops.broadcast");
        return record;
    }

    private static LogRecord failing(Throwable failure) {
        LogRecord record = line("not to be formatted");
        record.setThrown(new Exception() {
            private static final long serialVersionUID = 1;

            @Override
            public String toString() {
                throw LineHandlerTest.<RuntimeException>unchecked(failure);
            }
        });
        return record;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void anOutputThatTakesNothingIsReportedOnceWithItsCause() throws Exception {
        assumeThat(FULL).as("a device of Linux that is always full").exists();
        LineHandler handler = to(FULL);
        for (int i = 0; i < 1_000; i++) {
            handler.publish(line("line " + i));
        }
        assertThat(operator.told).containsExactly(
                "the log file /dev/full cannot be written, lines are lost: No space left on device");
    }

    @Test
    void whatCannotBeFormattedIsCountedAndTheNextLineIsThere() throws Exception {
        Path file = folder.resolve("log");
        LineHandler handler = to(file);
        handler.publish(line("first"));
        handler.publish(failing(new IllegalStateException("foreign code")));
        handler.publish(failing(new NoClassDefFoundError("Could not initialize class sun.util.calendar.ZoneInfoFile")));
        handler.publish(failing(new OutOfMemoryError("Java heap space")));
        handler.publish(line("second"));
        handler.publish(line("third"));

        String summary = "3 lines were lost before this one: the log file " + file + " could not be written";
        assertThat(Files.readAllLines(file)).extracting(text -> text.replaceAll("^[^ ]+ +[A-Z]+ +", ""))
                .containsExactly("first", summary, "second", "third");
        assertThat(operator.told).containsExactly("the log file " + file
                + " cannot be written, lines are lost: java.lang.IllegalStateException: foreign code", summary);
    }

    @Test
    void aFileThatCannotBeOpenedAgainLeavesTheLogWhereItIsUntilItCan() throws Exception {
        Path file = folder.resolve("log");
        Path moved = folder.resolve("moved");
        LineHandler handler = to(file);
        handler.publish(line("first"));
        Files.move(file, moved);
        handler.publish(line("between"));
        Files.createDirectory(file);
        assertThatThrownBy(handler::reopen).isInstanceOf(IOException.class).hasMessageContaining(file.toString());
        handler.publish(line("after a failure"));
        Files.delete(file);
        handler.reopen();
        handler.publish(line("in the new file"));
        assertThat(Files.readAllLines(moved)).extracting(text -> text.replaceAll("^[^ ]+ +[A-Z]+ +", ""))
                .containsExactly("first", "between", "after a failure");
        assertThat(Files.readAllLines(file)).singleElement().asString().endsWith(" in the new file");
        assertThat(operator.told).isEmpty();
    }

    @Test
    void aFileThatIsOpenedAgainAlthoughItIsThereGoesOn() throws Exception {
        Path file = folder.resolve("log");
        LineHandler handler = to(file);
        handler.publish(line("first"));
        handler.reopen();
        handler.reopen();
        handler.publish(line("second"));
        assertThat(Files.readAllLines(file)).hasSize(2).last().asString().endsWith(" second");
    }

    @Test
    void anInterruptedThreadLogsAndStaysInterrupted() throws Exception {
        Path file = folder.resolve("log");
        LineHandler handler = to(file);
        Thread.currentThread().interrupt();
        try {
            handler.publish(line("while interrupted"));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        handler.publish(line("afterwards"));
        assertThat(Files.readAllLines(file)).hasSize(2).last().asString().endsWith(" afterwards");
        assertThat(operator.told).isEmpty();
    }

    @Test
    void anOperatorWhoCannotBeToldDoesNotHarmTheThreadThatLogs() throws Exception {
        Path file = folder.resolve("log");
        LineHandler handler = new LineHandler(LineOutput.appendingTo(file), Level.INFO, Level.OFF, new Handler() {
            @Override
            public void publish(LogRecord record) {
                throw new OutOfMemoryError("Java heap space");
            }

            @Override
            public void flush() {
                // Nothing is buffered.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        });
        handler.publish(failing(new IllegalStateException("foreign code")));
        handler.publish(line("second"));
        assertThat(Files.readAllLines(file)).last().asString().endsWith(" second");
    }

    /** Keeps what it is told. */
    private static final class Operator extends Handler {

        private final List<String> told = new ArrayList<>();

        @Override
        public void publish(LogRecord record) {
            told.add(record.getMessage());
        }

        @Override
        public void flush() {
            // Nothing is buffered.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
