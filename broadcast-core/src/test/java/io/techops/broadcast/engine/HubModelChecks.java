package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** What holds in every run of {@code HubModelTest}: the hub and its peers, compared with what has happened. */
final class HubModelChecks {

    private final HubRig rig;
    private final HubHistory history;
    private final List<HubModelSubject> subjects;
    private final boolean skip;
    private final boolean butSender;
    private final int messages;
    private final long bytes;
    private final Random random;
    /** How many streams of peers that the host has closed were looked at. */
    long closes;

    HubModelChecks(HubRig rig, HubHistory history, List<HubModelSubject> subjects, boolean skip, boolean butSender,
            Retention retention, Random random) {
        this.rig = rig;
        this.history = history;
        this.subjects = subjects;
        this.skip = skip;
        this.butSender = butSender;
        this.messages = retention.messages();
        this.bytes = retention.bytes();
        this.random = random;
    }

    /** After every step. {@code settled} says that nothing is under way any more. */
    void checkAll(boolean settled) {
        HubStats stats = rig.hub().stats();
        assertThat(stats.retainedMessages()).isLessThanOrEqualTo(messages);
        assertThat(stats.retainedBytes()).isLessThanOrEqualTo(bytes);
        assertThat(stats.addressedMessages()).isLessThanOrEqualTo(messages);
        assertThat(stats.addressedBytes()).isLessThanOrEqualTo(Math.max(bytes, 64 + 5 + 6 * 32));
        for (HubModelSubject subject : subjects) {
            assertThat(subject.transport.violations()).isEmpty();
            subject.checkSafety();
            Peer peer = subject.peer();
            assertThat(peer.isRegistered() || subject.troubled || rig.hub().isClosed())
                    .as("a healthy peer stays").isTrue();
            if (!subject.troubled) {
                assertThat(peer.missed()).as("a healthy peer misses nothing").isZero();
            }
            if (settled || rig.executor().pending() == 0 && random.nextInt(4) == 0) {
                checkStream(subject);
            }
        }
    }

    /** Only while the listener has been told everything; not at every step, because it takes long. */
    void checkStream(HubModelSubject subject) {
        checkPositions(subject.transport);
        Peer peer = subject.peer();
        List<String> got = subject.transport.texts();
        List<String> meant = history.of(peer, subject.joined, Long.MAX_VALUE, butSender);
        assertThat(peer.delivered()).as("delivered").isEqualTo(got.size());
        if (rig.executor().pending() == 0) {
            assertThat(history.missed.getOrDefault(peer, 0L)).as("missed, as told").isEqualTo(peer.missed());
        }
        if (skip) {
            assertThat(isSubsequence(got, meant)).as("%s in the order of %s", got, meant).isTrue();
        } else {
            assertThat(got).as("one contiguous run").isEqualTo(meant.subList(0, got.size()));
        }
        if (peer.isRegistered()) {
            assertThat(peer.delivered() + peer.missed() + peer.lag()).as("appended").isEqualTo(meant.size());
        }
        CloseReason closed = subject.transport.closed();
        if (closed != null && closed.code() == CloseReason.NORMAL) {
            closes++;
            assertThat(peer.delivered() + peer.missed()).as("all from before the close")
                    .isGreaterThanOrEqualTo(
                            history.of(peer, subject.joined, subject.closeAskedAt, butSender).size());
        }
    }

    /** What a peer is given, and what the stats show, are the positions that the listener was told. */
    private void checkPositions(FakeTransport transport) {
        List<String> texts = transport.texts();
        List<Long> sequences = transport.sequences();
        Iterator<Position> positions = transport.positions().iterator();
        for (int i = 0; i < texts.size(); i++) {
            if (sequences.get(i) != Batch.UNNUMBERED) {
                Position position = positions.next();
                assertThat(position.sequence()).isEqualTo(sequences.get(i));
                assertThat(history.positions.get(position)).as("at %s", position).isEqualTo(texts.get(i));
            }
        }
        assertThat(positions).as("more positions").isExhausted();
        Position last = rig.hub().stats().position();
        assertThat(last.sequence()).isEqualTo(rig.hub().stats().messages());
        assertThat(last.sequence() == 0 || history.positions.containsKey(last)).as("the last").isTrue();
    }

    private static boolean isSubsequence(List<String> some, List<String> all) {
        int found = 0;
        for (String one : all) {
            found += found < some.size() && some.get(found).equals(one) ? 1 : 0;
        }
        return found == some.size();
    }
}
