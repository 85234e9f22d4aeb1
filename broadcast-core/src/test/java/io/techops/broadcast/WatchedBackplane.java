package io.techops.broadcast;

import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A backplane of which a test sees each append and each read. It does nothing that an engine need not do. */
abstract class WatchedBackplane implements SharedLogs {

    private final SharedLogs kept;

    WatchedBackplane(SharedLogs kept) {
        this.kept = kept;
    }

    /** Makes a call, and {@return what it answers} */
    abstract <T> T append(Supplier<T> call);

    /** Makes a call, and {@return what it answers} */
    abstract <T> T read(Supplier<T> call);

    @Override
    public SharedLog open(String name, Runnable changed) {
        SharedLog log = kept.open(name, changed);
        return new SharedLog() {
            @Override
            public CompletionStage<Position> append(String epoch, String producer, long number,
                    List<SharedRecord> records) {
                return WatchedBackplane.this.append(() -> log.append(epoch, producer, number, records));
            }

            @Override
            public CompletionStage<SharedPage> read(@Nullable Position after, int messages, long bytes) {
                return WatchedBackplane.this.read(() -> log.read(after, messages, bytes));
            }

            @Override
            public void close() {
                log.close();
            }
        };
    }

    @Override
    public void close() {
        kept.close();
    }
}
