package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.EventStream.onlyPeer;
import static io.techops.broadcast.tyrus.EventStream.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.TestThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How streams of Server-Sent Events live and end, and what becomes of clients that do not read. */
class EventStreamEndTest {

    private static final String MESSAGE = "x".repeat(32_000);
    private static final int SMALL_BUFFER = 4_096;

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aCommentKeepsItAwakeAndIsItsSignOfLife(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().heartbeat(Duration.ofMillis(100))
                .pongTimeout(Duration.ofMillis(100));
        try (BroadcastServer server = start(wire, hub); EventStream stream = EventStream.open(wire, server)) {
            for (int i = 0; i < 10; i++) {
                assertThat(stream.line()).isEqualTo(":\n");
            }
            server.hub().broadcast("still here");
            assertThat(stream.data()).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatWasBroadcastBeforeTheEndComesBeforeIt(Wire wire) throws Exception {
        BroadcastServer server = start(wire);
        try (EventStream stream = EventStream.open(wire, server)) {
            for (int i = 0; i < 1_000; i++) {
                server.hub().broadcast("last words " + i);
            }
            CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> server.close(Duration.ofMinutes(5)),
                    TestThreads.NEW);
            for (int i = 0; i < 1_000; i++) {
                assertThat(stream.data()).isEqualTo("last words " + i);
            }
            assertThat(stream.rest()).isEqualTo(": closed 1001 the server is going away\n");
            stream.client().socket().close();
            closed.join();
        }
    }

    @Test
    void theHostMayCloseOneAndItsReasonIsAComment() throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = start(Wire.PLAIN, BroadcastHub.builder().listener(recorder));
                EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            onlyPeer(server).close(CloseReason.of(4_000, "no\r\ndata: more"));
            assertThat(stream.rest()).isEqualTo(": closed 4000 no data: more\n");
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason().code()).isEqualTo(4_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatEndsItsStreamIsGone(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = start(wire, BroadcastHub.builder().listener(recorder))) {
            EventStream closed = EventStream.open(wire, server);
            EventStream reset = EventStream.open(wire, server);
            closed.close();
            reset.client().reset();
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(2));
            assertThat(recorder.departures).allSatisfy(departure -> assertThat(departure.reason()).isEqualTo(
                    CloseReason.of(CloseReason.ABNORMAL, "the client has ended the event stream")));
            noSocketIsLeft(server);
        }
    }

    @Test
    void aClientThatShutsDownItsOutputIsTakenToBeGone() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            stream.client().socket().shutdownOutput();
            assertThat(stream.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatComesBehindTheRequestIsNotAnswered(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire); RawClient client = wire.connect(server)) {
            String request = EventStream.request("/");
            EventStream stream = EventStream.open(client, "/", "X: y\r\n\r\n" + request + request.strip());
            server.hub().broadcast("one");
            assertThat(stream.data()).isEqualTo("one");
            client.send(new byte[10_000]);
            server.hub().broadcast("two");
            assertThat(stream.data()).isEqualTo("two");
            assertThat(server.hub().peers()).hasSize(1);
        }
    }

    @Test
    void aClientThatSendsAndSendsIsClosed() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            stream.client().sendPieces(new byte[100_000], 10_000);
            assertThat(stream.rest()).startsWith(": closed 1008 ");
        }
    }

    private static void stall(BroadcastServer server) {
        for (int i = 0; i < 400; i++) {
            server.hub().broadcast(MESSAGE);
        }
    }

    private static void noSocketIsLeft(BroadcastServer server) {
        if (Kernel.isThere()) {
            await().until(() -> {
                for (Kernel.Connection one : Kernel.connectionsOf(server.port())) {
                    if (one.localPort() == server.port() && one.remotePort() != 0 && one.hasDescriptor()) {
                        return false;
                    }
                }
                return true;
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatDoesNotReadIsCutAlsoIfNothingMoreIsSent(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(Duration.ofMillis(300)).closeTimeout(Duration.ofMillis(300)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(wire, hub);
                EventStream stalled = EventStream.open(wire, server, SMALL_BUFFER)) {
            stall(server);
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason())
                    .isEqualTo(CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: no progress for 300 ms"));
            assertThat(server.hub().stats().stalls()).isEqualTo(1);
            noSocketIsLeft(server);
            assertThat(stalled.client().socket().isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatReadsAgainInTimeGetsWholeEventsAndIsToldWhyItEnds(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(Duration.ofMillis(300)).closeTimeout(Duration.ofMinutes(5)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(wire, hub);
                EventStream stalled = EventStream.open(wire, server)) {
            stall(server);
            await().until(() -> server.hub().stats().stalls() == 1);
            // The end has to be read within a moment, all that the kernel keeps: so its buffer is not a small one.
            String[] rest = stalled.rest().split("\n\n");
            assertThat(rest.length).isBetween(2, 399);
            for (int i = 0; i < rest.length - 1; i++) {
                assertThat(rest[i].endsWith("\ndata: " + MESSAGE)).as("event %s is whole", i).isTrue();
            }
            assertThat(rest[rest.length - 1]).isEqualTo(": closed 1013 too slow: no progress for 300 ms\n");
        }
    }

    @Test
    void aClientThatFallsOffTheLogIsToldOfTheGapUnderSkip() throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(8, 64 << 20))
                .overflow(OverflowPolicy.skip()).stallTimeout(Duration.ofMinutes(5)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(Wire.PLAIN, hub);
                EventStream slow = EventStream.open(Wire.PLAIN, server, SMALL_BUFFER)) {
            stall(server);
            server.hub().broadcast("newest");
            String event = slow.event();
            while (event.endsWith("\ndata: " + MESSAGE + "\n\n")) {
                event = slow.event();
            }
            assertThat(event).matches("event: gap\nid: ([0-9a-z]+-\\d+)\n"
                    + "data: \\{\"id\":\"\\1\",\"reason\":\"overflow\",\"missed\":\\d+}\n\n");
            while (!event.endsWith("\ndata: newest\n\n")) {
                event = slow.event();
            }
        }
    }

    @Test
    void aFloodReachesItWhole() throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().heartbeat(Duration.ZERO).floodGrace(Duration.ofHours(1))
                .stallTimeout(Duration.ofHours(1)); // on a busy machine readers pause
        try (BroadcastServer server = start(Wire.PLAIN, hub); EventStream stream = EventStream.open(Wire.PLAIN, server);
                RawClient flooder = Wire.PLAIN.open(server)) {
            int count = 20_000;
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        flooder.sendText("flood " + i);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }, TestThreads.NEW);
            CompletableFuture<Void> read = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        flooder.readText();
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }, TestThreads.NEW);
            for (int i = 0; i < count; i++) {
                assertThat(stream.data()).isEqualTo("flood " + i);
            }
            sent.join();
            read.join();
        }
    }
}
