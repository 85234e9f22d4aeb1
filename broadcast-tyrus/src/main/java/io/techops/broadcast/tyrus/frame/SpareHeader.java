package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.stream.NumberedHeader;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps one header object for reuse, so that not every batch makes its own: most batches have one message. A thread
 * that takes it owns it until it gives it back; if the thread fails in between, a new one is made. Safe for use by any
 * number of threads; one at a time gets the kept object, the others new ones.
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

    /** Takes back headers after use. */
    public static void giveBack(NumberedHeader header) {
        SPARE.set(header);
    }
}
