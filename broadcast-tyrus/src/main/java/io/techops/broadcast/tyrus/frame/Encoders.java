package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.spi.Batch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The encoders of a server: the same objects for all its peers of a kind, so that these share the encodings.
 *
 * @param plain makes frames of the messages alone
 * @param numbered makes frames with each message's position
 * @param deflate the extension of the peers for which these are; null if they have none
 */
public record Encoders(Function<Batch, EncodedBatch> plain, Function<Batch, EncodedBatch> numbered,
        @Nullable DeflateExtension deflate) {

    /** {@return the encoders for peers without an extension} */
    public static Encoders of(DirectBufferPool pool) {
        return new Encoders(batch -> EncodedBatch.encode(batch, pool),
                batch -> EncodedBatch.encodeNumbered(batch, pool), null);
    }

    /** {@return the encoders for peers that speak {@code permessage-deflate}} */
    public static Encoders of(DirectBufferPool pool, DeflateExtension deflate) {
        return new Encoders(batch -> DeflateEncoder.encode(batch, pool, deflate.out),
                batch -> DeflateEncoder.encodeNumbered(batch, pool, deflate.out), deflate);
    }
}
