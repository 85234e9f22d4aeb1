package io.techops.broadcast.stream;

import io.techops.broadcast.Replay;
import org.jspecify.annotations.Nullable;

/*
 * What the application decides holds, whatever the settings say. But a client that named a position is told of a gap if
 * it does not go on there; so its position stays, and the decision bounds how far back it may be. A peer that cannot be
 * told of gaps goes on after no position.
 */

/** Where the stream of a peer begins, when everything is decided. Only static methods. */
public final class ReplayRules {

    private ReplayRules() {
    }

    /**
     * {@return where a peer's stream begins}
     *
     * @param asked what the client asks for, as far as the settings allow
     * @param decided what the application has decided; null if it leaves it at that
     * @param numbered whether the peer is told positions, and so of gaps
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
