package io.techops.broadcast.examples;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The figures of a hub as meters of Micrometer. They are read when the registry is read, and cost nothing in between.
 * Copy this class and adapt it. With Spring Boot, use the starter, which has more meters, with the same names and tags,
 * also for topics.
 */
final class HubMeters implements MeterBinder {

    private final BroadcastHub hub;

    HubMeters(BroadcastHub hub) {
        this.hub = hub;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "broadcast.peers", HubStats::peers);
        gauge(registry, "broadcast.lag.max", HubStats::maxLag);
        gauge(registry, "broadcast.retained.bytes", HubStats::retainedBytes);
        counter(registry, "broadcast.messages", HubStats::messages);
        counter(registry, "broadcast.deliveries", HubStats::deliveries);
        counter(registry, "broadcast.batches", HubStats::batches);
        counter(registry, "broadcast.overflows", HubStats::overflows);
        counter(registry, "broadcast.stalls", HubStats::stalls);
        counter(registry, "broadcast.saturation.seconds", stats -> stats.saturation().toNanos() / 1e9);
        for (RefusalCause cause : RefusalCause.values()) {
            counter(registry, "broadcast.refusals", stats -> stats.refusals(cause),
                    "cause", cause.name().toLowerCase(Locale.ROOT));
        }
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<HubStats> figure) {
        Gauge.builder(name, hub, of -> figure.applyAsDouble(of.stats())).tag("of", "hub").register(registry);
    }

    private void counter(MeterRegistry registry, String name, ToDoubleFunction<HubStats> figure, String... tags) {
        FunctionCounter.builder(name, hub, of -> figure.applyAsDouble(of.stats())).tag("of", "hub").tags(tags)
                .register(registry);
    }
}
