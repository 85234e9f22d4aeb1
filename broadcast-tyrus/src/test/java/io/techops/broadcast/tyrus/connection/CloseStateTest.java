package io.techops.broadcast.tyrus.connection;

import static io.techops.broadcast.tyrus.connection.CloseState.ANSWERING;
import static io.techops.broadcast.tyrus.connection.CloseState.BROKEN;
import static io.techops.broadcast.tyrus.connection.CloseState.CLOSE_RECEIVED;
import static io.techops.broadcast.tyrus.connection.CloseState.CLOSE_SENT;
import static io.techops.broadcast.tyrus.connection.CloseState.CLOSING;
import static io.techops.broadcast.tyrus.connection.CloseState.DONE;
import static io.techops.broadcast.tyrus.connection.CloseState.ENDED;
import static io.techops.broadcast.tyrus.connection.CloseState.INPUT_ENDED;
import static io.techops.broadcast.tyrus.connection.CloseState.FINAL_FLUSH;
import static io.techops.broadcast.tyrus.connection.CloseState.LINGERING;
import static io.techops.broadcast.tyrus.connection.CloseState.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every state with every event. */
class CloseStateTest {

    /** A row of the table: what follows a state for closing, left, closeReceived, inputEnded, failed, ended. */
    private record Row(CloseState from, CloseState closing, CloseState left, CloseState closeReceived,
            CloseState inputEnded, CloseState failed, CloseState ended) {

        List<CloseState> expected() {
            return List.of(closing, left, closeReceived, inputEnded, failed, ended);
        }
    }

    private static final List<Row> TABLE = List.of(
            new Row(OPEN, CLOSING, OPEN, CLOSE_RECEIVED, DONE, BROKEN, ENDED),
            new Row(CLOSING, CLOSING, CLOSE_SENT, ANSWERING, DONE, BROKEN, ENDED),
            new Row(CLOSE_SENT, CLOSE_SENT, CLOSE_SENT, LINGERING, DONE, BROKEN, ENDED),
            new Row(BROKEN, BROKEN, BROKEN, DONE, DONE, BROKEN, ENDED),
            new Row(CLOSE_RECEIVED, ANSWERING, CLOSE_RECEIVED, CLOSE_RECEIVED, INPUT_ENDED, ENDED, ENDED),
            new Row(ANSWERING, ANSWERING, LINGERING, ANSWERING, FINAL_FLUSH, ENDED, ENDED),
            new Row(LINGERING, LINGERING, LINGERING, LINGERING, DONE, ENDED, DONE),
            new Row(INPUT_ENDED, FINAL_FLUSH, INPUT_ENDED, INPUT_ENDED, INPUT_ENDED, ENDED, ENDED),
            new Row(FINAL_FLUSH, FINAL_FLUSH, DONE, FINAL_FLUSH, FINAL_FLUSH, ENDED, ENDED),
            new Row(DONE, DONE, DONE, DONE, DONE, DONE, DONE),
            new Row(ENDED, ENDED, ENDED, ENDED, ENDED, ENDED, ENDED));

    @ParameterizedTest
    @CsvSource({
        "OPEN,           reads, writes, messages,         ,",
        "CLOSING,        reads, writes,         ,         ,",
        "CLOSE_SENT,     reads,       ,         ,         ,",
        "BROKEN,         reads,       ,         ,         , PT5S",
        "CLOSE_RECEIVED,      , writes, messages,         ,",
        "ANSWERING,           , writes,         ,         , PT5S",
        "LINGERING,           ,       ,         , delivers, PT5S",
        "INPUT_ENDED,         , writes, messages,         ,",
        "FINAL_FLUSH,         , writes,         ,         , PT5S",
        "DONE,                ,       ,         , delivers,",
        "ENDED,               ,       ,         ,         ,"})
    void whatEachStateAllowsAndForHowLong(CloseState state, @Nullable String reads, @Nullable String writes,
            @Nullable String messages, @Nullable String delivers, @Nullable Duration limit) {
        assertThat(state.reads).as("reads").isEqualTo(reads != null);
        assertThat(state.writes).as("writes").isEqualTo(writes != null);
        assertThat(state.takesMessages).as("takes messages").isEqualTo(messages != null);
        assertThat(state.delivers).as("delivers").isEqualTo(delivers != null);
        assertThat(state.limit).isEqualTo(limit);
    }

    private static List<CloseState> next(CloseState state) {
        return List.of(state.closing(), state.left(), state.closeReceived(), state.inputEnded(), state.failed(),
                state.ended());
    }

    @TestFactory
    List<DynamicTest> everyEventLeadsToTheStateOfTheTable() {
        assertThat(TABLE).extracting(Row::from).containsExactlyInAnyOrder(CloseState.values());
        return TABLE.stream().map(row -> DynamicTest.dynamicTest(row.from().toString(),
                () -> assertThat(next(row.from())).isEqualTo(row.expected()))).toList();
    }

    @Test
    void nothingThatHasEndedBeginsAgain() {
        for (CloseState state : CloseState.values()) {
            for (CloseState next : next(state)) {
                assertThat(next.reads && !state.reads).as("%s reads again in %s", state, next).isFalse();
                assertThat(next.writes && !state.writes).as("%s writes again in %s", state, next).isFalse();
                assertThat(next.takesMessages && !state.takesMessages).as("%s, %s", state, next).isFalse();
            }
        }
    }

    @Test
    void everyStateIsReached() {
        Set<CloseState> reached = EnumSet.noneOf(CloseState.class);
        Queue<CloseState> from = new ArrayDeque<>(List.of(OPEN));
        while (!from.isEmpty()) {
            CloseState state = from.remove();
            if (reached.add(state)) {
                from.addAll(next(state));
            }
        }
        assertThat(reached).containsExactlyInAnyOrder(CloseState.values());
    }

    /** Where neither the hub waits for an answer nor the hub owes anything, a time limit sees to the end. */
    @Test
    void noStateLastsForEver() {
        for (CloseState state : CloseState.values()) {
            boolean hubSeesToIt = state.takesMessages || state == CLOSING || state == CLOSE_SENT;
            boolean over = state == DONE || state == ENDED;
            assertThat(state.limit != null).as(state.toString()).isEqualTo(!hubSeesToIt && !over);
        }
    }
}
