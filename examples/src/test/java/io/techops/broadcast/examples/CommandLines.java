package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Program;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A process that runs the service with one command line after the other, all of which it has to refuse. */
final class CommandLines implements AutoCloseable {

    /** Between arguments, and between the parts of an answer. */
    private static final String SEPARATOR = "\u001F";
    private static final String END_OF_LINE = "\u001E";

    private final Program program = Program.ofTests(Answers.class);

    /** What has become of a command line. */
    record Outcome(int exitCode, List<String> out, List<String> err) {
    }

    /** The process: it has the classes of the service, and none of the tests' libraries. */
    static final class Answers {

        private Answers() {
        }

        /** Answers each line of standard input with one of standard output. */
        public static void main(String[] none) throws IOException {
            System.setProperty("java.util.logging.manager", ServiceLogManager.class.getName());
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            PrintStream answers = System.out;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                ByteArrayOutputStream err = new ByteArrayOutputStream();
                System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
                System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
                int code = BroadcastService.run(line.split(SEPARATOR), Map.of());
                answers.println(code + SEPARATOR + inOneLine(out) + SEPARATOR + inOneLine(err));
            }
        }

        private static String inOneLine(ByteArrayOutputStream bytes) {
            return bytes.toString(StandardCharsets.UTF_8).lines().reduce("", (all, line) -> all + line + END_OF_LINE);
        }
    }

    /** Runs the service with these options. */
    Outcome run(String... options) {
        int before = program.out().size();
        program.type(String.join(SEPARATOR, options));
        await().until(() -> program.out().size() > before || !program.isAlive());
        assertThat(program.out()).as("on standard error %s", program.err()).hasSizeGreaterThan(before);
        String[] parts = program.out().get(before).split(SEPARATOR, -1);
        return new Outcome(Integer.parseInt(parts[0]), lines(parts[1]), lines(parts[2]));
    }

    private static List<String> lines(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(END_OF_LINE));
    }

    @Override
    public void close() {
        program.close();
    }
}
