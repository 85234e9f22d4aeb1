package io.techops.broadcast.tyrus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.junit.jupiter.api.Test;

/** The end of a port. */
class GrizzlyListenersTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    /** More than Grizzly itself waits for a selector. */
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch busy = new CountDownLatch(1);

    /** Is asked on a selector's thread. */
    private boolean keepsItBusy() {
        busy.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    @Test
    void thePortIsFreeAndNothingIsLoggedAlsoIfEverySelectorIsBusyForAWhile() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        List<RawClient> clients = new ArrayList<>();
        try (LogCatch log = new LogCatch(); WriteReadiness watch = new WriteReadiness("watch of a port")) {
            TCPNIOTransport transport = GrizzlyListeners.transport("a-port", null, new HttpPort(watch, null, LONG,
                    LONG, HttpPort.STALL_TIMEOUT, this::keepsItBusy, cause -> { }, null, null, null));
            int port = GrizzlyListeners.start(transport, "port", new InetSocketAddress("127.0.0.1", FreePort.find()));
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                RawClient client = RawClient.connect(port);
                clients.add(client);
                client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            busy.await();
            Future<?> end = threads.submit(() -> GrizzlyListeners.stopAccepting(transport, LONG));
            assertThatThrownBy(() -> end.get(A_WHILE.toMillis(), TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            goOn.countDown();
            end.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
            GrizzlyListeners.stop(transport);
            try (ServerSocket again = new ServerSocket()) {
                again.bind(new InetSocketAddress("127.0.0.1", port));
                assertThat(again.isBound()).isTrue();
            }
            assertThat(log.warnings()).isEmpty();
        } finally {
            goOn.countDown();
            threads.shutdown();
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
