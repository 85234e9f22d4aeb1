package io.techops.broadcast.tyrus.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Transport;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the thread that writes a batch does to it is not seen by other threads. */
class EncodedBatchTest {

    private static final int LARGE = 100_000;

    /** Takes one batch. */
    private record Taker(CompletableFuture<EncodedBatch> batch) implements Transport {

        @Override
        public boolean write(Batch messages) {
            return batch.complete(EncodedBatch.encode(messages, new DirectBufferPool()));
        }

        @Override
        public void ping() {
            // there is no answer
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

    private static EncodedBatch batch() throws Exception {
        CompletableFuture<EncodedBatch> batch = new CompletableFuture<>();
        try (BroadcastHub hub = BroadcastHub.builder().build()) {
            AdapterHub.of(hub).register(new Taker(batch));
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
        EncodedBatch batch = batch();
        ByteBuffer[] written = batch.rewound();
        written[0].limit(1).position(1);
        assertThat(remaining(batch.view(0))).isEqualTo(batch.length());
        assertThat(remaining(batch.view(DirectBufferPool.CHUNK + 1)))
                .isEqualTo(batch.length() - DirectBufferPool.CHUNK - 1);
    }
}
