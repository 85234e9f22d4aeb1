package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The sessions of a server, until each has ended and its endpoint was told. Safe for use by any number of threads. */
final class OpenSessions {

    /** How long the endpoints' callbacks may take after their sessions were aborted. */
    private static final Duration CALLBACK_GRACE = Duration.ofSeconds(1);

    private final WriteReadiness watch;
    /** Both are guarded by this. */
    private final Set<HostedSession> open = new HashSet<>();
    private boolean closing;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    OpenSessions(WriteReadiness watch) {
        this.watch = watch;
    }

    /** Adds a session. {@return false if the server ends, so that it must not open} */
    synchronized boolean add(HostedSession session) {
        return !closing && open.add(session);
    }

    void remove(HostedSession session) {
        boolean last;
        synchronized (this) {
            open.remove(session);
            last = closing && open.isEmpty();
        }
        if (last) {
            over.complete(null);
        }
    }

    private synchronized List<HostedSession> copy() {
        return List.copyOf(open);
    }

    /**
     * Ends all sessions, and aborts those left after the limit. {@return a future that completes when all have ended}
     */
    CompletableFuture<Void> shutdown(Duration limit) {
        boolean first;
        boolean none;
        synchronized (this) {
            first = !closing;
            closing = true;
            none = open.isEmpty();
        }
        if (none) {
            over.complete(null);
        } else if (!over.isDone()) {
            if (first) {
                copy().forEach(HostedSession::goAway);
            }
            watch.in(limit, () -> copy().forEach(HostedSession::abort));
            watch.in(limit.plus(CALLBACK_GRACE), () -> over.complete(null));
        }
        return over;
    }
}
