package io.techops.broadcast;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a hub has done since it was built, and how it is, at one moment.
 *
 * <pre>{@code
 * HubStats stats = hub.stats();
 * System.out.println(stats.peers() + " peers, " + stats.coalescing() + " deliveries a write");
 * }</pre>
 *
 * <p>The counters only grow. They are read one after the other, so that they may be some messages apart while the hub
 * is busy; of a hub that is at rest they are exact. Figures may be added in a later version. Immutable.
 */
public final class HubStats {

    /** What the hub counts itself, beside its log and its shards. */
    record Counts(long registrations, long missed, long overflows, long failures, long ignored, Duration saturation,
            Map<RefusalCause, Long> refusals) {

        Counts {
            Map<RefusalCause, Long> occurred = new EnumMap<>(RefusalCause.class);
            occurred.putAll(refusals);
            occurred.values().removeIf(count -> count == 0);
            refusals = Collections.unmodifiableMap(occurred);
        }

        Counts plus(Counts more) {
            Map<RefusalCause, Long> sums = new EnumMap<>(RefusalCause.class);
            sums.putAll(refusals);
            more.refusals.forEach((cause, count) -> sums.merge(cause, count, Long::sum));
            return new Counts(registrations + more.registrations, missed + more.missed, overflows + more.overflows,
                    failures + more.failures, ignored + more.ignored, saturation.plus(more.saturation), sums);
        }
    }

    static final HubStats NONE = ofRefusals(Map.of());

    private final int peers;
    private final long totalLag;
    private final long maxLag;
    private final Counts counts;
    private final Log.Figures log;
    private final Shard.Figures shards;

    private HubStats(int peers, long totalLag, long maxLag, Counts counts, Log.Figures log, Shard.Figures shards) {
        this.peers = peers;
        this.totalLag = totalLag;
        this.maxLag = maxLag;
        this.counts = counts;
        this.log = log;
        this.shards = shards;
    }

    static HubStats of(Collection<? extends Peer> peers, Counts counts, Log.Figures log, Shard.Figures shards) {
        long total = 0;
        long max = 0;
        for (Peer peer : peers) {
            long lag = peer.lag();
            total += lag;
            max = Math.max(max, lag);
        }
        return new HubStats(peers.size(), total, max, counts, log, shards);
    }

    /** {@return the figures of a hub that has done nothing but refuse} */
    static HubStats ofRefusals(Map<RefusalCause, Long> refusals) {
        return new HubStats(0, 0, 0, new Counts(0, 0, 0, 0, 0, Duration.ZERO, refusals), Log.Figures.NONE,
                Shard.Figures.NONE);
    }

    /** {@return the figures of two hubs together} */
    HubStats plus(HubStats more) {
        return new HubStats(peers + more.peers, totalLag + more.totalLag, Math.max(maxLag, more.maxLag),
                counts.plus(more.counts), log.plus(more.log), shards.plus(more.shards));
    }

    /** {@return what is left of them when the hub is gone: the counters} */
    HubStats past() {
        return new HubStats(0, 0, 0, counts, log.past(), shards);
    }

    // Who is there.

    /** {@return how many peers are registered now} */
    public int peers() {
        return peers;
    }

    /** {@return how many peers have ever registered} */
    public long registrations() {
        return counts.registrations();
    }

    /** {@return how many connections were refused before they became peers, whatever the cause} */
    public long refusals() {
        return counts.refusals().values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * {@return how many connections were refused for {@code cause}}
     *
     * @param cause the cause
     */
    public long refusals(RefusalCause cause) {
        Objects.requireNonNull(cause, "cause");
        return counts.refusals().getOrDefault(cause, 0L);
    }

    /**
     * {@return how many connections were refused, by cause; causes that have not occurred are left out; unmodifiable}
     */
    public Map<RefusalCause, Long> refusalsByCause() {
        return counts.refusals();
    }

    // What was said.

    /** {@return how many messages were broadcast; the next one gets this number as its sequence} */
    public long messages() {
        return log.messages();
    }

    /** {@return the payload of what was broadcast, in bytes} */
    public long bytes() {
        return log.bytes();
    }

    /** {@return how many messages of peers the policy ignored} */
    public long ignored() {
        return counts.ignored();
    }

    /** {@return how many messages are in the log now} */
    public int retainedMessages() {
        return log.retainedMessages();
    }

    /** {@return what the messages in the log are charged, in bytes, as {@link Retention} counts} */
    public long retainedBytes() {
        return log.retainedBytes();
    }

    /** {@return how many messages that were addressed to some peers have not been taken by all of them} */
    public int addressedMessages() {
        return log.addressedMessages();
    }

    /** {@return what these messages are charged, in bytes, as {@link Retention} counts} */
    public long addressedBytes() {
        return log.addressedBytes();
    }

    // What was heard.

    /** {@return how many messages transports have taken, counted once a peer} */
    public long deliveries() {
        return shards.deliveries();
    }

    /** {@return in how many calls of {@link Transport#write} they took them} */
    public long batches() {
        return shards.batches();
    }

    /** {@return the coalescing factor: how many deliveries a batch there were on the average; 0 before the first} */
    public double coalescing() {
        return shards.batches() == 0 ? 0 : (double) shards.deliveries() / shards.batches();
    }

    // Who cannot follow.

    /** {@return how many messages the peers of now have still to take, in all} */
    public long totalLag() {
        return totalLag;
    }

    /** {@return how many messages the peer has still to take that is furthest behind; 0 if there are no peers} */
    public long maxLag() {
        return maxLag;
    }

    /** {@return how often a peer fell off the log's tail} */
    public long overflows() {
        return counts.overflows();
    }

    /** {@return how many messages peers have lost by falling off the log's tail} */
    public long missed() {
        return counts.missed();
    }

    /** {@return how many peers were disconnected because they were not writable for too long} */
    public long stalls() {
        return shards.stalls();
    }

    /** {@return how many peers were disconnected because their transport threw} */
    public long failures() {
        return counts.failures();
    }

    /** {@return how often a publisher had to wait for room, or was refused: the hub was saturated} */
    public long waits() {
        return log.waits();
    }

    /**
     * {@return for how long the hub was saturated, in all: the time in which one publisher at least, the host or a
     * peer, waited for room} A {@link BroadcastHub#tryBroadcast} that was refused did not wait, and is only among the
     * {@link #waits()}.
     */
    public Duration saturation() {
        return counts.saturation();
    }

    @Override
    public String toString() {
        return "peers " + peers + ", registrations " + registrations() + ", refusals " + refusalsByCause()
                + ", messages " + messages() + ", bytes " + bytes() + ", ignored " + ignored()
                + ", retained " + retainedMessages() + " in " + retainedBytes() + " bytes"
                + ", addressed " + addressedMessages() + " in " + addressedBytes() + " bytes"
                + ", deliveries " + deliveries() + " in " + batches() + " batches"
                + ", lag " + totalLag + " (at most " + maxLag + ")"
                + ", overflows " + overflows() + ", missed " + missed() + ", stalls " + stalls()
                + ", failures " + failures() + ", waits " + waits() + ", saturated for " + saturation();
    }
}
