package io.techops.broadcast.examples;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How each step begins: with what it was given, and with one line on standard error in place of a stack trace if it
 * cannot begin: exit code 2 for a bad argument, 1 for what the machine denies, such as a port that is taken.
 */
final class Start {

    private static final int DEFAULT_PORT = 5000;
    private static final int MOST = 65_535;

    private Start() {
    }

    /**
     * {@return the port to listen on, {@value #DEFAULT_PORT} if there is no such argument} From now on a failure of the
     * calling thread ends the program with one line.
     *
     * @param at which argument it is, from 0 on
     */
    static int port(String[] arguments, int at) {
        String given = at < arguments.length ? arguments[at] : Integer.toString(DEFAULT_PORT);
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> end(failure, given));
        try {
            int port = Integer.parseInt(given);
            if (port >= 0 && port <= MOST) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Breaks the rule like one that is too large.
        }
        throw new IllegalArgumentException("the port must be a number from 0 to " + MOST + ": " + given);
    }

    /**
     * {@return an argument that has to be given}
     *
     * @param what it means
     */
    static String argument(String[] arguments, int at, String what) {
        if (at >= arguments.length) {
            throw new IllegalArgumentException("argument " + (at + 1) + " must be " + what + ": nothing was given");
        }
        return arguments[at];
    }

    /**
     * {@return an environment variable that has to be set}
     *
     * @param what it means
     */
    static String variable(String name, String what) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalArgumentException("the environment variable " + name + " must be " + what
                    + ": it is not set");
        }
        return value;
    }

    private static void end(Throwable failure, String port) {
        IOException denied = deniedBy(failure);
        if (denied != null) {
            String said = String.valueOf(denied.getMessage());
            System.err.println(said.contains(port) ? said : "port " + port + ": " + said);
            System.exit(1);
        }
        if (failure instanceof IllegalArgumentException || failure instanceof IllegalStateException) {
            System.err.println(failure.getMessage());
            System.exit(2);
        }
        failure.printStackTrace(); // an error of the program itself
        System.exit(1);
    }

    /** {@return what the machine said, or null if it is not the cause} */
    private static @Nullable IOException deniedBy(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException denied) {
                return denied;
            }
        }
        return null;
    }
}
