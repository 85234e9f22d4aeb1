package io.techops.broadcast.spring;

import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.spring.BroadcastProperties.Past;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes the settings of the endpoints from the properties. */
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
                .replayLimits(replayLimits(properties.replayLimits())).handshakePolicy(policy));
        for (String name : properties.subprotocols()) {
            Setting.set("broadcast.subprotocols", name, each -> settings.updateAndGet(of -> of.subprotocol(each)));
        }
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

    private static ReplayLimits replayLimits(Past past) {
        AtomicReference<ReplayLimits> limits = new AtomicReference<>(ReplayLimits.standard());
        Setting.set("broadcast.replay-limits.resume", past.resume(),
                on -> limits.updateAndGet(of -> of.resume(on)));
        Setting.set("broadcast.replay-limits.resume-messages", past.resumeMessages(),
                most -> limits.updateAndGet(of -> of.resumeMessages(most)));
        Setting.set("broadcast.replay-limits.resume-age", past.resumeAge(),
                age -> limits.updateAndGet(of -> of.resumeAge(age)));
        Setting.set("broadcast.replay-limits.replay", past.replay(),
                most -> limits.updateAndGet(of -> of.replay(most)));
        Setting.set("broadcast.replay-limits.replay-latest", past.replayLatest(),
                on -> limits.updateAndGet(of -> of.replayLatest(on)));
        return limits.get();
    }
}
