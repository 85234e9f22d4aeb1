package io.techops.broadcast.examples;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of a step. If the step cannot start, prints one line on standard error in place of a stack trace,
 * with exit code 2 for a bad argument, or 1 for something that the machine denies, such as a port that is in use.
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
            // Not a valid port, like a number that is too large.
        }
        throw new IllegalArgumentException("the port must be a number from 0 to " + MOST + ": " + given);
    }

    /**
     * {@return an argument that has to be given}
     *
     * @param what its meaning, for the message
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
     * @param what its meaning, for the message
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

    /** {@return the failure of the machine, or null if that is not the cause} */
    private static @Nullable IOException deniedBy(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException denied) {
                return denied;
            }
        }
        return null;
    }
}
