package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A peer of a hub on a backplane: what it was given and told, in one order; is that the backplane's history? */
final class CheckedPeer extends FakeTransport {

    /** The position of what it was given last, or that it was told the stream goes on after. */
    @Nullable Position place;

    /** What it was given, as {@link Given}, and told, as {@link StreamEvent}. */
    final List<Object> stream = new ArrayList<>();
    private int checked;

    /** A message, where it was given. */
    record Given(Position position, Message message) {
    }

    @Override
    public boolean write(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            stream.add(new Given(batch.position(i), batch.message(i)));
        }
        return super.write(batch);
    }

    @Override
    public boolean tell(StreamEvent event) {
        stream.add(event);
        return super.tell(event);
    }

    /**
     * Checks what it was given since the last time: each message is at that position in the history, and next to the
     * one before, or to where a gap says that the stream goes on.
     *
     * @param seen takes what was checked, {@link Given} or {@link StreamEvent}
     */
    void check(Map<Position, Message> history, Consumer<Object> seen) {
        for (; checked < stream.size(); checked++) {
            Object next = stream.get(checked);
            if (next instanceof Given given) {
                assertThat(history.get(given.position())).as("at " + given.position()).isEqualTo(given.message());
                assertThat(given.position()).as(() -> "dense: " + stream).isEqualTo(place.at(place.sequence() + 1));
                place = given.position();
            } else {
                check((StreamEvent) next);
            }
            seen.accept(next);
        }
    }

    private void check(StreamEvent event) {
        if (event instanceof StreamEvent.Gap gap) {
            boolean begins = stream.get(checked - 1) instanceof StreamEvent.Open;
            if (!begins && gap.reason() != GapReason.EPOCH) {
                assertThat(gap.position().hasEpochOf(place)).as(gap + " after " + place).isTrue();
                long missed = gap.position().sequence() - place.sequence();
                assertThat(gap.missed().orElse(missed)).as(gap + " after " + place).isEqualTo(missed).isPositive();
            }
        } else if (event instanceof StreamEvent.Open open && open.isRecovered()) {
            assertThat(open.position()).isEqualTo(place);
        }
        place = event.position();
    }
}
