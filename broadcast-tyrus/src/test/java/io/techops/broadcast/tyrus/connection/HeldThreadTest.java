package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.glassfish.grizzly.nio.transport.TCPNIOConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thread of the watch that cannot go on, because another thread has the lock of a peer; with real sockets. */
class HeldThreadTest {

    /** More than the kernel takes for a client that does not read. */
    private static final byte[] LARGE = new byte[32 << 20];
    private static final int HEADER = 10;

    private final WriteReadiness watch = new WriteReadiness("watch of two threads", 2);
    private final TCPNIOTransport transport = TCPNIOTransportBuilder.newInstance().build();
    private final DirectBufferPool pool = new DirectBufferPool();
    private final BroadcastHub hub = BroadcastHub.builder().retention(Retention.of(16, 64 << 20))
            .stallTimeout(Duration.ofHours(1)).heartbeat(Duration.ZERO).build();
    private final ExecutorService reader = Executors.newSingleThreadExecutor();

    /** A peer whose client does not read before it is told to. */
    private final class Slow implements AutoCloseable {

        private final RawClient client;
        private final SocketChannel channel;
        private final WebSocketConnection peer;

        Slow() throws IOException {
            try (ServerSocketChannel listening = ServerSocketChannel.open()) {
                listening.bind(new InetSocketAddress("127.0.0.1", 0));
                client = RawClient.connect(((InetSocketAddress) listening.getLocalAddress()).getPort(), 4_096);
                channel = listening.accept();
            }
            channel.configureBlocking(false);
            TCPNIOConnection connection = new TCPNIOConnection(transport, channel);
            peer = new WebSocketConnection(hub, watch, new PlainSocketTransport(connection, watch),
                    Encoders.of(pool), false, 1_000, () -> { });
            peer.register(new Attributes(), Replay.none());
            peer.open(ByteBuffer.allocate(1));
        }

        boolean readsAll() throws IOException {
            client.readBytes(1 + HEADER);
            return Arrays.equals(client.readBytes(LARGE.length), LARGE);
        }

        @Override
        public void close() throws IOException {
            peer.ended();
            channel.close();
            client.close();
        }
    }

    @AfterEach
    void end() {
        reader.shutdownNow();
        hub.close(Duration.ZERO);
        watch.close();
    }

    /** {@return whether a thread waits for a lock that this one has} */
    private static boolean holds(long thread) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .anyMatch(one -> one != null && one.getLockOwnerId() == thread);
    }

    @Test
    void isNotWaitedForByThePeersOfAnotherThread() throws Exception {
        try (Slow held = new Slow(); Slow other = new Slow()) {
            hub.broadcast(Message.binary(LARGE));
            await().until(() -> hub.peers().stream().allMatch(peer -> peer.lag() == 0)); // both sockets are full
            long self = Thread.currentThread().getId();
            Future<Boolean> readsAll;
            synchronized (held.peer) {
                readsAll = reader.submit(held::readsAll);
                await().until(() -> holds(self));
                assertThat(other.readsAll()).isTrue();
                assertThat(readsAll.isDone()).isFalse();
            }
            assertThat(readsAll.get()).isTrue();
        }
    }
}
