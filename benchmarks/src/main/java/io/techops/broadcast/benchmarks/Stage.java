package io.techops.broadcast.benchmarks;

/** Where a measurement waits for the runner, if that has asked for it: moments at which nothing is under way. */
enum Stage {
    /** All peers are connected, and have been silent. */
    CONNECTED,
    /** The measured window begins. */
    WARM,
    /** It has ended. */
    DONE
}
