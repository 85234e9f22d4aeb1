package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.redis.RecordFormat.Push;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is answered from pushes, and what has to be read. */
class PushedRecordsTest {

    private final PushedRecords pushed = new PushedRecords();

    private static Position at(long sequence) {
        return Position.of("e1", sequence);
    }

    private static Push push(String epoch, long first, int count) {
        List<SharedRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(SharedRecord.of(Message.text("m" + (first + i)), null, null).appended("p", 1, i, 1_000));
        }
        return new Push(Position.of(epoch, first + count - 1), records, 1_000);
    }

    private List<String> after(long sequence) {
        SharedPage page = pushed.after(at(sequence), 100, 1 << 20, 1_000);
        return page == null ? null : page.records().stream().map(r -> ((Message.Text) r.message()).text()).toList();
    }

    @Test
    void whatFollowsARunIsServed() {
        pushed.pushed(push("e1", 5, 2));
        pushed.pushed(push("e1", 7, 1));
        assertThat(after(4)).containsExactly("m5", "m6", "m7");
        assertThat(after(6)).containsExactly("m7");
        assertThat(after(7)).isEmpty();
        assertThat(after(8)).isNull();
    }

    @Test
    void whatIsBeforeARunHasToBeRead() {
        pushed.pushed(push("e1", 5, 2));
        assertThat(after(3)).isNull();
        assertThat(after(4)).hasSize(2);
        assertThat(after(5)).containsExactly("m6");
        assertThat(after(4)).isNull(); // it was given out, and forgotten
    }

    @Test
    void aPushThatWasMissedIsRead() {
        pushed.pushed(push("e1", 1, 2));
        pushed.pushed(push("e1", 5, 1));
        assertThat(after(2)).isNull();
        assertThat(after(4)).containsExactly("m5");
    }

    @Test
    void aPushThatComesTwiceIsTakenOnce() {
        pushed.pushed(push("e1", 1, 2));
        pushed.pushed(push("e1", 1, 2));
        assertThat(after(0)).containsExactly("m1", "m2");
    }

    @Test
    void aHintThatThereIsMoreMeansThatItHasToBeRead() {
        pushed.pushed(push("e1", 1, 2));
        pushed.pushed(new Push(at(3), List.of(), 1_000));
        assertThat(after(0)).containsExactly("m1", "m2");
        assertThat(after(2)).isNull();
        pushed.read(at(3), 3);
        assertThat(after(3)).isEmpty();
        pushed.pushed(push("e1", 4, 1));
        assertThat(after(3)).containsExactly("m4");
    }

    @Test
    void anotherEpochReplacesTheRun() {
        pushed.pushed(push("e1", 1, 2));
        pushed.pushed(new Push(Position.of("e2", 0), List.of(), 1_000));
        assertThat(after(0)).isNull();
        assertThat(after(2)).isNull();
        pushed.pushed(push("e2", 1, 1));
        assertThat(pushed.after(Position.of("e2", 0), 10, 100, 0).records()).hasSize(1);
    }

    @Test
    void aRunIsBounded() {
        for (int i = 0; i <= PushedRecords.MAX_RECORDS; i++) {
            pushed.pushed(push("e1", 1 + i, 1));
        }
        assertThat(after(0)).isNull();
        long last = PushedRecords.MAX_RECORDS + 1L;
        pushed.pushed(push("e1", last + 1, 1));
        assertThat(after(last)).containsExactly("m" + (last + 1));
    }
}
