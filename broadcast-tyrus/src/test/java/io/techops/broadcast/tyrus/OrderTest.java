package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One order for all, and nothing missed from the 101 on. */
class OrderTest {

    private static final int PEERS = 50;
    private static final int PUBLISHERS = 4;
    private static final int MESSAGES = 1_000;
    private static final int JOINERS = 4;
    /** So many messages may come while a peer connects, and again while it reads: the log keeps four times as many. */
    private static final int MOST_AHEAD = 1 << 18;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void fiftyPeersSeeWhatFourPublishersSendInOneOrder(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(BroadcastHub.builder().heartbeat(Duration.ZERO))) {
            List<RawClient> peers = new ArrayList<>();
            for (int i = 0; i < PEERS; i++) {
                peers.add(wire.open(server));
            }
            List<Future<List<String>>> seen = new ArrayList<>();
            for (RawClient peer : peers) {
                seen.add(threads.submit(() -> readTexts(peer, PUBLISHERS * MESSAGES)));
            }
            for (int p = 0; p < PUBLISHERS; p++) {
                int publisher = p;
                threads.submit(() -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        peers.get(publisher).sendText(publisher + " " + i);
                    }
                    return null;
                });
            }
            List<String> order = seen.get(0).get();
            assertThat(eachPublisherInOrder(order)).isTrue();
            for (Future<List<String>> other : seen) {
                assertThat(other.get().equals(order)).as("the same order").isTrue();
            }
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    private static List<String> readTexts(RawClient peer, int count) throws Exception {
        List<String> texts = new ArrayList<>(count);
        while (texts.size() < count) {
            texts.add(peer.readText());
        }
        return texts;
    }

    private static boolean eachPublisherInOrder(List<String> texts) {
        Map<String, Integer> next = new HashMap<>();
        for (String text : texts) {
            String[] parts = text.split(" ");
            int expected = next.merge(parts[0], 1, Integer::sum) - 1;
            if (Integer.parseInt(parts[1]) != expected) {
                return false;
            }
        }
        return next.size() == PUBLISHERS;
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatHasSeenIts101MissesNothingFromThenOn(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(1 << 20, 256 << 20))
                .heartbeat(Duration.ZERO);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong begun = new AtomicLong(-1);
        AtomicLongArray joinedAt = new AtomicLongArray(JOINERS);
        try (BroadcastServer server = wire.start(hub)) {
            Future<?> host = threads.submit(() -> {
                while (!over.get()) {
                    server.hub().broadcast(Long.toString(begun.incrementAndGet()));
                    while (!over.get() && begun.get() - earliest(joinedAt) > MOST_AHEAD) {
                        Thread.onSpinWait();
                    }
                }
            });
            try {
                List<Future<?>> joins = new ArrayList<>();
                for (int i = 0; i < JOINERS; i++) {
                    int joiner = i;
                    joins.add(threads.submit(() -> {
                        for (int j = 0; j < 25; j++) {
                            joinedAt.set(joiner, begun.get());
                            join(wire, server, begun, now -> joinedAt.set(joiner, now)); // or all wait for each other
                        }
                        joinedAt.set(joiner, Long.MAX_VALUE);
                        return null;
                    }));
                }
                for (Future<?> join : joins) {
                    join.get();
                }
            } finally {
                over.set(true);
            }
            host.get();
        }
    }

    private static long earliest(AtomicLongArray all) {
        return IntStream.range(0, all.length()).mapToLong(all::get).min().orElseThrow();
    }

    private static void join(Wire wire, BroadcastServer server, AtomicLong begun, LongConsumer atThe101)
            throws Exception {
        try (RawClient peer = wire.connect(server)) {
            long beforeIt = begun.get();
            String first = peer.ask(RawClient.handshake("/"));
            long afterIt = begun.get();
            atThe101.accept(afterIt);
            assertThat(first).as("the first thing on the wire").startsWith("HTTP/1.1 101 ");
            long number = Long.parseLong(peer.readText());
            assertThat(number).isBetween(beforeIt, afterIt + 1);
            for (int i = 1; i < 200; i++) {
                assertThat(Long.parseLong(peer.readText())).isEqualTo(number + i);
            }
        }
    }
}
