package io.techops.broadcast.engine;

import io.techops.broadcast.BackplaneStats;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The figures of a hub at one moment, taken from its log, its shards and its counters. Immutable. */
final class HubFigures implements HubStats {

    /** The figures that the hub counts itself, beside those of its log and its shards. */
    record Counts(long registrations, long missed, long overflows, long failures, long ignored, Duration saturation,
            Map<RefusalCause, Long> refusals, long replays, long resumes, Map<GapReason, Long> gaps) {

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
                    failures + more.failures, ignored + more.ignored, saturation.plus(more.saturation), sums,
                    replays + more.replays, resumes + more.resumes, plus(gaps, more.gaps));
        }

        private static Map<GapReason, Long> plus(Map<GapReason, Long> some, Map<GapReason, Long> more) {
            Map<GapReason, Long> sums = new EnumMap<>(GapReason.class);
            sums.putAll(some);
            more.forEach((reason, count) -> sums.merge(reason, count, Long::sum));
            return sums;
        }
    }

    static final HubFigures NONE = ofRefusals(Map.of());

    private final int peers;
    private final long totalLag;
    private final long maxLag;
    private final Counts counts;
    private final MessageLog.Figures log;
    private final ShardCounters.Figures shards;
    private final BackplaneFigures backplane;

    private HubFigures(int peers, long totalLag, long maxLag, Counts counts, MessageLog.Figures log,
            ShardCounters.Figures shards, BackplaneFigures backplane) {
        this.peers = peers;
        this.totalLag = totalLag;
        this.maxLag = maxLag;
        this.counts = counts;
        this.log = log;
        this.shards = shards;
        this.backplane = backplane;
    }

    static HubFigures of(Collection<? extends Peer> peers, Counts counts, MessageLog.Figures log,
            ShardCounters.Figures shards, BackplaneFigures backplane) {
        long total = 0;
        long max = 0;
        for (Peer peer : peers) {
            long lag = peer.lag();
            total += lag;
            max = Math.max(max, lag);
        }
        return new HubFigures(peers.size(), total, max, counts, log, shards, backplane);
    }

    /** {@return the figures of a hub that has done nothing but refuse peers} */
    static HubFigures ofRefusals(Map<RefusalCause, Long> refusals) {
        return new HubFigures(0, 0, 0, new Counts(0, 0, 0, 0, 0, Duration.ZERO, refusals, 0, 0, Map.of()),
                MessageLog.Figures.NONE, ShardCounters.Figures.NONE, BackplaneFigures.NONE);
    }

    /** {@return the figures of two hubs together} */
    HubFigures plus(HubFigures more) {
        return new HubFigures(peers + more.peers, totalLag + more.totalLag, Math.max(maxLag, more.maxLag),
                counts.plus(more.counts), log.plus(more.log), shards.plus(more.shards),
                backplane.plus(more.backplane));
    }

    /** {@return the part of these figures that remains when the hub has ended: the counters} */
    HubFigures past() {
        return new HubFigures(0, 0, 0, counts, log.past(), shards, backplane.past());
    }

    @Override
    public int peers() {
        return peers;
    }

    @Override
    public long registrations() {
        return counts.registrations();
    }

    @Override
    public long refusals() {
        return counts.refusals().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public long refusals(RefusalCause cause) {
        Objects.requireNonNull(cause, "cause");
        return counts.refusals().getOrDefault(cause, 0L);
    }

    @Override
    public Map<RefusalCause, Long> refusalsByCause() {
        return counts.refusals();
    }

    @Override
    public long messages() {
        return log.messages();
    }

    @Override
    public @Nullable Position position() {
        return log.position();
    }

    @Override
    public long bytes() {
        return log.bytes();
    }

    @Override
    public long ignored() {
        return counts.ignored();
    }

    @Override
    public int retainedMessages() {
        return log.retainedMessages();
    }

    @Override
    public long retainedBytes() {
        return log.retainedBytes();
    }

    @Override
    public int addressedMessages() {
        return log.addressedMessages();
    }

    @Override
    public long addressedBytes() {
        return log.addressedBytes();
    }

    @Override
    public long deliveries() {
        return shards.deliveries();
    }

    @Override
    public long batches() {
        return shards.batches();
    }

    @Override
    public double coalescing() {
        return shards.batches() == 0 ? 0 : (double) shards.deliveries() / shards.batches();
    }

    @Override
    public int retainedKeys() {
        return log.keys();
    }

    @Override
    public long retainedKeyBytes() {
        return log.keyBytes();
    }

    @Override
    public long evictedKeys() {
        return log.evictedKeys();
    }

    @Override
    public long replays() {
        return counts.replays();
    }

    @Override
    public long resumes() {
        return counts.resumes();
    }

    @Override
    public long gaps() {
        return counts.gaps().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public long gaps(GapReason reason) {
        Objects.requireNonNull(reason, "reason");
        return counts.gaps().getOrDefault(reason, 0L);
    }

    @Override
    public long conflated() {
        return shards.conflated();
    }

    @Override
    public long expired() {
        return shards.expired();
    }

    @Override
    public long encodings() {
        return shards.encodings();
    }

    @Override
    public long totalLag() {
        return totalLag;
    }

    @Override
    public long maxLag() {
        return maxLag;
    }

    @Override
    public long overflows() {
        return counts.overflows();
    }

    @Override
    public long missed() {
        return counts.missed();
    }

    @Override
    public long stalls() {
        return shards.stalls();
    }

    @Override
    public long failures() {
        return counts.failures();
    }

    @Override
    public long waits() {
        return log.waits() + backplane.waits();
    }

    @Override
    public Duration saturation() {
        return counts.saturation();
    }

    @Override
    public BackplaneStats backplane() {
        return new NodeFigures(backplane, peers);
    }

    @Override
    public String toString() {
        return "peers " + peers + ", registrations " + registrations() + ", refusals " + refusalsByCause()
                + ", messages " + messages() + ", bytes " + bytes() + ", ignored " + ignored()
                + ", retained " + retainedMessages() + " in " + retainedBytes() + " bytes"
                + ", addressed " + addressedMessages() + " in " + addressedBytes() + " bytes"
                + ", deliveries " + deliveries() + " in " + batches() + " batches"
                + ", encodings " + encodings() + ", replays " + replays() + ", resumes " + resumes() + ", gaps "
                + counts.gaps() + ", conflated " + conflated() + ", expired " + expired() + ", keys " + retainedKeys()
                + " in " + retainedKeyBytes() + " bytes, evicted " + evictedKeys()
                + ", lag " + totalLag + " (at most " + maxLag + ")"
                + ", overflows " + overflows() + ", missed " + missed() + ", stalls " + stalls()
                + ", failures " + failures() + ", waits " + waits() + ", saturated for " + saturation()
                + (backplane.equals(BackplaneFigures.NONE) ? "" : ", backplane " + backplane());
    }
}
