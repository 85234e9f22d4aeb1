package io.techops.broadcast.engine;

/** When to repeat a call that failed: after 100 milliseconds, then after twice as long each time, up to a second. */
final class Backoff {

    private static final long FIRST = 100_000_000L;
    private static final long LONGEST = 1_000_000_000L;

    private long pause;
    private long until;

    void failed(long now) {
        pause = pause == 0 ? FIRST : Math.min(LONGEST, pause * 2);
        until = now + pause;
    }

    void reset() {
        pause = 0;
    }

    boolean isSet() {
        return pause != 0;
    }

    /** {@return whether the call may be made now} */
    boolean isOver(long now) {
        return pause == 0 || until - now <= 0;
    }

    /** {@return when to make the call, in the timer's nanoseconds, if this {@link #isSet}} */
    long until() {
        return until;
    }
}
