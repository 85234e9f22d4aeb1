package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private final BroadcastHub.Builder builder = BroadcastHub.builder();

    private interface Setter extends BiFunction<BroadcastHub.Builder, Duration, BroadcastHub.Builder> {
    }

    private static Arguments setting(String name, Setter setter) {
        return Arguments.of(name, setter);
    }

    static Stream<Arguments> timeouts() {
        return Stream.of(
                setting("stallTimeout", BroadcastHub.Builder::stallTimeout),
                setting("closeTimeout", BroadcastHub.Builder::closeTimeout),
                setting("pongTimeout", BroadcastHub.Builder::pongTimeout));
    }

    static Stream<Arguments> times() {
        return Stream.of(
                setting("floodGrace", BroadcastHub.Builder::floodGrace),
                setting("heartbeat", BroadcastHub.Builder::heartbeat),
                setting("drainSpread", BroadcastHub.Builder::drainSpread),
                setting("backplaneTimeout", BroadcastHub.Builder::backplaneTimeout),
                setting("backplaneStartTimeout", BroadcastHub.Builder::backplaneStartTimeout));
    }

    static Stream<Arguments> durations() {
        return Stream.concat(timeouts(), times());
    }

    @ParameterizedTest
    @MethodSource("timeouts")
    void aTimeoutMustBeMoreThanZero(String name, Setter setter) {
        setter.apply(builder, Duration.ofNanos(1));
        for (Duration wrong : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
            assertThatThrownBy(() -> setter.apply(builder, wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(name + " must be more than zero: " + wrong);
        }
    }

    @ParameterizedTest
    @MethodSource("times")
    void aTimeMustNotBeNegative(String name, Setter setter) {
        setter.apply(builder, Duration.ZERO);
        assertThatThrownBy(() -> setter.apply(builder, Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + " must not be negative: PT-0.000000001S");
    }

    @ParameterizedTest
    @MethodSource("durations")
    void noTimeIsLongerThanAYear(String name, Setter setter) {
        setter.apply(builder, Duration.ofDays(365));
        assertThatThrownBy(() -> setter.apply(builder, Duration.ofDays(366)))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(name + " must be at most 365 days: PT8784H");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1025})
    void shardsMustBeInTheRange(int shards) {
        assertThatThrownBy(() -> builder.shards(shards)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shards must be from 1 to 1024: " + shards);
    }

    @Test
    void aSettingThatHasNoEffectWithoutAnotherOneIsAnErrorAlsoInATopic() {
        assertInVain(hub -> hub.pongTimeout(Duration.ofSeconds(1)).heartbeat(Duration.ZERO),
                "pongTimeout needs a heartbeat: PT1S");
        assertInVain(hub -> hub.backplaneLog("prices"), "backplaneLog needs a backplane: prices");
        assertInVain(hub -> hub.backplaneTimeout(Duration.ZERO), "backplaneTimeout needs a backplane: PT0S");
        assertInVain(hub -> hub.backplaneStartTimeout(Duration.ofSeconds(5)),
                "backplaneStartTimeout needs a backplane: PT5S");
    }

    private static void assertInVain(UnaryOperator<BroadcastHub.Builder> settings, String message) {
        assertThatThrownBy(settings.apply(BroadcastHub.builder())::build).isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        try (Topics topics = Topics.builder().recipe((topic, hub) -> settings.apply(hub)).build()) {
            assertThatThrownBy(() -> topics.hub("prices").broadcast("1")).isInstanceOf(IllegalStateException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void aNameIsNeeded() {
        assertThatThrownBy(() -> builder.name("")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("name must not be empty");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatThrownBy(() -> builder.retention(null)).hasMessage("retention");
        assertThatThrownBy(() -> builder.policy(null)).hasMessage("policy");
        assertThatThrownBy(() -> builder.delivery(null)).hasMessage("delivery");
        assertThatThrownBy(() -> builder.overflow(null)).hasMessage("overflow");
        assertThatThrownBy(() -> builder.listener(null)).hasMessage("listener");
        assertThatThrownBy(() -> builder.stallTimeout(null)).hasMessage("stallTimeout");
        assertThatThrownBy(() -> builder.heartbeat(null)).hasMessage("heartbeat");
        assertThatThrownBy(() -> builder.name(null)).hasMessage("name");
        assertThatThrownBy(() -> builder.executor(null)).hasMessage("executor");
        assertThatThrownBy(() -> builder.timer(null)).hasMessage("timer");
    }

    @Test
    void theDefaultsAreThoseOfTheDesign() {
        HubSettings settings = ((HubBuilder) builder).settings();
        assertThat(settings.retention).isEqualTo(Retention.standard()).isEqualTo(Retention.of(4096, 8 << 20));
        assertThat(settings.overflow).isSameAs(OverflowPolicy.disconnect());
        assertThat(settings.delivery).isSameAs(DeliveryPolicy.everyone());
        assertThat(settings.stallTimeout).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.closeTimeout).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.heartbeat).isEqualTo(Duration.ofSeconds(25));
        assertThat(settings.pongTimeout).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.drainSpread).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.floodGrace).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.shards).isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));
        assertThat(settings.backplaneTimeout).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.backplaneStartTimeout).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aHubPrintsItsName() {
        try (BroadcastHub hub = builder.name("chat").build()) {
            assertThat(hub).hasToString("hub chat");
        }
    }
}
