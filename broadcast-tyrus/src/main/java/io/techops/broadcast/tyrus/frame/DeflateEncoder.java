package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.stream.NumberedHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 *     frame header   FIN, RSV1, the opcode, the length
 *     stored block   00, the length, its complement, the headers of the message: if the peer is numbered
 *     blocks         the compressed form of the message, which is the same for all peers
 */

/** Makes frames of messages for peers that speak {@code permessage-deflate}. Only static methods. */
final class DeflateEncoder {

    /** The bit that marks a message as compressed (RFC 7692 section 6). */
    static final int RSV1 = 0x40;

    /** The longest stored block (RFC 1951 section 3.2.4). */
    private static final int MOST_STORED = 0xFFFF;

    private DeflateEncoder() {
    }

    /** {@return the frames of all messages of {@code batch}} Held once, by the caller. */
    static EncodedBatch encode(Batch batch, DirectBufferPool pool, MessageDeflater deflater) {
        return encode(batch, pool, deflater, null);
    }

    /** {@return the frames of all messages of {@code batch}, each with its position} Held once, by the caller. */
    static EncodedBatch encodeNumbered(Batch batch, DirectBufferPool pool, MessageDeflater deflater) {
        NumberedHeader headers = SpareHeader.take();
        EncodedBatch encoded = encode(batch, pool, deflater, headers);
        SpareHeader.giveBack(headers);
        return encoded;
    }

    private static EncodedBatch encode(Batch batch, DirectBufferPool pool, MessageDeflater deflater,
            @Nullable NumberedHeader headers) {
        ChunkWriter out = new ChunkWriter(pool);
        for (int i = 0; i < batch.size(); i++) {
            Message message = batch.message(i);
            int headersLength = headers == null ? 0 : headers.set(batch, i);
            byte[] compressed = headersLength > MOST_STORED ? null : deflater.deflated(message);
            int opcode = message instanceof Message.Text ? Frames.TEXT : Frames.BINARY;
            if (compressed == null) {
                out.put(start(opcode, (long) headersLength + message.size(), 0));
            } else {
                int stored = headersLength == 0 ? 0 : MessageDeflater.STORED_HEADER + headersLength;
                out.put(start(opcode | RSV1, (long) stored + compressed.length, headersLength));
            }
            if (headers != null) {
                out.put(headers, headersLength);
            }
            if (compressed == null) {
                out.put(message, 0, message.size());
            } else {
                out.put(compressed);
            }
        }
        return out.end();
    }

    /** {@return the header of a frame, followed by that of a stored block if {@code stored} is more than 0} */
    private static byte[] start(int opcode, long length, int stored) {
        ByteBuffer start = ByteBuffer.allocate(Frames.MAX_HEADER + MessageDeflater.STORED_HEADER);
        Frames.putHeader(start, opcode, length);
        if (stored > 0) {
            start.put((byte) 0).order(ByteOrder.LITTLE_ENDIAN).putShort((short) stored).putShort((short) ~stored);
        }
        return Arrays.copyOf(start.array(), start.position());
    }
}
