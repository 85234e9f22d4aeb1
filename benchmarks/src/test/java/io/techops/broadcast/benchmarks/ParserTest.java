package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParserTest {

    private static final String STREAM = "event: open\nid: e-7\ndata: {}\n\n"
            + ":\n"
            + "id: e-8\ndata: first\n\n"
            + "id: e-9\ndata: second\n\n"
            + ": a comment\n"
            + "id: e-10\ndata: third\n\n";

    private static final class Log implements Parser.Found {
        private final List<String> seen = new ArrayList<>();

        @Override
        public void message(byte[] in, int at, int length, long now) {
            seen.add("message " + new String(in, at, length, StandardCharsets.US_ASCII));
        }

        @Override
        public void event(byte[] in, int at, int length) {
            seen.add("event " + new String(in, at, 11, StandardCharsets.US_ASCII));
        }

        @Override
        public void ping(byte[] payload) {
            seen.add("ping");
        }

        @Override
        public BrokenDelivery broken(String what) {
            return new BrokenDelivery(what);
        }
    }

    @Test
    void anEventStreamIsTheSameInWhateverPiecesItComes() throws IOException {
        byte[] all = STREAM.getBytes(StandardCharsets.US_ASCII);
        for (int piece = 1; piece <= all.length; piece++) {
            Log log = new Log();
            Parser parser = new EventParser(log);
            int taken = 0;
            for (int end = piece; taken < all.length; end = Math.min(all.length, end + piece)) {
                taken = parser.consume(all, taken, end);
            }
            assertThat(log.seen).as("pieces of %d bytes", piece)
                    .containsExactly("event event: open", "message first", "message second", "message third");
        }
    }
}
