package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.RawClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a delivery allocates on its whole way, from the log to the kernel. */
class DeliveryAllocationTest {

    private static final int ROUNDS = 100;
    private static final int MORE = 100;
    private static final String TEXT = "a long ".repeat(20) + "message ";

    private enum Format { PLAIN, NUMBERED, EVENTS, COMPRESSED }

    /**
     * @param next reads the next message
     */
    private record Client(RawClient raw, Callable<String> next) {
    }

    /**
     * {@return what the thread of the fan-out allocates in so many broadcasts, each delivered to so many peers; the
     * cipher does not count}
     */
    private static long allocated(Wire wire, Format format, int peers) throws Exception {
        AtomicLong cipher = new AtomicLong();
        ExecutorService fanOut = Executors.newSingleThreadExecutor();
        BroadcastHub.Builder hub = BroadcastHub.builder().executor(fanOut).shards(1).heartbeat(Duration.ZERO);
        List<Client> clients = new ArrayList<>();
        BroadcastServer.Builder builder = wire.server().sse(true)
                .compression(Compression.deflate().minBytes(0));
        if (wire == Wire.TLS) {
            builder.tls(WeighingEngine.context(cipher));
        }
        try (BroadcastServer server = builder.hub(hub.build()).start()) {
            for (int i = 0; i < peers; i++) {
                clients.add(open(wire, format, server));
            }
            broadcast(server, clients, fanOut);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = on(fanOut).get();
            long before = threads.getThreadAllocatedBytes(thread) - cipher.get();
            broadcast(server, clients, fanOut);
            long after = threads.getThreadAllocatedBytes(thread) - cipher.get();
            for (Client client : clients) {
                client.raw().close();
            }
            return after - before;
        } finally {
            fanOut.shutdown();
        }
    }

    private static Client open(Wire wire, Format format, BroadcastServer server) throws Exception {
        switch (format) {
            case NUMBERED -> {
                RawClient numbered = Numbered.open(wire, server, "");
                assertThat(numbered.readText()).startsWith("event: open\n");
                return new Client(numbered, numbered::readText);
            }
            case EVENTS -> {
                EventStream events = EventStream.open(wire, server);
                return new Client(events.client(), events::data);
            }
            case COMPRESSED -> {
                DeflateClient compressed = DeflateClient.open(wire, server);
                return new Client(compressed.raw, compressed::readText);
            }
            default -> {
                RawClient plain = wire.open(server);
                return new Client(plain, plain::readText);
            }
        }
    }

    /** Broadcasts one message after the other, each when the one before has been written to everyone. */
    private static void broadcast(BroadcastServer server, List<Client> clients, ExecutorService fanOut)
            throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            server.hub().broadcast(TEXT + i);
            on(fanOut).get();
        }
        for (Client client : clients) {
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(client.next().call()).endsWith(TEXT + i);
            }
        }
    }

    private static Future<Long> on(ExecutorService executor) {
        return executor.submit(() -> Thread.currentThread().getId());
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, PLAIN", "PLAIN, NUMBERED", "PLAIN, EVENTS", "PLAIN, COMPRESSED", "TLS, PLAIN",
        "TLS, NUMBERED", "TLS, EVENTS", "TLS, COMPRESSED"})
    void isNothing(Wire wire, Format format) throws Exception {
        long few = allocated(wire, format, 1);
        long many = allocated(wire, format, 1 + MORE);
        // A message may allocate less the second time, if the compiler was not done with it the first time.
        assertThat((many - few) / (ROUNDS * MORE)).as("bytes a delivery: %s for 1 peer, %s for %s", few, many, 1 + MORE)
                .isNotPositive();
    }
}
