package io.techops.broadcast.spring;

import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.spring.BroadcastProperties.Past;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Makes the settings of the endpoints from the properties. */
final class EndpointProperties {

    static final String MAX_MESSAGE_BYTES = "broadcast.max-message-bytes";

    private EndpointProperties() {
    }

    /** {@return the size as a number of bytes} */
    static int maxMessageBytes(DataSize size) {
        if (size.toBytes() < 1 || size.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "maxMessageBytes must be from 1 to " + Integer.MAX_VALUE + ": " + size.toBytes());
        }
        return (int) size.toBytes();
    }

    /**
     * Looks whether the settings that a bean of the application has are what the properties and the policies say, which
     * decide nothing otherwise.
     *
     * @param policies whether there are handshake policies that are beans
     * @throws IllegalStateException if something has been said in vain
     */
    static void check(EndpointSettings used, BroadcastProperties properties, boolean policies) {
        EndpointSettings said = settings(properties, null);
        Past past = properties.replayLimits();
        inVain("A bean of type HandshakePolicy", policies && used.handshakePolicy() == null, "handshakePolicy");
        inVain("broadcast.allowed-origins", !properties.allowedOrigins().isEmpty()
                && !used.allowedOrigins().equals(said.allowedOrigins()), "allowOrigin");
        inVain("broadcast.subprotocols", !properties.subprotocols().isEmpty()
                && !used.subprotocols().equals(said.subprotocols()), "subprotocol");
        inVain("broadcast.handshake-timeout", properties.handshakeTimeout() != null
                && !used.handshakeTimeout().equals(said.handshakeTimeout()), "handshakeTimeout");
        inVain(MAX_MESSAGE_BYTES, properties.maxMessageBytes() != null
                && used.maxMessageBytes() != said.maxMessageBytes(), "maxMessageBytes");
        inVain("broadcast.replay-limits", !past.equals(new Past(null, null, null, null, null))
                && !used.replayLimits().equals(said.replayLimits()), "replayLimits");
    }

    private static void inVain(String what, boolean isSo, String setting) {
        if (isSo) {
            throw new IllegalStateException(what + " has no effect, because there is a bean of type EndpointSettings: "
                    + "set " + setting + " there");
        }
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
        Setting.set(MAX_MESSAGE_BYTES, properties.maxMessageBytes(),
                size -> settings.updateAndGet(of -> of.maxMessageBytes(maxMessageBytes(size))));
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
