package io.techops.broadcast.stream;

import io.techops.broadcast.Replay;
import org.jspecify.annotations.Nullable;

/*
 * The decision of the application overrides the settings. But a client that named a position must be told of a gap if
 * its stream does not continue there; so its position is kept, and the decision bounds how far back it may be. A peer
 * that cannot be told of gaps never resumes after a position.
 */

/** Determines where the stream of a peer begins, from the request and the decision. Only static methods. */
public final class ReplayRules {

    private ReplayRules() {
    }

    /**
     * {@return where a peer's stream begins}
     *
     * @param asked what the client asks for, as far as the settings allow it
     * @param decided the replay that the application has decided; null if it has decided none
     * @param numbered whether the peer is told positions and gaps
     */
    public static Replay of(Replay asked, @Nullable Replay decided, boolean numbered) {
        Replay chosen = decided == null ? asked : decided;
        if (!numbered) {
            return chosen.isLatest() ? Replay.latest() : Replay.last(chosen.messages());
        }
        return asked.position() != null && chosen.position() == null
                ? Replay.after(asked.position()).within(chosen.messages()).orElse(chosen)
                : chosen;
    }
}
