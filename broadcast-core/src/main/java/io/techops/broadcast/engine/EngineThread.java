package io.techops.broadcast.engine;

import java.util.Set;

/** A thread of a hub's own, or of its topics'. */
final class EngineThread extends Thread {

    private final Set<Thread> owner;

    /**
     * @param owner those that belong together: this thread is one of them from its first to its last moment
     */
    EngineThread(Set<Thread> owner, Runnable task, String name) {
        super(task, name);
        this.owner = owner;
    }

    boolean isOf(Set<Thread> one) {
        return owner == one;
    }

    @Override
    public void run() {
        try {
            owner.removeIf(other -> other.getState() == Thread.State.TERMINATED);
            owner.add(this);
        } catch (Throwable noMemory) {
            // The end does not wait for this one.
        }
        super.run();
    }
}
