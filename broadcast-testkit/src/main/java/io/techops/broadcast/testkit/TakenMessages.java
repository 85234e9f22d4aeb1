package io.techops.broadcast.testkit;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.Batch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The messages that a transport has taken, in order. Guarded by the monitor of that transport. */
final class TakenMessages {

    private static final int PRINTED = 10;

    private final List<Message> messages = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();
    private final List<@Nullable String> keys = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();

    void add(Batch batch) {
        batches.add(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            messages.add(batch.message(i));
            sequences.add(batch.sequence(i));
            keys.add(batch.key(i));
            Position position = batch.position(i);
            if (position != null) {
                positions.add(position);
            }
        }
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    List<Message> messages() {
        return List.copyOf(messages);
    }

    List<Long> sequences() {
        return List.copyOf(sequences);
    }

    List<Position> positions() {
        return List.copyOf(positions);
    }

    List<@Nullable String> keys() {
        return Collections.unmodifiableList(new ArrayList<>(keys));
    }

    /** {@return the number of messages in each batch} */
    List<Integer> batches() {
        return List.copyOf(batches);
    }

    /** {@return the number of messages and batches, in words} */
    String count() {
        return messages.size() + " messages in " + batches.size() + " batches";
    }

    /** {@return the last ten, after a colon; nothing if there are none} */
    String newest() {
        int printedFrom = Math.max(0, messages.size() - PRINTED);
        return (messages.isEmpty() ? "" : printedFrom == 0 ? ": " : ": …, ")
                + messages.stream().skip(printedFrom).map(Inbox::print).collect(Collectors.joining(", "));
    }
}
