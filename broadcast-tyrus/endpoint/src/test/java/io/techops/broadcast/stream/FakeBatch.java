package io.techops.broadcast.stream;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A batch of one epoch, as it is told. */
record FakeBatch(String epoch, List<Entry> entries) implements Batch {

    record Entry(long sequence, @Nullable String key, Message message) {
    }

    static FakeBatch of(long sequence, @Nullable String key, Message message) {
        return new FakeBatch("k3f9x2m7", List.of(new Entry(sequence, key, message)));
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public long bytes() {
        return entries.stream().mapToLong(entry -> entry.message().size()).sum();
    }

    @Override
    public Message message(int index) {
        return entries.get(index).message();
    }

    @Override
    public long sequence(int index) {
        return entries.get(index).sequence();
    }

    @Override
    public @Nullable String key(int index) {
        return entries.get(index).key();
    }

    @Override
    public <E extends Encoding> E encoding(Function<? super Batch, E> encoder) {
        return encoder.apply(this);
    }
}
