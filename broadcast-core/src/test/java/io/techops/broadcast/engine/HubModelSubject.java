package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testkit.FakeTransport;

/** One peer, as the model of {@code HubModelTest} sees it. */
final class HubModelSubject {

    final FakeTransport transport;
    final long joined;
    boolean troubled;
    long closeAskedAt = -1;
    int pauses;
    /** What it had missed when it said that it is writable, and had lost nothing that it did not know of. */
    long safeAt = -1;
    private boolean lostBeforeWrite;

    HubModelSubject(FakeTransport transport, long joined) {
        this.transport = transport;
        this.joined = joined;
    }

    Peer peer() {
        return transport.peer();
    }

    /** {@return whether it has lost nothing yet that it does not know of} */
    boolean isComplete(HubStats stats) {
        PeerCursor cursor = ((HubPeer) peer()).cursor();
        return cursor.position() > stats.messages() - stats.retainedMessages() && cursor.lostAddressed == 0;
    }

    /** Notes what was lost before a write, which may be the last one that leaves the transport writable. */
    void writes() {
        lostBeforeWrite |= safeAt >= 0 && peer().missed() != safeAt;
    }

    /** A peer that is writable loses nothing, and one that is owed nothing is never cut. */
    void checkSafety() {
        assertThat(lostBeforeWrite).as("%s was writable, and has lost something", peer()).isFalse();
        if (safeAt >= 0 && transport.isWritable()) {
            assertThat(peer().missed()).as("%s is writable, and loses nothing", peer()).isEqualTo(safeAt);
            assertThat(transport.closed()).as("%s is writable, and not cut", peer())
                    .isNotEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
        } else {
            safeAt = -1;
        }
    }

    boolean isPaused() {
        return pauses > transport.resumes();
    }
}
