package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testkit.VirtualTimer;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection is told beside messages, on its way to a socket that takes little, or nothing. */
class NumberedConnectionTest {

    private final WriteReadiness watch = new WriteReadiness("watch of a test");
    private final BroadcastHub hub = BroadcastHub.builder().timer(new VirtualTimer()).executor(Runnable::run)
            .heartbeat(Duration.ZERO).build();
    private final Pipe pipe = new Pipe();
    private final WebSocketConnection peer = new WebSocketConnection(hub, watch, pipe,
            Encoders.of(new DirectBufferPool()), true, 1_000, () -> { });

    /** A socket in memory, which takes so many bytes, and then says when it takes more. */
    private static final class Pipe implements SocketTransport {

        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private int room = Integer.MAX_VALUE;
        private boolean broken;
        private @Nullable Runnable then;

        @Override
        public long write(EncodedBatch batch) throws IOException {
            return write(batch.view(0));
        }

        @Override
        public long write(ByteBuffer[] buffers) throws IOException {
            if (broken) {
                throw new IOException("Broken pipe");
            }
            long before = room;
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining() && room > 0) {
                    written.write(buffer.get());
                    room--;
                }
            }
            return before - room;
        }

        @Override
        public void awaitWritable(Runnable whenWritable) {
            then = whenWritable;
        }

        /** Takes so many bytes more. */
        void take(int more) {
            room = more;
            Runnable now = then;
            then = null;
            now.run();
        }

        /** {@return all that was written, one character for a byte} */
        String text() {
            return written.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void shutdownOutput() {
            // there is no socket
        }

        @Override
        public void finish() {
            // there is no socket
        }

        @Override
        public SocketReader reader(int mostAtOnce) {
            throw new AssertionError("the test brings what comes");
        }

        @Override
        public void close() {
            // there is no socket
        }

        @Override
        public SocketTransport clear() {
            return this;
        }

        @Override
        public void abort(boolean delivers) {
            // there is no socket
        }

        @Override
        public void ended() {
            // there is no socket
        }
    }

    @AfterEach
    void end() {
        peer.ended();
        hub.close(Duration.ZERO);
        watch.close();
    }

    private void register() {
        peer.register(new Attributes(), Replay.none());
    }

    private void open() {
        peer.open(ByteBuffer.wrap("101".getBytes(StandardCharsets.US_ASCII)));
    }

    private static String frame(int first, String payload) {
        return (char) first + "" + (char) payload.length() + payload;
    }

    private String epoch() {
        return hub.publish("to learn the epoch").toCompletableFuture().join().epoch();
    }

    private static String opened(String epoch) {
        return frame(0x81, "event: open\nid: " + epoch + "-1\nrecovered: false\n\n");
    }

    private static String message(String epoch, int sequence, String text) {
        return frame(0x81, "id: " + epoch + "-" + sequence + "\n\n" + text);
    }

    @Test
    void whatItIsToldBeforeThe101FollowsIt() {
        String epoch = epoch();
        register();
        hub.broadcast("hi");
        assertThat(pipe.text()).isEmpty();
        open();

        assertThat(pipe.text()).isEqualTo("101" + opened(epoch) + message(epoch, 2, "hi"));
    }

    @Test
    void itIsWholeWhereverTheSocketTakesNoMore() {
        String epoch = epoch();
        String all = "101" + opened(epoch) + message(epoch, 2, "hi");
        register();
        hub.broadcast("hi");
        pipe.room = 1;
        open();
        while (pipe.then != null) {
            pipe.take(1);
        }

        assertThat(pipe.text()).isEqualTo(all);
        pipe.room = Integer.MAX_VALUE;
        hub.broadcast("ho");
        assertThat(pipe.text()).isEqualTo(all + message(epoch, 3, "ho"));
    }

    @Test
    void aPongGoesBetweenAndNeverInto() {
        String epoch = epoch();
        register();
        pipe.room = 10;
        open();
        Queue<ByteBuffer> ping = new ArrayDeque<>();
        ping.add(ByteBuffer.wrap(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0}));
        peer.read(ping::poll);
        assertThat(pipe.text()).hasSize(10);
        pipe.take(Integer.MAX_VALUE);

        assertThat(pipe.text()).isEqualTo("101" + opened(epoch) + frame(0x8A, ""));
    }

    @Test
    void theHubIsToldWhenItFitsAgain() {
        String epoch = epoch();
        register();
        pipe.room = 10;
        open();
        Peer known = hub.peers().iterator().next();
        hub.broadcast("hi");
        assertThat(known.lag()).isEqualTo(1);
        pipe.take(Integer.MAX_VALUE);

        assertThat(known.lag()).isZero();
        assertThat(pipe.text()).isEqualTo("101" + opened(epoch) + message(epoch, 2, "hi"));
    }

    @Test
    void aCloseFrameFollowsIt() {
        String epoch = epoch();
        register();
        pipe.room = 10;
        open();
        hub.peers().iterator().next().close(CloseReason.of(CloseReason.NORMAL));
        pipe.take(Integer.MAX_VALUE);

        assertThat(pipe.text()).isEqualTo("101" + opened(epoch) + frame(0x88, "\u0003\u00E8"));
    }

    @Test
    void aBrokenSocketIsTheEndOfIt() {
        register();
        pipe.room = 10;
        open();
        pipe.broken = true;
        pipe.take(Integer.MAX_VALUE);
        hub.broadcast("hi");

        assertThat(pipe.text()).hasSize(10);
        peer.ended();
        assertThat(hub.peers()).isEmpty();
    }
}
