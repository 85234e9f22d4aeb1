package io.techops.broadcast.spring;

import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.spring.BroadcastProperties.Past;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The settings of the endpoints, from the properties. */
final class EndpointProperties {

    private EndpointProperties() {
    }

    /**
     * {@return the settings}
     *
     * @param policy decides about handshakes; {@code null} for none
     */
    static EndpointSettings settings(BroadcastProperties properties, @Nullable HandshakePolicy policy) {
        AtomicReference<EndpointSettings> settings = new AtomicReference<>(EndpointSettings.standard()
                .replayLimits(lookback(properties.lookback())).handshakePolicy(policy));
        for (String origin : properties.allowedOrigins()) {
            Setting.set("broadcast.allowed-origins", origin,
                    each -> settings.updateAndGet(of -> of.allowOrigin(each)));
        }
        Setting.set("broadcast.handshake-timeout", properties.handshakeTimeout(),
                limit -> settings.updateAndGet(of -> of.handshakeTimeout(limit)));
        Setting.set("broadcast.max-message-bytes", properties.maxMessageBytes(),
                size -> settings.updateAndGet(of -> of.maxMessageBytes(Math.toIntExact(size.toBytes()))));
        return settings.get();
    }

    private static ReplayLimits lookback(Past past) {
        AtomicReference<ReplayLimits> lookback = new AtomicReference<>(ReplayLimits.standard());
        Setting.set("broadcast.lookback.resume", past.resume(),
                on -> lookback.updateAndGet(of -> of.resume(on)));
        Setting.set("broadcast.lookback.resume-messages", past.resumeMessages(),
                most -> lookback.updateAndGet(of -> of.resumeWithin(most)));
        Setting.set("broadcast.lookback.resume-age", past.resumeAge(),
                age -> lookback.updateAndGet(of -> of.resumeWithin(age)));
        Setting.set("broadcast.lookback.replay", past.replay(),
                most -> lookback.updateAndGet(of -> of.replay(most)));
        Setting.set("broadcast.lookback.replay-latest", past.replayLatest(),
                on -> lookback.updateAndGet(of -> of.replayLatest(on)));
        return lookback.get();
    }
}
