package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.RawClient;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BroadcastServerTest {

    @Test
    void aTextIsSentToEveryoneTheSenderIncluded() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start();
                RawClient one = RawClient.open(server.uri());
                RawClient two = RawClient.open(server.uri())) {
            one.sendText("hello");
            assertThat(one.readText()).isEqualTo("hello");
            assertThat(two.readText()).isEqualTo("hello");
            server.hub().broadcast("from the host");
            assertThat(one.readText()).isEqualTo("from the host");
            one.sendClose(1000);
            assertThat(one.readClose().code()).isEqualTo(1000);
            assertThat(one.readsEnd()).isTrue();
        }
    }

    @Test
    void framesThatFollowTheRequestAtOnceAreRead() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start();
                RawClient one = RawClient.connect(server.port())) {
            byte[] request = RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1);
            byte[] frame = RawClient.frame(0x81, "early".getBytes(StandardCharsets.UTF_8));
            byte[] both = new byte[request.length + frame.length];
            System.arraycopy(request, 0, both, 0, request.length);
            System.arraycopy(frame, 0, both, request.length, frame.length);
            one.send(both);
            assertThat(one.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(one.readText()).isEqualTo("early");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 300L * 365 * 24 * 60 * 60, Long.MAX_VALUE})
    void aListenerMayCloseTheServerWhateverTheLimit(long seconds) throws Exception {
        CompletableFuture<BroadcastServer> started = new CompletableFuture<>();
        CompletableFuture<Void> returned = new CompletableFuture<>();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                try {
                    started.join().close(Duration.ofSeconds(seconds));
                    returned.complete(null);
                } catch (RuntimeException e) {
                    returned.completeExceptionally(e);
                }
            }
        });
        BroadcastServer server = Wire.PLAIN.start(hub);
        try (RawClient peer = Wire.PLAIN.open(server)) {
            started.complete(server);
            returned.get();
            if (seconds > 0) {
                assertThat(peer.readClose().code()).isEqualTo(1001);
                peer.sendClose(1001);
            }
            assertThat(peer.readsEnd()).isTrue();
        } finally {
            server.close(Duration.ZERO);
        }
    }

    @Test
    void aServerThatClosesOnExitIsNotHeldOnceItIsClosed() {
        WeakReference<BroadcastServer> server = closed();
        await().until(() -> {
            System.gc();
            return server.get() == null;
        });
    }

    private static WeakReference<BroadcastServer> closed() {
        BroadcastServer server = BroadcastServer.start(0);
        assertThat(server.closeOnExit()).isSameAs(server);
        server.close();
        return new WeakReference<>(server);
    }
}
