package io.techops.broadcast;

import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntBinaryOperator;

/**
 * Something that is done while memory is missing somewhere, and then the proof that all goes on. Loaded by {@link
 * NoMemoryClassLoader}; its caller knows it as an interface of the JDK.
 */
abstract class NoMemoryScenario implements IntBinaryOperator {

    private final int patience;
    protected VirtualTimer time = new VirtualTimer();
    protected ManualExecutor tasks = new ManualExecutor();

    /** @param patience how many seconds of the timer to wait for something */
    NoMemoryScenario(int patience) {
        this.patience = patience;
    }

    /** Begins anew. */
    protected final void begin() {
        time = new VirtualTimer();
        tasks = new ManualExecutor();
    }

    /** Lets so many seconds pass. */
    abstract void pass(int seconds);

    /** Lets a time pass in which everything that has failed is tried again. */
    protected final void await(String what, BooleanSupplier condition) {
        for (int second = 0; second < patience && !condition.getAsBoolean(); second++) {
            pass(1);
        }
        // What the timer has refused comes to it again a little later, by the clock on the wall.
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.getAsBoolean() && System.nanoTime() - until < 0) {
            Thread.yield();
            pass(1);
        }
        check(what, condition.getAsBoolean());
    }

    protected static void check(String what, boolean isSo) {
        if (!isSo) {
            throw new AssertionError("not so: " + what);
        }
    }

    /** What the caller is told of, and can call again. {@return whether it did not throw} */
    protected static boolean attempt(Runnable call) {
        try {
            call.run();
            return true;
        } catch (OutOfMemoryError noMemory) {
            return false;
        }
    }
}
