package io.techops.broadcast.benchmarks;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Transport;
import org.jspecify.annotations.Nullable;

/** A transport that is always writable, and keeps nothing but the last batch it was given. */
public final class SinkTransport implements Transport {

    private @Nullable Batch last;
    private long messages;

    /**
     * {@return the last batch} It is good for reading messages, as long as its hub does nothing.
     *
     * @throws IllegalStateException if there was none
     */
    public Batch last() {
        if (last == null) {
            throw new IllegalStateException("no batch was written");
        }
        return last;
    }

    /** {@return how many messages were written} */
    public long messages() {
        return messages;
    }

    @Override
    public boolean write(Batch batch) {
        last = batch;
        messages += batch.size();
        return true;
    }

    @Override
    public void ping() {
        // There is no connection.
    }

    @Override
    public void close(CloseReason reason) {
        // There is no connection.
    }

    @Override
    public void abort() {
        // There is no connection.
    }

    @Override
    public void resume() {
        // There is no connection.
    }
}
