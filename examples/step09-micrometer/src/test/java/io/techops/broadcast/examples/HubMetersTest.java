package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.spi.AdapterHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HubMetersTest {

    private final BroadcastHub hub = BroadcastHub.create();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        hub.close();
        registry.close();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    @Test
    void metersFollowTheFigures() {
        new HubMeters(hub).bindTo(registry);
        assertThat(counter("broadcast.messages")).isZero();
        hub.broadcast("hello");
        hub.broadcast("hi");
        AdapterHub.of(hub).refused(RefusalCause.ORIGIN);
        assertThat(counter("broadcast.messages")).isEqualTo(2);
        assertThat(counter("broadcast.refusals", "of", "hub", "cause", "origin")).isEqualTo(1);
        assertThat(counter("broadcast.refusals", "of", "hub", "cause", "peers")).isZero();
        assertThat(registry.get("broadcast.retained.bytes").gauge().value()).isEqualTo(hub.stats().retainedBytes());
        assertThat(registry.get("broadcast.peers").gauge().value()).isZero();
        assertThat(counter("broadcast.saturation.seconds")).isZero();
    }
}
