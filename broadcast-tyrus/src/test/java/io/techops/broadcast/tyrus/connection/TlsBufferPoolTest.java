package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Buffers that go from hand to hand. */
class TlsBufferPoolTest {

    private final TlsBufferPool buffers = new TlsBufferPool();

    private Set<ByteBuffer> take(int count) {
        Set<ByteBuffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < count; i++) {
            assertThat(taken.add(buffers.take())).as("two have the same one").isTrue();
        }
        return taken;
    }

    @Test
    void asManyAsAreKeptAreUsedAgainWhoeverTakesThem() {
        Set<ByteBuffer> taken = take(TlsBufferPool.KEPT);
        taken.forEach(buffers::giveBack);
        assertThat(taken.containsAll(take(TlsBufferPool.KEPT))).isTrue();
    }

    @Test
    void oneThatComesBackIsEmpty() {
        ByteBuffer buffer = buffers.take();
        buffers.giveBack(buffer.putInt(1).flip());
        assertThat(buffers.take()).isSameAs(buffer);
        assertThat(buffer.remaining()).isEqualTo(TlsBufferPool.BUFFER_BYTES);
    }

    @Test
    void moreThanAreKeptAreLeftToTheCollector() {
        Set<ByteBuffer> taken = take(TlsBufferPool.KEPT + 1);
        taken.forEach(buffers::giveBack);
        assertThat(taken.containsAll(take(TlsBufferPool.KEPT + 1))).isFalse();
    }
}
