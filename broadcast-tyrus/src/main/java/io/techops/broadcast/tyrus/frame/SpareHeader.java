package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.stream.NumberedHeader;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The headers that were used last, so that a batch does not make its own: most batches are of one message. What was
 * taken belongs to the taker until it gives it back; one who failed in between keeps it. Safe for use by any number of
 * threads, of which one at a time gets the spare one.
 */
public final class SpareHeader {

    private static final AtomicReference<NumberedHeader> SPARE = new AtomicReference<>();

    private SpareHeader() {
    }

    /** {@return headers that no other thread uses} */
    public static NumberedHeader take() {
        NumberedHeader spare = SPARE.getAndSet(null);
        return spare == null ? new NumberedHeader() : spare;
    }

    /** Takes back headers that are as they were left after a message. */
    public static void giveBack(NumberedHeader header) {
        SPARE.set(header);
    }
}
