package io.techops.broadcast.engine;

import io.techops.broadcast.Position;

/**
 * A run of slots of a log whose positions follow each other: of one epoch, and without a hole. Immutable.
 *
 * @param start the first slot of the run
 * @param before the position before that slot's
 */
record PositionRun(long start, Position before) {

    /** {@return the sequence in a slot of the run} */
    long sequence(long slot) {
        return before.sequence() + 1 + (slot - start);
    }

    /** {@return the position of a slot of the run} */
    Position position(long slot) {
        return before.at(sequence(slot));
    }

    /** {@return the position before that of a slot of the run, or of the slot behind it} */
    Position before(long slot) {
        return before.at(sequence(slot) - 1);
    }

    /** {@return how much higher the sequences of the run are than the slots} */
    long offset() {
        return before.sequence() + 1 - start;
    }

    boolean hasEpochOf(Position position) {
        return before.hasEpochOf(position);
    }
}
