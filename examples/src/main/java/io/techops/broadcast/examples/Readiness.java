package io.techops.broadcast.examples;

import org.jspecify.annotations.Nullable;

/**
 * Whether load balancers should send new peers to this process. It is ready from when its port listens until its end
 * begins, except while its backplane is away. Safe for use by any number of threads.
 */
final class Readiness {

    private volatile @Nullable Figures running;
    private volatile boolean draining;

    /** Notes that the port listens. */
    void listening(Figures figures) {
        running = figures;
    }

    /** Notes that the service was told to end. */
    void draining() {
        draining = true;
    }

    /** {@return the figures of the service, or null before it listens} */
    @Nullable Figures figures() {
        return running;
    }

    /** {@return why no peer should be sent here now, or null if the process is ready} */
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
