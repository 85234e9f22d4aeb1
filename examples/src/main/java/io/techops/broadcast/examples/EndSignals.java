package io.techops.broadcast.examples;

import java.lang.reflect.Proxy;

/**
 * Ends the service on a signal before the virtual machine begins to end. A shutdown hook would be too late for what is
 * recorded of the end: all hooks run at the same time, and one of them stops the flight recorder.
 *
 * <p>The class for this, {@code sun.misc.Signal}, is in every JDK but not part of the Java standard; so it is used by
 * reflection, and without it a shutdown hook is used.
 */
final class EndSignals {

    /**
     * A shell adds this to the number of the signal that ended a program, for its exit code; so does the virtual
     * machine.
     */
    private static final int BY_SIGNAL = 128;

    private EndSignals() {
    }

    /**
     * From now on each signal that ends a virtual machine, unless it is ignored, runs {@code end} on a thread of its
     * own, and then ends the process with the exit code that it would have had. SIGHUP is not one of them: it runs
     * {@code reload}.
     */
    static void handle(Runnable end, Runnable reload) {
        for (String name : new String[] {"HUP", "INT", "TERM"}) {
            try {
                handle(name, name.equals("HUP") ? reload : end, !name.equals("HUP"));
            } catch (ReflectiveOperationException e) {
                // A runtime without the class, or one that does not handle this signal (-Xrs): the hook is used.
            }
        }
    }

    private static void handle(String name, Runnable task, boolean ends) throws ReflectiveOperationException {
        Class<?> signals = Class.forName("sun.misc.Signal");
        Class<?> handlers = Class.forName("sun.misc.SignalHandler");
        Object signal = signals.getConstructor(String.class).newInstance(name);
        int exitCode = BY_SIGNAL + (int) signals.getMethod("getNumber").invoke(signal);
        Object handler = Proxy.newProxyInstance(EndSignals.class.getClassLoader(), new Class<?>[] {handlers},
                (proxy, method, arguments) -> {
                    try {
                        task.run();
                    } finally {
                        if (ends) {
                            System.exit(exitCode);
                        }
                    }
                    return null;
                });
        signals.getMethod("handle", signals, handlers).invoke(null, signal, handler);
    }
}
