package io.techops.broadcast.examples;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.techops.broadcast.BackplaneStats;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import java.time.Duration;
import java.util.Locale;

/**
 * The figures of the service for Prometheus. They are read once for each scrape, so that those of one scrape are
 * consistent, and cost nothing in between.
 */
final class HubCollector implements MultiCollector {

    private static final double[] LAGS = {0, 1, 4, 16, 64, 256, 1024, 4096, Double.POSITIVE_INFINITY};

    private final Readiness readiness;

    HubCollector(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        gauge(all, "broadcast_ready", "Whether new peers should be sent here.", readiness.obstacle() == null ? 1 : 0);
        Figures figures = readiness.figures();
        if (figures != null) {
            HubStats stats = figures.stats().get();
            peers(all, stats);
            messages(all, stats);
            slowPeers(all, stats);
            all.metricSnapshot(lag(figures));
            backplane(all, stats.backplane());
        }
        return all.build();
    }

    private static void peers(MetricSnapshots.Builder all, HubStats stats) {
        gauge(all, "broadcast_peers", "Peers that are connected.", stats.peers());
        counter(all, "broadcast_registrations", "Peers that have ever connected.", stats.registrations());
        CounterSnapshot.Builder refusals = CounterSnapshot.builder().name("broadcast_refusals")
                .help("Connections that were refused before they became peers.");
        for (RefusalCause cause : RefusalCause.values()) {
            refusals.dataPoint(labelled("cause", cause.name().toLowerCase(Locale.ROOT), stats.refusals(cause)));
        }
        all.metricSnapshot(refusals.build());
        counter(all, "broadcast_replays", "Peers that began with messages of the past.", stats.replays());
        counter(all, "broadcast_resumes", "Peers that went on where they were.", stats.resumes());
        CounterSnapshot.Builder gaps = CounterSnapshot.builder().name("broadcast_gaps")
                .help("Gaps that peers were told of.");
        for (GapReason reason : GapReason.values()) {
            gaps.dataPoint(labelled("reason", reason.text(), stats.gaps(reason)));
        }
        all.metricSnapshot(gaps.build());
    }

    private static void messages(MetricSnapshots.Builder all, HubStats stats) {
        counter(all, "broadcast_messages", "Messages that were broadcast.", stats.messages());
        counter(all, "broadcast_message_bytes", "Their payload.", stats.bytes());
        counter(all, "broadcast_ignored", "Messages of peers that the policy ignored.", stats.ignored());
        counter(all, "broadcast_deliveries", "Messages that were delivered, once a peer.", stats.deliveries());
        counter(all, "broadcast_batches", "Writes in which they were delivered.", stats.batches());
        counter(all, "broadcast_encodings", "Encodings that were made for that.", stats.encodings());
        counter(all, "broadcast_conflated", "Messages of which a peer got a newer one of their key, once a peer.",
                stats.conflated());
        counter(all, "broadcast_expired", "Messages whose time to live was over, once a peer.", stats.expired());
        gauge(all, "broadcast_retained_keys", "Keys whose newest message is kept beside the log.",
                stats.retainedKeys());
        counter(all, "broadcast_evicted_keys", "Keys that were evicted to make room.", stats.evictedKeys());
        gauge(all, "broadcast_retained_messages", "Messages in the log.", stats.retainedMessages());
        gauge(all, "broadcast_retained_bytes", "The memory that they are charged.", stats.retainedBytes());
        counter(all, "broadcast_publisher_waits", "How often a publisher found no room in the log.", stats.waits());
        counter(all, "broadcast_saturation_seconds", "How long publishers waited for it.",
                stats.saturation().toNanos() / 1e9);
    }

    private static void slowPeers(MetricSnapshots.Builder all, HubStats stats) {
        counter(all, "broadcast_overflows", "Peers that fell off the log's tail.", stats.overflows());
        counter(all, "broadcast_missed", "Messages that peers lost by that.", stats.missed());
        counter(all, "broadcast_stalls", "Peers that were closed because they took no bytes.", stats.stalls());
        counter(all, "broadcast_failures", "Peers whose transport failed.", stats.failures());
    }

    /** {@return the distribution of the current peers' lag in messages: over peers, not over time} */
    private static HistogramSnapshot lag(Figures figures) {
        long[] peers = new long[LAGS.length];
        long sum = figures.peers().get().mapToLong(peer -> {
            long lag = peer.lag();
            int bucket = 0;
            while (lag > LAGS[bucket]) {
                bucket++;
            }
            peers[bucket]++;
            return lag;
        }).sum();
        return HistogramSnapshot.builder().name("broadcast_lag_messages").gaugeHistogram(true)
                .help("How many messages peers have still to take: connected peers by their lag.")
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(LAGS, peers)).sum(sum).build())
                .build();
    }

    private static void backplane(MetricSnapshots.Builder all, BackplaneStats stats) {
        gauge(all, "broadcast_backplane_away", "Whether the backplane is away.", stats.isAway() ? 1 : 0);
        counter(all, "broadcast_backplane_outages", "How often it was away.", stats.outages());
        counter(all, "broadcast_backplane_appends", "Messages of this node that it took.", stats.appends());
        counter(all, "broadcast_backplane_batches", "Appends in which it took them.", stats.batches());
        counter(all, "broadcast_backplane_unconfirmed", "Messages of which it is not known whether it has them.",
                stats.unconfirmed());
        counter(all, "broadcast_backplane_gaps", "How often it no longer kept what this node had to read.",
                stats.gaps());
        counter(all, "broadcast_backplane_epochs", "New epochs that began.", stats.epochs());
        counter(all, "broadcast_backplane_duplicates", "Messages that were read again, and dropped.",
                stats.duplicates());
        Duration age = stats.peersAge();
        if (age != null) {
            gauge(all, "broadcast_backplane_nodes", "Nodes that have the log open.", stats.nodes().orElse(0));
            gauge(all, "broadcast_backplane_peers", "Peers of all nodes, as they told last.", stats.peers().orElse(0));
            gauge(all, "broadcast_backplane_peers_age_seconds", "How long ago that was heard.", age.toNanos() / 1e9);
        }
        gauge(all, "broadcast_backplane_lag", "Messages in it that this node has not delivered.", stats.lag());
    }

    private static void gauge(MetricSnapshots.Builder all, String name, String help, double value) {
        all.metricSnapshot(GaugeSnapshot.builder().name(name).help(help)
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build()).build());
    }

    private static void counter(MetricSnapshots.Builder all, String name, String help, double value) {
        all.metricSnapshot(CounterSnapshot.builder().name(name).help(help)
                .dataPoint(CounterDataPointSnapshot.builder().value(value).build()).build());
    }

    private static CounterDataPointSnapshot labelled(String label, String value, double count) {
        return CounterDataPointSnapshot.builder().labels(Labels.of(label, value)).value(count).build();
    }
}
