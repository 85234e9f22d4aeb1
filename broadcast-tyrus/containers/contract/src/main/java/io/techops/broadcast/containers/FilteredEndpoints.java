package io.techops.broadcast.containers;

import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.endpoint.HandshakeFilter;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import jakarta.servlet.ServletContext;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Endpoints whose handshakes meet a filter first. */
public final class FilteredEndpoints {

    /** How often the policy was asked. */
    static final AtomicInteger ASKED = new AtomicInteger();

    private static final HandshakePolicy PAYING = request -> {
        ASKED.incrementAndGet();
        return "poor".equals(request.bearerToken()) ? Decision.refuse(402, "first pay \u20ac 3")
                .header("X-Price", "3").challenge("Basic realm=\"live\"") : Decision.accept();
    };

    private static final EndpointSettings SETTINGS = GuardedEndpoints.SETTINGS
            .handshakePolicy(PAYING.andThen(GuardedEndpoints.SETTINGS.handshakePolicy()));

    /** What {@link #PATIENT} waits for, by token. */
    static final Map<String, CompletableFuture<Decision>> LATER = new ConcurrentHashMap<>();

    private static final EndpointSettings PATIENT = EndpointSettings.standard().handshakeTimeout(Duration.ofMinutes(1))
            .handshakePolicy(HandshakePolicy.async(request -> LATER.computeIfAbsent(
                    request.bearerToken(), token -> new CompletableFuture<>())).andThen(request -> {
                        ASKED.incrementAndGet();
                        return Decision.accept().attribute(GuardedEndpoints.USER, request.bearerToken());
                    }));

    private static final EndpointSettings HURRIED = PATIENT.handshakeTimeout(Duration.ofMillis(100));

    private FilteredEndpoints() {
    }

    /** {@return the endpoints} */
    static Set<ServerEndpointConfig> configurations() {
        return Set.of(BroadcastEndpoint.config("/filtered", DeploymentStyle.hub(), SETTINGS),
                BroadcastEndpoint.config("/chambers/{topic}", DeploymentStyle.topics(), SETTINGS),
                BroadcastEndpoint.config("/pages", DeploymentStyle.hub(), GuardedEndpoints.ORIGINS));
    }

    /** Puts their filters before what upgrades. */
    public static void filter(ServletContext context) {
        HandshakeFilter.of("/filtered", DeploymentStyle.hub(), SETTINGS).addTo(context);
        HandshakeFilter.of("/chambers/{topic}", DeploymentStyle.topics(), SETTINGS).addTo(context);
        for (String path : List.of("/patient", "/hurried")) {
            EndpointSettings settings = path.equals("/patient") ? PATIENT : HURRIED;
            HandshakeFilter.of(path, DeploymentStyle.hub(), settings)
                    .upgrading(BroadcastEndpoint.config(path, DeploymentStyle.hub(), settings)).addTo(context);
        }
        HandshakeFilter.of("/patient/{topic}", DeploymentStyle.topics(), PATIENT)
                .upgrading(BroadcastEndpoint.config("/patient/{topic}", DeploymentStyle.topics(), PATIENT))
                .addTo(context);
        HandshakeFilter.of("/pages", DeploymentStyle.hub(), GuardedEndpoints.ORIGINS).addTo(context);
    }
}
