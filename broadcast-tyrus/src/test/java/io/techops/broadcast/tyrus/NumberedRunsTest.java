package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that come and go at random while messages are published as fast as the hub takes them. */
class NumberedRunsTest {

    private static final int READERS = 4;
    private static final int VISITS = 60;
    private static final int MOST_READ = 300;
    private static final int RETAINED = 20_000;
    private static final int MOST_REPLAYED = 2_000;

    /** What a reader has seen in all of its visits. */
    private record Seen(int recovered, int gaps, int overflows) {
    }

    /** A reader, who begins somewhere, reads a while, goes, and comes back after what it has read. */
    private static final class Reader implements Callable<Seen> {

        private final Wire wire;
        private final BroadcastServer server;
        private final Random random;
        private int recovered;
        private int gaps;
        private int overflows;

        Reader(Wire wire, BroadcastServer server, long seed) {
            this.wire = wire;
            this.server = server;
            this.random = new Random(seed);
        }

        @Override
        public Seen call() throws Exception {
            Position last = null;
            for (int i = 0; i < VISITS; i++) {
                last = visit(last);
            }
            return new Seen(recovered, gaps, overflows);
        }

        /** {@return the position of what was read last} */
        private @Nullable Position visit(@Nullable Position last) throws Exception {
            Position asked = last == null || random.nextInt(4) == 0 ? null
                    : last.at(Math.max(0, last.sequence() - (random.nextBoolean() ? 0 : random.nextInt(2 * RETAINED))));
            String query = asked != null ? "?last_event_id=" + asked : "?replay=" + random.nextInt(MOST_REPLAYED);
            try (RawClient client = Numbered.open(wire, server, query)) {
                Position at = begin(client, asked);
                if (at == null) {
                    return last;
                }
                for (int left = random.nextInt(MOST_READ); left > 0; left--) {
                    RawClient.Frame frame = client.read();
                    if (isOverflow(frame)) {
                        return at;
                    }
                    at = at.at(at.sequence() + 1);
                    assertThat(frame.text()).isEqualTo(Numbered.message(at, "message " + at.sequence()));
                }
                return at;
            }
        }

        /** {@return whether the peer fell off the tail, because its socket took no more, and was told so} */
        private boolean isOverflow(RawClient.Frame frame) {
            if (frame.opcode() != RawClient.CLOSE) {
                return false;
            }
            assertThat(frame.code()).as("what ends a peer that is owed messages").isEqualTo(1013);
            overflows++;
            return true;
        }

        /** {@return the position after which the stream goes on; null if it fell off the tail before it was told} */
        private @Nullable Position begin(RawClient client, @Nullable Position asked) throws Exception {
            RawClient.Frame first = client.read();
            assertThat(first.opcode()).as("of the first frame: %s", first.text()).isEqualTo(RawClient.TEXT);
            String open = first.text();
            assertThat(open).matches("(?s)event: open\nid: \\w+-\\d+\nrecovered: (true|false)\n\n");
            Position after = Position.parse(open.replaceAll("(?s).*id: (\\S+)\n.*", "$1"));
            if (asked == null) {
                assertThat(open).isEqualTo(Numbered.opened(after, false));
            } else if (open.contains("true")) {
                assertThat(after).isEqualTo(asked);
                recovered++;
            } else {
                RawClient.Frame gap = client.read();
                if (isOverflow(gap)) {
                    return null;
                }
                assertThat(gap.text()).isEqualTo(Numbered.gap(after, "evicted",
                        "missed: " + (after.sequence() - asked.sequence()) + "\n"));
                gaps++;
            }
            return after;
        }
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, 1", "PLAIN, 2", "TLS, 3"})
    void eachRunIsDenseAndExact(Wire wire, long seed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(READERS + 1);
        AtomicBoolean done = new AtomicBoolean();
        try (BroadcastServer server = wire.server()
                .replayLimits(ReplayLimits.standard().replay(MOST_REPLAYED))
                .hub(BroadcastHub.builder().retention(Retention.of(RETAINED, 64 << 20)).heartbeat(Duration.ZERO)
                        .build()).start()) {
            Future<?> publisher = threads.submit(() -> {
                for (long i = 1; !done.get(); i++) {
                    server.hub().broadcast("message " + i);
                }
            });
            List<Future<Seen>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit(new Reader(wire, server, seed * READERS + i)));
            }
            int recovered = 0;
            try {
                for (Future<Seen> reader : readers) {
                    recovered += reader.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS).recovered();
                }
            } finally {
                done.set(true);
            }
            publisher.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(recovered).as("visits that went on with nothing missing").isPositive();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }
}
