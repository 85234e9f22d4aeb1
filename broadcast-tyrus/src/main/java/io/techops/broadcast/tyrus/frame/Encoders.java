package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.spi.Batch;
import java.util.function.Function;

/**
 * What turns batches into bytes: constants of a server, so that all its peers of a kind share what one of them makes.
 *
 * @param plain makes frames of the messages as they are
 * @param numbered makes frames that say each message's position
 */
public record Encoders(Function<Batch, EncodedBatch> plain, Function<Batch, EncodedBatch> numbered) {

    /** {@return the two, over one pool} */
    public static Encoders of(DirectBufferPool pool) {
        return new Encoders(batch -> EncodedBatch.encode(batch, pool),
                batch -> EncodedBatch.encodeNumbered(batch, pool));
    }
}
