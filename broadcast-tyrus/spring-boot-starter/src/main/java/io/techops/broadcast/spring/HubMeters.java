package io.techops.broadcast.spring;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The figures of hubs as meters of Micrometer. They are read only when the registry is read.
 *
 * @param <T> the type of the object with the figures: a hub or topics. A meter refers to the object weakly, so the
 *     application must hold a reference to it
 */
final class HubMeters<T> implements MeterBinder {

    private final Tags of;
    private final T source;
    private final Function<T, HubStats> stats;

    /**
     * Makes the meters of one or many hubs.
     *
     * @param of the value of the tag {@code of}
     */
    HubMeters(String of, T source, Function<T, HubStats> stats) {
        this.of = Tags.of("of", of);
        this.source = source;
        this.stats = stats;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "broadcast.peers", HubStats::peers);
        gauge(registry, "broadcast.lag.max", HubStats::maxLag);
        gauge(registry, "broadcast.lag.total", HubStats::totalLag);
        gauge(registry, "broadcast.retained.messages", HubStats::retainedMessages);
        gauge(registry, "broadcast.retained.bytes", HubStats::retainedBytes);
        gauge(registry, "broadcast.backplane.away", hub -> hub.backplane().isAway() ? 1 : 0);
        gauge(registry, "broadcast.backplane.lag", hub -> hub.backplane().lag());
        gauge(registry, "broadcast.backplane.nodes", hub -> known(hub.backplane().nodes()));
        gauge(registry, "broadcast.backplane.peers", hub -> known(hub.backplane().peers()));
        counter(registry, "broadcast.registrations", of, HubStats::registrations);
        counter(registry, "broadcast.messages", of, HubStats::messages);
        counter(registry, "broadcast.deliveries", of, HubStats::deliveries);
        counter(registry, "broadcast.batches", of, HubStats::batches);
        counter(registry, "broadcast.overflows", of, HubStats::overflows);
        counter(registry, "broadcast.missed", of, HubStats::missed);
        counter(registry, "broadcast.stalls", of, HubStats::stalls);
        counter(registry, "broadcast.failures", of, HubStats::failures);
        counter(registry, "broadcast.resumes", of, HubStats::resumes);
        counter(registry, "broadcast.replays", of, HubStats::replays);
        counter(registry, "broadcast.saturation.seconds", of, hub -> hub.saturation().toNanos() / 1e9);
        counter(registry, "broadcast.backplane.outages", of, hub -> hub.backplane().outages());
        counter(registry, "broadcast.backplane.unconfirmed", of, hub -> hub.backplane().unconfirmed());
        for (RefusalCause cause : RefusalCause.values()) {
            counter(registry, "broadcast.refusals", of.and("cause", word(cause)), hub -> hub.refusals(cause));
        }
        for (GapReason reason : GapReason.values()) {
            counter(registry, "broadcast.gaps", of.and("reason", word(reason)), hub -> hub.gaps(reason));
        }
    }

    private static double known(OptionalInt figure) {
        return figure.isPresent() ? figure.getAsInt() : Double.NaN;
    }

    private static double known(OptionalLong figure) {
        return figure.isPresent() ? figure.getAsLong() : Double.NaN;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<HubStats> figure) {
        Gauge.builder(name, source, from -> figure.applyAsDouble(stats.apply(from))).tags(of).register(registry);
    }

    private void counter(MeterRegistry registry, String name, Tags tags, ToDoubleFunction<HubStats> figure) {
        FunctionCounter.builder(name, source, from -> figure.applyAsDouble(stats.apply(from))).tags(tags)
                .register(registry);
    }
}
