package io.techops.broadcast.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Interprets the failures of a server and of Lettuce, and explains them to an operator. */
final class Failures {

    /** Errors that mean that the server has changed nothing. */
    private static final Set<String> REFUSALS = Set.of("OOM", "READONLY", "LOADING", "MASTERDOWN", "MISCONF",
            "NOREPLICAS", "BUSY", "NOPERM", "NOAUTH", "WRONGPASS", "WRONGTYPE", "NOSCRIPT", "MOVED", "ASK", "TRYAGAIN",
            "CLUSTERDOWN", "CROSSSLOT");

    /** Errors after which the connection is useless: the server has changed its role, or is not ready. */
    private static final Set<String> LOST = Set.of("READONLY", "LOADING", "MASTERDOWN", "NOAUTH");

    private static final Pattern ERROR = Pattern.compile("(?:^|user_script: ?\\d+: )-?([A-Z]+)\\b");

    private static final Set<String> ELSEWHERE = Set.of("MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN");

    private Failures() {
    }

    /** {@return the cause of a failure, without the exceptions of futures that wrap it} */
    static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** {@return the first word of the server's error, or {@code null} if the server did not answer with one} */
    static @Nullable String code(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandExecutionException && cause.getMessage() != null) {
                Matcher error = ERROR.matcher(cause.getMessage());
                String code = "";
                while (error.find()) { // the last match: Redis 6.2 wraps the error of a command in a script
                    code = error.group(1);
                }
                return code;
            }
        }
        return null;
    }

    /** {@return whether the connection is useless after this failure} */
    static boolean endsConnection(Throwable thrown) {
        String code = code(thrown);
        return code == null || LOST.contains(code);
    }

    /** {@return whether the failure means that another server of the cluster has the log} */
    static boolean isElsewhere(Throwable thrown) {
        String code = code(thrown);
        return code != null && ELSEWHERE.contains(code);
    }

    /** {@return the exception for the failure of a command that was sent} */
    static BackplaneException of(Throwable thrown, String server) {
        Throwable cause = unwrapped(thrown);
        if (cause instanceof BackplaneException already) {
            return already;
        }
        String code = code(cause);
        Outcome outcome = code == null ? Outcome.UNKNOWN : REFUSALS.contains(code) ? Outcome.REFUSED
                : code.equals("SKIPPED") ? Outcome.IMPOSSIBLE : Outcome.UNKNOWN;
        return new BackplaneException(outcome, "Redis at " + server + ": " + explained(cause), cause);
    }

    /** {@return what happened, and the setting that is involved, in one line} */
    static String explained(Throwable thrown) {
        Throwable root = unwrapped(thrown);
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        if (root instanceof RedisCommandTimeoutException) {
            return "it did not answer in time: " + message;
        }
        if (root instanceof CancellationException) {
            return "the connection was lost";
        }
        return message + hint(message);
    }

    private static String hint(String message) {
        if (message.contains("WRONGPASS") || message.contains("invalid password")
                || message.contains("invalid username")) {
            return " (the credentials are wrong: see credentials, or the user and the password in uri)";
        }
        if (message.contains("NOAUTH")) {
            return " (it wants a password: see credentials, or the user and the password in uri)";
        }
        if (message.contains("NOPERM") || message.contains("permission")
                || message.contains("can't run this command")) {
            return " (the ACL of this user is too narrow: README.md of broadcast-redis has the line)";
        }
        if (message.contains("DB index") || message.contains("SELECT is not allowed")) {
            return " (it has no such database: see the path of uri)";
        }
        if (message.contains("READONLY")) {
            return " (uri has to name a master, or the Sentinels)";
        }
        if (message.contains("OOM command")) {
            return " (maxmemory is reached: give it more, or lower retentionBytes)";
        }
        if (message.contains("MOVED") || message.contains("CROSSSLOT")) {
            return " (it is a cluster: see cluster)";
        }
        if (message.contains("cluster support disabled")) {
            return " (it is no cluster: see cluster)";
        }
        return "";
    }
}
