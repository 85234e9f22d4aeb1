package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Position;
import io.techops.broadcast.engine.PositionRuns.Place;
import org.junit.jupiter.api.Test;

class PositionRunsTest {

    private final PositionRuns runs = new PositionRuns();
    private final Position first = Position.of("a", 0);

    /** Slots 1 to 4 are a:1 to a:4; slots 5 to 7 are a:11 to a:13; from slot 8 on it is epoch b. */
    private void threeRuns() {
        runs.begin(1, first, 1);
        runs.begin(5, first.at(10), 1);
        runs.begin(8, Position.of("b", 0), 1);
    }

    @Test
    void aLogAloneHasOneRunFromItsFirstSlotOn() {
        PositionRun only = runs.newest();
        assertThat(runs.at(1)).isSameAs(only);
        assertThat(runs.at(1_000)).isSameAs(only);
        assertThat(only.position(1)).isEqualTo(only.before().at(1));
        assertThat(runs.end(1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void eachSlotHasThePositionOfItsRun() {
        threeRuns();
        assertThat(runs.at(4).position(4)).isEqualTo(first.at(4));
        assertThat(runs.at(5).position(5)).isEqualTo(first.at(11));
        assertThat(runs.at(7).position(7)).isEqualTo(first.at(13));
        assertThat(runs.at(8).position(8)).isEqualTo(Position.of("b", 1));
        assertThat(runs.at(5).before(5)).isEqualTo(first.at(10));
        assertThat(runs.newest().start()).isEqualTo(8);
    }

    @Test
    void aRunEndsWhereTheNextOneBegins() {
        threeRuns();
        assertThat(runs.end(1)).isEqualTo(5);
        assertThat(runs.end(4)).isEqualTo(5);
        assertThat(runs.end(5)).isEqualTo(8);
        assertThat(runs.end(8)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void ofTwoBreaksWithNothingBetweenOnlyTheLastIsLeft() {
        runs.begin(1, first, 1);
        runs.begin(5, first.at(10), 1);
        runs.begin(5, first.at(20), 1);
        assertThat(runs.at(5).position(5)).isEqualTo(first.at(21));
        assertThat(runs.at(4).position(4)).isEqualTo(first.at(4));
        assertThat(runs.end(1)).isEqualTo(5);
    }

    @Test
    void runsOfWhichNothingIsKeptAreForgotten() {
        threeRuns();
        runs.begin(9, Position.of("c", 0), 8);
        assertThat(runs.find(first.at(2), 9)).isNull();
        assertThat(runs.find(first.at(13), 9)).isNull();
        assertThat(runs.find(Position.of("b", 0), 9)).isEqualTo(new Place(8, false));
        assertThat(runs.at(1).start()).isEqualTo(8);
    }

    @Test
    void aPositionWithinARunIsFoundWithNothingMissing() {
        threeRuns();
        assertThat(runs.find(first, 10)).isEqualTo(new Place(1, false));
        assertThat(runs.find(first.at(2), 10)).isEqualTo(new Place(3, false));
        assertThat(runs.find(first.at(11), 10)).isEqualTo(new Place(6, false));
        assertThat(runs.find(Position.of("b", 2), 10)).isEqualTo(new Place(10, false));
    }

    @Test
    void aPositionAtOrWithinAHoleGoesOnBehindIt() {
        threeRuns();
        assertThat(runs.find(first.at(4), 10)).isEqualTo(new Place(5, true));
        assertThat(runs.find(first.at(7), 10)).isEqualTo(new Place(5, true));
        assertThat(runs.find(first.at(10), 10)).isEqualTo(new Place(5, false));
    }

    @Test
    void theLastPositionOfAnEpochGoesOnInTheNextAndALaterOneIsUnknown() {
        threeRuns();
        assertThat(runs.find(first.at(13), 10)).isEqualTo(new Place(8, true));
        assertThat(runs.find(first.at(14), 10)).isNull();
    }

    @Test
    void aPositionBeyondTheHeadIsOfTheFuture() {
        threeRuns();
        assertThat(runs.find(Position.of("b", 3), 10).next()).isEqualTo(11);
    }

    @Test
    void aPositionOfAnUnknownEpochIsNotFound() {
        threeRuns();
        assertThat(runs.find(Position.of("z", 1), 10)).isNull();
    }
}
