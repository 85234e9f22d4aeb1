package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Batch;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Transport;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the thread that writes a batch does to it, nobody else sees. */
class WireBatchTest {

    private static final int LARGE = 100_000;

    /** Takes one batch. */
    private record Taker(CompletableFuture<WireBatch> batch) implements Transport {

        @Override
        public boolean write(Batch messages) {
            return batch.complete(WireBatch.encode(messages, new ChunkPool()));
        }

        @Override
        public void ping() {
            // nobody answers
        }

        @Override
        public void close(CloseReason reason) {
            // there is nothing to close
        }

        @Override
        public void abort() {
            // there is nothing to free
        }

        @Override
        public void resume() {
            // it is never paused
        }
    }

    private static WireBatch batch() throws Exception {
        CompletableFuture<WireBatch> batch = new CompletableFuture<>();
        try (BroadcastHub hub = BroadcastHub.builder().build()) {
            hub.register(new Taker(batch));
            hub.broadcast("x".repeat(LARGE));
            return batch.get();
        }
    }

    private static long remaining(ByteBuffer[] buffers) {
        return Arrays.stream(buffers).mapToLong(ByteBuffer::remaining).sum();
    }

    /** As an SSLEngine does for as long as it takes a record's plain text. */
    @Test
    void aViewIsWholeAlsoIfTheWriterHasLoweredALimit() throws Exception {
        WireBatch batch = batch();
        ByteBuffer[] written = batch.rewound();
        written[0].limit(1).position(1);
        assertThat(remaining(batch.view(0))).isEqualTo(batch.length());
        assertThat(remaining(batch.view(ChunkPool.CHUNK + 1))).isEqualTo(batch.length() - ChunkPool.CHUNK - 1);
    }
}
