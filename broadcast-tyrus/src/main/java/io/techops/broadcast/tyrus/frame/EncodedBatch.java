package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.stream.NumberedHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A batch as the bytes on the wire, in chunks of direct memory: encoded once, and written to every peer whose cursor is
 * at the same place.
 *
 * <p>The thread that writes the batch to one peer after the other moves the positions of the chunks, and an {@link
 * javax.net.ssl.SSLEngine} also their limits. A writer that goes on after a short write takes {@linkplain #view a
 * view}, which is independent of that, and holds the batch as long as it needs the view. The chunks go back to the pool
 * when the last holder has released the batch.
 */
public final class EncodedBatch implements Batch.Encoding {

    private static final AtomicIntegerFieldUpdater<EncodedBatch> HOLDERS =
            AtomicIntegerFieldUpdater.newUpdater(EncodedBatch.class, "holders");

    private final DirectBufferPool pool;
    private final ByteBuffer[] chunks;
    /** The same bytes in buffers whose positions never move, because views are taken while another thread writes. */
    private final ByteBuffer[] unmoved;
    private final long length;
    /** Changed only through {@link #HOLDERS}: a holder may release the batch on any thread. */
    private volatile int holders = 1;

    EncodedBatch(DirectBufferPool pool, ByteBuffer[] chunks, long length) {
        this.pool = pool;
        this.chunks = chunks;
        this.unmoved = new ByteBuffer[chunks.length];
        Arrays.setAll(unmoved, i -> chunks[i].duplicate());
        this.length = length;
    }

    /** {@return the frames of all messages of {@code batch}} Held once, by the caller. */
    public static EncodedBatch encode(Batch batch, DirectBufferPool pool) {
        return encode(batch, pool, null);
    }

    /** {@return the frames of all messages of {@code batch}, each with its position} Held once, by the caller. */
    public static EncodedBatch encodeNumbered(Batch batch, DirectBufferPool pool) {
        NumberedHeader headers = SpareHeader.take();
        EncodedBatch encoded = encode(batch, pool, headers);
        SpareHeader.giveBack(headers);
        return encoded;
    }

    private static EncodedBatch encode(Batch batch, DirectBufferPool pool, @Nullable NumberedHeader headers) {
        long length = 0;
        for (int i = 0; i < batch.size(); i++) {
            long size = batch.message(i).size() + (headers == null ? 0L : NumberedHeader.length(batch, i));
            length += Frames.headerLength(size) + size;
        }
        ByteBuffer[] chunks = new ByteBuffer[(int) ((length + DirectBufferPool.CHUNK - 1) / DirectBufferPool.CHUNK)];
        Writer writer = new Writer(pool, chunks);
        for (int i = 0; i < batch.size(); i++) {
            writer.put(batch.message(i), headers, headers == null ? 0 : headers.set(batch, i));
        }
        writer.end();
        return new EncodedBatch(pool, chunks, length);
    }

    /** {@return the number of bytes} */
    public long length() {
        return length;
    }

    /**
     * Writes the batch from its first byte. Only for the thread that the hub gave the batch to.
     *
     * @return how many bytes the channel took, perhaps not all
     */
    public long writeTo(GatheringByteChannel channel) throws IOException {
        rewound();
        return chunks.length == 1 ? channel.write(chunks[0]) : channel.write(chunks);
    }

    /** {@return the chunks, from their first bytes} Only for the thread that the hub gave the batch to. */
    public ByteBuffer[] rewound() {
        for (ByteBuffer chunk : chunks) {
            chunk.position(0);
        }
        return chunks;
    }

    /** {@return the bytes after the first {@code from}, in new buffers that belong to the caller} */
    public ByteBuffer[] view(long from) {
        int first = (int) (from / DirectBufferPool.CHUNK);
        ByteBuffer[] view = new ByteBuffer[chunks.length - first];
        for (int i = 0; i < view.length; i++) {
            view[i] = unmoved[first + i].duplicate();
        }
        view[0].position((int) (from % DirectBufferPool.CHUNK));
        return view;
    }

    /** Holds the chunks until {@link #release} is called once more. */
    public EncodedBatch hold() {
        HOLDERS.incrementAndGet(this);
        return this;
    }

    @Override
    public void release() {
        if (HOLDERS.decrementAndGet(this) == 0) {
            for (ByteBuffer chunk : chunks) {
                pool.giveBack(chunk);
            }
        }
    }

    /** Fills one chunk after the other; all but the last are full, so that the chunk of an offset can be computed. */
    private static final class Writer {
        private final DirectBufferPool pool;
        private final ByteBuffer[] chunks;
        private int used;

        Writer(DirectBufferPool pool, ByteBuffer[] chunks) {
            this.pool = pool;
            this.chunks = chunks;
        }

        /**
         * @param headers holds the message's headers; null if it has none
         * @param headersLength how many bytes they have
         */
        void put(Message message, @Nullable NumberedHeader headers, int headersLength) {
            int opcode = message instanceof Message.Text ? Frames.TEXT : Frames.BINARY;
            long length = (long) headersLength + message.size();
            ByteBuffer chunk = current();
            if (chunk.remaining() >= Frames.MAX_HEADER) {
                Frames.putHeader(chunk, opcode, length);
            } else {
                ByteBuffer header = ByteBuffer.allocate(Frames.MAX_HEADER);
                Frames.putHeader(header, opcode, length);
                header.flip();
                while (header.hasRemaining()) {
                    current().put(header.get());
                }
            }
            int done = 0;
            while (done < headersLength) {
                chunk = current();
                int part = Math.min(chunk.remaining(), headersLength - done);
                headers.copyTo(done, part, chunk);
                done += part;
            }
            done = 0;
            while (done < message.size()) {
                chunk = current();
                int part = Math.min(chunk.remaining(), message.size() - done);
                message.copyTo(done, part, chunk);
                done += part;
            }
        }

        private ByteBuffer current() {
            if (used == 0 || !chunks[used - 1].hasRemaining()) {
                chunks[used++] = pool.take();
            }
            return chunks[used - 1];
        }

        void end() {
            for (ByteBuffer chunk : chunks) {
                chunk.flip();
            }
        }
    }
}
