package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.SnapshotSource;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BlockingTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the host application for the snapshot that a peer is to get first. Safe for use by any number of threads. */
final class Snapshots {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    private final SnapshotSource source;
    private final BlockingTasks threads;
    private final LogRateLimiter failures;

    Snapshots(SnapshotSource source, BlockingTasks threads, HubTimer timer) {
        this.source = source;
        this.threads = threads;
        this.failures = new LogRateLimiter(timer::nanoTime);
    }

    /** Asks for a peer's snapshot, on a thread that may block; until it has come the peer is not writable. */
    void take(HubPeer peer, Prelude prelude, Position after) {
        threads.runAfter(Duration.ZERO, BlockingTasks.Kind.CALLBACK, () -> peer.begin(prelude, ask(peer, after)));
    }

    private @Nullable List<Message> ask(HubPeer peer, Position after) {
        try {
            List<Message> copy = new ArrayList<>(source.snapshot(peer, after));
            if (copy.contains(null)) {
                throw new NullPointerException("a message of the snapshot");
            }
            return copy;
        } catch (Throwable thrown) {
            LOG.warn(failures, "The snapshot source threw, and {} is closed", peer, thrown);
            return null;
        }
    }
}
