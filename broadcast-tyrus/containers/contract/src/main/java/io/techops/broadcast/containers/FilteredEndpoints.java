package io.techops.broadcast.containers;

import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.endpoint.HandshakeFilter;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.PeerAttributes;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.websocket.server.ServerEndpointConfig;
import java.security.Principal;
import java.time.Duration;
import java.util.EnumSet;
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
    /** How often a handshake came to the filters behind. */
    static final AtomicInteger PASSED = new AtomicInteger();

    private static final HandshakePolicy PAYING = request -> {
        ASKED.incrementAndGet();
        return "poor".equals(request.bearerToken()) ? Decision.refuse(402, "first pay \u20ac 3")
                .header("X-Price", "3").challenge("Basic realm=\"live\"").challenge("Bearer")
                : Decision.accept();
    };

    private static final EndpointSettings SETTINGS = GuardedEndpoints.SETTINGS
            .handshakePolicy(PAYING.andThen(GuardedEndpoints.SETTINGS.handshakePolicy()));

    /** What {@link #PATIENT} waits for, by token. */
    static final Map<String, CompletableFuture<Decision>> LATER = new ConcurrentHashMap<>();

    private static final EndpointSettings PATIENT = EndpointSettings.standard().handshakeTimeout(Duration.ofMinutes(1))
            .handshakePolicy(HandshakePolicy.async(request -> LATER.computeIfAbsent(
                    request.bearerToken(), token -> new CompletableFuture<>())).andThen(request -> {
                        ASKED.incrementAndGet();
                        Decision.Accept accept = Decision.accept().attribute(GuardedEndpoints.USER,
                                request.bearerToken());
                        Principal found = request.principal();
                        return found == null ? accept : accept.attribute(PeerAttributes.PRINCIPAL, found);
                    }));

    /** The failure of the second filter for the same path. */
    static volatile String twice = "";

    private static final EndpointSettings HURRIED = PATIENT.handshakeTimeout(Duration.ofMillis(100));

    private FilteredEndpoints() {
    }

    /** {@return the endpoints} */
    static Set<ServerEndpointConfig> configurations() {
        return Set.of(BroadcastEndpoint.config("/filtered", ServedHub.hub(), SETTINGS),
                BroadcastEndpoint.config("/chambers/{topic}", ServedHub.topics(), SETTINGS),
                BroadcastEndpoint.config("/pages", ServedHub.hub(), GuardedEndpoints.ORIGINS),
                BroadcastEndpoint.config("/app/below", ServedHub.hub(), PATIENT));
    }

    /** Of a user, to an application at {@code /app} with a filter that supports no asynchronous processing. */
    private static final class Below extends HttpServletRequestWrapper {

        Below(ServletRequest request) {
            super((HttpServletRequest) request);
        }

        @Override
        public String getContextPath() {
            return "/app";
        }

        @Override
        public boolean isAsyncSupported() {
            return false;
        }

        @Override
        public Principal getUserPrincipal() {
            return () -> "anna";
        }
    }

    /** Puts their filters before what upgrades. */
    public static void filter(ServletContext context) {
        HandshakeFilter.of("/filtered", ServedHub.hub(), SETTINGS).addTo(context);
        HandshakeFilter.of("/chambers/{topic}", ServedHub.topics(), SETTINGS).addTo(context);
        for (String path : List.of("/patient", "/hurried")) {
            EndpointSettings settings = path.equals("/patient") ? PATIENT : HURRIED;
            HandshakeFilter.of(path, ServedHub.hub(), settings)
                    .upgrading(BroadcastEndpoint.config(path, ServedHub.hub(), settings)).addTo(context);
        }
        HandshakeFilter.of("/patient/{topic}", ServedHub.topics(), PATIENT)
                .upgrading(BroadcastEndpoint.config("/patient/{topic}", ServedHub.topics(), PATIENT))
                .addTo(context);
        HandshakeFilter pages = HandshakeFilter.of("/pages", ServedHub.hub(), GuardedEndpoints.ORIGINS);
        pages.addTo(context);
        try {
            pages.addTo(context);
        } catch (IllegalStateException refused) {
            twice = refused.getMessage();
        }
        HandshakeFilter below = HandshakeFilter.of("/below", ServedHub.hub(), PATIENT)
                .upgrading(BroadcastEndpoint.config("/below", ServedHub.hub(), PATIENT));
        Filter around = (request, response, chain) -> below.doFilter(new Below(request), response,
                (passed, answer) -> {
                    PASSED.incrementAndGet();
                    chain.doFilter(passed, answer);
                });
        context.addFilter("around", around)
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/app/*");
    }
}
