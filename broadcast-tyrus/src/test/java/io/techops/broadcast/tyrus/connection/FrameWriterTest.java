package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testkit.VirtualTimer;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a large batch leaves through a pipe that takes whatever it is given, without a socket and with virtual time. */
class FrameWriterTest {

    private static final int TURNS = 6;

    /** A socket whose peer does not read at first, and then as fast as it is written to. */
    private static final class FastPipe extends RecordedSocket {

        private long mostAtOnce;
        private long taken;

        @Override
        public long write(EncodedBatch batch) {
            return 0;
        }

        @Override
        public long write(ByteBuffer[] buffers) {
            long count = 0;
            for (ByteBuffer buffer : buffers) {
                count += buffer.remaining();
                buffer.position(buffer.limit());
            }
            mostAtOnce = Math.max(mostAtOnce, count);
            taken += count;
            return count;
        }

        /** Has the next turn. {@return whether there was one} */
        boolean turn() {
            boolean waits = then != null;
            if (waits) {
                goOn();
            }
            return waits;
        }
    }

    @Test
    void theHubIsToldOfProgressTurnByTurnHoweverMuchASocketTakes() {
        VirtualTimer timer = new VirtualTimer();
        Recorder recorder = new Recorder();
        BroadcastHub hub = BroadcastHub.builder().timer(timer).executor(Runnable::run).heartbeat(Duration.ZERO)
                .listener(recorder).build();
        FastPipe pipe = new FastPipe();
        try (WriteReadiness watch = new WriteReadiness("watch of a test")) {
            WebSocketConnection peer = new WebSocketConnection(hub, watch, pipe,
                    Encoders.of(new DirectBufferPool()), false, 1_000, () -> { });
            peer.register(new Attributes(), Replay.none());
            peer.open(ByteBuffer.allocate(1));
            hub.broadcast(Message.binary(new byte[TURNS << 20]));
            int turns = 0;
            timer.pass(Duration.ofSeconds(9));
            while (pipe.turn()) {
                turns++;
                timer.pass(Duration.ofSeconds(9));
            }
            assertThat(turns).as("%d MiB, and the header of a frame", TURNS).isEqualTo(TURNS + 1);
            assertThat(pipe.mostAtOnce).isEqualTo(1 << 20);
            assertThat(pipe.taken).isGreaterThan(TURNS << 20);
            assertThat(recorder.departures).as("a turn every 9 s is progress").isEmpty();
            peer.ended();
            hub.close(Duration.ZERO);
        }
    }
}
