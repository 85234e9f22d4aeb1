package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

/** Starts threads of which a test knows that they wait. */
final class WaitingThread {

    private WaitingThread() {
    }

    /** {@return a new thread that waits in the call} */
    static Thread waitingIn(Runnable call) {
        Thread thread = new Thread(call);
        thread.start();
        while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(thread.isAlive()).as("is waiting").isTrue();
        return thread;
    }
}
