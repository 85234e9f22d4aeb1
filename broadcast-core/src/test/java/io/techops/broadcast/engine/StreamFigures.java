package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import java.util.Arrays;
import java.util.List;

/** What the figures of a hub and of its peers have to do with what they were given. */
final class StreamFigures {

    private final BroadcastHub hub;
    private final StreamHistory history;
    private final List<StreamPeer> peers;
    private final Retention retention;
    private final boolean conflates;
    private long[] before = {};

    StreamFigures(BroadcastHub hub, StreamHistory history, List<StreamPeer> peers, Retention retention,
            boolean conflates) {
        this.hub = hub;
        this.history = history;
        this.peers = peers;
        this.retention = retention;
        this.conflates = conflates;
    }

    private static void check(boolean holds, String what, Object... of) {
        if (!holds) {
            throw new AssertionError(String.format(what, of));
        }
    }

    /** What holds at every moment. */
    void check() {
        HubStats stats = history.look();
        check(stats.retainedMessages() <= retention.messages() && stats.retainedBytes() <= retention.bytes(),
                "%s", stats);
        check(stats.addressedMessages() <= retention.messages(), "%s", stats);
        check(stats.retainedKeys() <= retention.keys() && stats.retainedKeyBytes() <= retention.keyBytes(),
                "%s", stats);
        checkCounters(stats);
        for (StreamPeer peer : peers) {
            peer.judge();
            checkPeer(peer, peer.peer());
        }
    }

    private void checkCounters(HubStats stats) {
        long[] now = {stats.registrations(), stats.messages(), stats.bytes(), stats.deliveries(), stats.batches(),
            stats.encodings(), stats.conflated(), stats.expired(), stats.overflows(), stats.missed(), stats.failures(),
            stats.stalls(), stats.gaps(), stats.replays(), stats.resumes(), stats.waits(), stats.evictedKeys(),
            stats.backplane().appends(), stats.backplane().gaps(), stats.backplane().epochs()};
        for (int i = 0; i < now.length; i++) {
            check(now[i] >= (i < before.length ? before[i] : 0), "%s before, now %s", Arrays.toString(before), stats);
        }
        before = now;
    }

    private void checkPeer(StreamPeer peer, Peer its) {
        check(peer.violations().isEmpty(), "%s: %s", its, peer.violations());
        check(its.delivered() == peer.messages().size(), "%s was given %s", its, its.delivered());
        check(its.lag() >= 0, "%s has lag %s", its, its.lag());
        if (!peer.troubled && !hub.isClosed()) {
            check(its.isRegistered() && peer.isOpen(), "%s is healthy, and was %s", its, peer.closed());
            check(its.missed() == 0, "%s is healthy, and missed %s: %s", its, its.missed(), peer.describe());
        }
        if (its.isRegistered() && !conflates && peer.isCounted()) {
            long all = its.delivered() + its.missed() + its.lag();
            long meant = peer.meant();
            check(all <= meant && all >= meant - peer.mayHaveExpired(), "%s has %s delivered, %s missed, %s to come"
                    + " of %s: %s", its, its.delivered(), its.missed(), its.lag(), meant, peer.describe());
        }
        peer.checkClose();
    }

    /** What holds when nothing is left to be done. */
    void checkAtRest() {
        for (StreamPeer peer : peers) {
            if (peer.peer().isRegistered()) {
                peer.checkAll();
                check(peer.peer().lag() == 0, "%s has lag %s", peer.peer(), peer.peer().lag());
                check(!peer.isPaused(), "%s is paused", peer.peer());
            }
        }
        checkSums();
    }

    private void checkSums() {
        HubStats stats = hub.stats();
        assertThat(stats.registrations()).isEqualTo(peers.size());
        assertThat(stats.peers()).isEqualTo((int) peers.stream().filter(each -> each.peer().isRegistered()).count());
        assertThat(stats.deliveries()).isEqualTo(peers.stream().mapToLong(each -> each.peer().delivered()).sum());
        assertThat(stats.batches()).isEqualTo(peers.stream().mapToLong(each -> each.batches().size()).sum());
        assertThat(stats.missed()).isEqualTo(peers.stream().mapToLong(each -> each.peer().missed()).sum());
        assertThat(stats.totalLag()).isZero();
        assertThat(stats.addressedMessages()).isZero();
        assertThat(stats.addressedBytes()).isZero();
        assertThat(stats.conflated() + stats.expired()).as("%s", stats)
                .isLessThanOrEqualTo(peers.stream().mapToLong(StreamPeer::mayHavePassed).sum());
        long told = 0;
        for (GapReason reason : GapReason.values()) {
            told += stats.gaps(reason);
        }
        assertThat(stats.gaps()).isEqualTo(told);
    }

    /** What holds when the hub has ended. */
    void checkAtEnd() {
        for (StreamPeer peer : peers) {
            peer.judge();
            checkPeer(peer, peer.peer());
            check(!peer.peer().isRegistered(), "%s is there", peer.peer());
            if (peer.closed() != null && peer.closed().code() == CloseReason.GOING_AWAY && !peer.isAborted()) {
                peer.checkAll();
            }
        }
        checkSums();
        assertThat(hub.peers()).isEmpty();
    }
}
