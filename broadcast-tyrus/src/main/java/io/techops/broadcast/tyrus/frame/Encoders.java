package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.spi.Batch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What turns batches into bytes: constants of a server, so that all its peers of a kind share what one of them makes.
 *
 * @param plain makes frames of the messages as they are
 * @param numbered makes frames that say each message's position
 * @param deflate the extension of the peers for which these are; null if they have none
 */
public record Encoders(Function<Batch, EncodedBatch> plain, Function<Batch, EncodedBatch> numbered,
        @Nullable DeflateExtension deflate) {

    /** {@return those of peers without an extension, over one pool} */
    public static Encoders of(DirectBufferPool pool) {
        return new Encoders(batch -> EncodedBatch.encode(batch, pool),
                batch -> EncodedBatch.encodeNumbered(batch, pool), null);
    }

    /** {@return those of peers that speak {@code permessage-deflate}, over one pool} */
    public static Encoders of(DirectBufferPool pool, DeflateExtension deflate) {
        return new Encoders(batch -> DeflateEncoder.encode(batch, pool, deflate.out),
                batch -> DeflateEncoder.encodeNumbered(batch, pool, deflate.out), deflate);
    }
}
