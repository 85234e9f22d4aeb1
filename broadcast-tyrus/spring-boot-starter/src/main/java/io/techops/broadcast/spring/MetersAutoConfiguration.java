package io.techops.broadcast.spring;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The figures of the hubs as meters, if Micrometer is on the class path. */
@AutoConfiguration(after = BroadcastAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(HubLifecycle.class)
public class MetersAutoConfiguration {

    MetersAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean(name = "broadcastMeters")
    MeterBinder broadcastMeters(ObjectProvider<BroadcastHub> hubs, ObjectProvider<Topics> topics) {
        return registry -> {
            hubs.stream().forEach(hub -> new HubMeters<>("hub", hub, BroadcastHub::stats).bindTo(registry));
            topics.stream().forEach(each -> new HubMeters<>("topics", each, all -> all.stats().total())
                    .bindTo(registry));
        };
    }
}
