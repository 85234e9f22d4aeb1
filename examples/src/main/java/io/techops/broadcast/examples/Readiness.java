package io.techops.broadcast.examples;

import org.jspecify.annotations.Nullable;

/**
 * Whether new peers should be sent to this process. It is ready from when its port listens until it begins to end,
 * except while its backplane is away. Safe for use by any number of threads.
 */
final class Readiness {

    private volatile @Nullable Figures running;
    private volatile boolean draining;

    /** The port listens. */
    void listening(Figures figures) {
        running = figures;
    }

    /** The service was told to end. */
    void draining() {
        draining = true;
    }

    /** {@return the figures of the service, or null before it listens} */
    @Nullable Figures figures() {
        return running;
    }

    /** {@return why no peer should be sent here now, or null if one should be} */
    @Nullable String obstacle() {
        Figures figures = running;
        if (draining) {
            return "draining";
        }
        if (figures == null) {
            return "starting";
        }
        return figures.stats().get().backplane().isAway() ? "the backplane is away" : null;
    }
}
