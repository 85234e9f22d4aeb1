package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.Message;
import io.techops.broadcast.stream.NumberedHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes an {@link EncodedBatch} from bytes whose number is not known in advance: fills one chunk after the other, so
 * that all but the last are full. For one thread.
 */
public final class ChunkWriter {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DirectBufferPool pool;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private ByteBuffer chunk = NOTHING;

    public ChunkWriter(DirectBufferPool pool) {
        this.pool = pool;
    }

    public void put(byte value) {
        current().put(value);
    }

    public void put(byte[] bytes) {
        for (int done = 0; done < bytes.length;) {
            int part = Math.min(current().remaining(), bytes.length - done);
            chunk.put(bytes, done, part);
            done += part;
        }
    }

    /** Writes the bytes of a payload from one index to another. */
    public void put(Message message, int from, int to) {
        for (int done = from; done < to;) {
            int part = Math.min(current().remaining(), to - done);
            message.copyTo(done, part, chunk);
            done += part;
        }
    }

    /** Writes the first bytes of headers. */
    public void put(NumberedHeader header, int length) {
        for (int done = 0; done < length;) {
            int part = Math.min(current().remaining(), length - done);
            header.copyTo(done, part, chunk);
            done += part;
        }
    }

    private ByteBuffer current() {
        if (!chunk.hasRemaining()) {
            chunk = pool.take();
            chunks.add(chunk);
        }
        return chunk;
    }

    /** {@return the bytes that were written, perhaps none} Held once, by the caller. */
    public EncodedBatch end() {
        long length = 0;
        for (ByteBuffer each : chunks) {
            length += each.flip().remaining();
        }
        return new EncodedBatch(pool, chunks.toArray(ByteBuffer[]::new), length);
    }
}
