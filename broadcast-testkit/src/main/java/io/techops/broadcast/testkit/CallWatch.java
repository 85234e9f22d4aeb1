package io.techops.broadcast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Records how a hub has violated the contract of a transport. Safe for use by any number of threads. */
final class CallWatch {

    private final AtomicBoolean busy = new AtomicBoolean();
    /** Guarded by this object's monitor. */
    private final List<String> violations = new ArrayList<>();

    /** Begins a call; only one may run at a time. */
    void begin(Object call) {
        check(busy.compareAndSet(false, true), call + " during another call");
    }

    /** Ends the call. */
    void end() {
        busy.set(false);
    }

    synchronized void check(boolean right, String violation) {
        if (!right) {
            violations.add(violation);
        }
    }

    /** {@return the violations, in words; a copy} */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
