package io.techops.broadcast.endpoint;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.stream.RefusalHeaders;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A servlet filter that refuses handshakes with an HTTP status before they are upgraded, in Tomcat, Jetty and Undertow.
 * Without it, a refused client gets the 101 and then a close frame, because Jakarta WebSocket has no other way. Use it
 * with the settings of the endpoint at the same path:
 *
 * <pre>{@code
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub, settings));
 * HandshakeFilter.of("/live", hub, settings).addTo(servletContext);
 * }</pre>
 *
 * <p>The answer is the same as that of {@code BroadcastServer}: status, sentence, headers and challenge of the policy's
 * decision; 503 if there is no decision, or the hub is closed; 403 for an origin that is not listed; 400 for an invalid
 * query; 404 for a name that no topic may have. Refusals are counted in {@code HubStats.refusals}. The policy is asked
 * once, by the filter, and is told the address of the client, even in Tomcat and Undertow; the peer then has this
 * address, too.
 *
 * <p>The filter has to run before the container's own filter that upgrades. {@link #addTo} ensures that in Tomcat and
 * Undertow, and in Jetty if it is called when the WebSocket container exists, as in the callback of {@code
 * JakartaWebSocketServletContainerInitializer.configure}. If the container upgrades first, or if only the container
 * takes a path for that of the endpoint (such as {@code /live;v=1}), the endpoint asks the policy as if there were no
 * filter: no handshake is accepted without the policy.
 *
 * <p>The policy is called on a thread of the container, which also waits for a decision that is made later, unless the
 * filter is {@link #upgrading}.
 *
 * <p>Other requests are passed on. This is the only class of the library that needs Jakarta Servlet, 5.0 or newer,
 * which the container provides. Immutable, and safe for use by any number of threads.
 */
@SuppressWarnings("exports") // code that uses the filter has the servlet API
public final class HandshakeFilter implements Filter {

    private static final String TEXT = "text/plain;charset=utf-8";

    private final PathTemplate template;
    private final SessionHubs hubs;
    private final EndpointSettings settings;
    private final @Nullable ServerEndpointConfig upgraded;

    private HandshakeFilter(HandshakeFilter other, @Nullable ServerEndpointConfig upgraded) {
        this.template = other.template;
        this.hubs = other.hubs;
        this.settings = other.settings;
        this.upgraded = upgraded;
    }

    private HandshakeFilter(String path, SessionHubs hubs, EndpointSettings settings) {
        ConfiguredEndpoint.checkPath(path);
        if (path.replace(PathTemplate.VARIABLE, "").indexOf('{') >= 0) {
            throw new IllegalArgumentException(
                    "path must have no variable but " + PathTemplate.VARIABLE + ": " + path);
        }
        this.template = new PathTemplate(path);
        this.hubs = hubs;
        this.settings = Objects.requireNonNull(settings, "settings");
        this.upgraded = null;
    }

    /**
     * {@return a filter for the endpoint of a hub}
     *
     * @param path the path of the endpoint, relative to the context path of the application, such as {@code /live}
     * @param hub the hub of the endpoint
     * @param settings those of the endpoint
     * @throws IllegalArgumentException if the path does not begin with a slash, or has a variable
     */
    public static HandshakeFilter of(String path, BroadcastHub hub, EndpointSettings settings) {
        if (path.contains(PathTemplate.VARIABLE)) {
            throw new IllegalArgumentException("path must have no variable: " + path);
        }
        return new HandshakeFilter(path, SessionHubs.of(Objects.requireNonNull(hub, "hub")), settings);
    }

    /**
     * {@return a filter for the endpoint of topics}
     *
     * @param path the path of the endpoint, relative to the context path of the application, with the variable
     *     <code>&#123;topic&#125;</code> and no other one
     * @param topics the topics of the endpoint
     * @param settings those of the endpoint
     * @throws IllegalArgumentException if the path does not begin with a slash, has another variable, or not this one
     */
    public static HandshakeFilter of(String path, Topics topics, EndpointSettings settings) {
        return new HandshakeFilter(path, new SessionTopics(path, topics), settings);
    }

    /**
     * {@return this filter, but without a thread that waits for decisions that are made {@linkplain Decision#later
     * later}} Such a request is processed asynchronously, dispatched again, and upgraded by the filter. Therefore the
     * filter must also be registered for {@code ASYNC} dispatches, as {@link #addTo} does, and the filters around it
     * must support asynchronous processing; otherwise a thread waits.
     *
     * @param endpoint the configuration of the endpoint at this path: that of {@link BroadcastEndpoint#config}, or for
     *     an annotated class one with its {@link EndpointConfigurator}
     */
    public HandshakeFilter upgrading(ServerEndpointConfig endpoint) {
        return new HandshakeFilter(this, Objects.requireNonNull(endpoint, "endpoint"));
    }

    /**
     * Registers the filter for all paths, before the filters that are registered already.
     *
     * @param context the context of the application, which must not have started yet
     * @throws IllegalStateException if there is a filter for this path already, or the application has started
     */
    public void addTo(ServletContext context) {
        String name = HandshakeFilter.class.getName() + " " + template;
        FilterRegistration.Dynamic registration = context.addFilter(name, this);
        if (registration == null) {
            throw new IllegalStateException("there is a filter of this name already: " + name);
        }
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC), false, "/*");
    }

    /** Answers refused handshakes, and passes on everything else. */
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        PathTemplate.@Nullable Result at = request instanceof HttpServletRequest asked && isHandshake(asked)
                ? template.match(path(asked)) : null;
        if (at == null || at.relation() != PathTemplate.Relation.MATCH
                || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
            return;
        }
        HttpServletRequest handshake = (HttpServletRequest) request;
        LaterDecision waited = LaterDecision.of(handshake);
        boolean mayWait = upgraded != null && request.isAsyncSupported();
        DecidedHandshake decided = waited != null ? waited.handshake()
                : decide(handshake(handshake, at.topic()), mayWait);
        if (decided.decision() instanceof Decision.Pending pending) {
            LaterDecision.await(handshake, answer, decided, pending, waited != null ? waited.until()
                    : System.nanoTime() + settings.handshakeTimeout().toNanos());
        } else if (decided.decision() instanceof Decision.Refuse refuse) {
            hubs.refused(Objects.requireNonNull(decided.cause()));
            refuse(answer, refuse);
        } else if (waited != null) {
            upgrade(handshake, answer, decided);
        } else {
            decided.<IOException, ServletException>during(() -> chain.doFilter(request, response));
        }
    }

    /** Upgrades a request that was dispatched again: the container's own filters do not handle such requests. */
    private void upgrade(HttpServletRequest request, HttpServletResponse response, DecidedHandshake decided)
            throws IOException, ServletException {
        ServerContainer container =
                (ServerContainer) request.getServletContext().getAttribute(ServerContainer.class.getName());
        String topic = decided.asked().topic();
        Map<String, String> parameters = topic == null ? Map.of() : Map.of(SessionTopics.PARAMETER, topic);
        try {
            decided.<IOException, DeploymentException>during(() -> container.upgradeHttpToWebSocket(request, response,
                    Objects.requireNonNull(upgraded), parameters));
        } catch (DeploymentException e) {
            throw new ServletException("the endpoint cannot be upgraded to", e);
        }
    }

    private static boolean isHandshake(HttpServletRequest request) {
        return request.getMethod().equals("GET") && Collections.list(request.getHeaders("Upgrade")).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("websocket"));
    }

    /** {@return the path relative to the context path, as it was sent} */
    private static String path(HttpServletRequest request) {
        String uri = request.getRequestURI();
        return uri.startsWith(request.getContextPath()) ? uri.substring(request.getContextPath().length()) : uri;
    }

    private static ContainerHandshake handshake(HttpServletRequest request, @Nullable String topic) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : Collections.list(request.getHeaderNames())) {
            headers.put(name, List.copyOf(Collections.list(request.getHeaders(name))));
        }
        return ContainerHandshake.of(request.getRequestURI(), request.getQueryString(), headers,
                ContainerExtensions.address(request.getRemoteAddr(), request.getRemotePort()),
                request.getUserPrincipal(), topic);
    }

    private DecidedHandshake decide(ContainerHandshake asked, boolean mayWait) {
        List<String> origins = asked.headers().getOrDefault("Origin", List.of());
        if (asked.topic() != null && !hubs.isAllowed(asked.topic())) {
            return refused(asked, Decision.refuse(404, "There can be no topic of this name."), RefusalCause.NOT_FOUND);
        }
        if (origins.size() > 1 || !settings.allows(origins.isEmpty() ? null : origins.get(0))) {
            return refused(asked, Decision.refuse(403, "Pages of this origin may not connect: "
                    + "the setting is allowOrigin."), RefusalCause.ORIGIN);
        }
        if (hubs.isClosed()) {
            return refused(asked, Decision.refuse(503, "The server is going away.").header("Retry-After", "1"),
                    RefusalCause.CLOSED);
        }
        return mayWait ? DecidedHandshake.begin(settings, asked) : DecidedHandshake.decide(settings, asked);
    }

    private DecidedHandshake refused(ContainerHandshake asked, Decision.Refuse refuse, RefusalCause cause) {
        return new DecidedHandshake(settings, asked, refuse, cause);
    }

    private static void refuse(HttpServletResponse answer, Decision.Refuse refuse) throws IOException {
        byte[] body = (refuse.reason() + "\n").getBytes(StandardCharsets.UTF_8);
        answer.setStatus(refuse.status());
        RefusalHeaders.of(refuse).forEach((name, values) -> values.forEach(value -> answer.addHeader(name, value)));
        answer.setHeader("X-Content-Type-Options", "nosniff");
        answer.setContentType(TEXT);
        answer.setContentLength(body.length);
        answer.getOutputStream().write(body);
    }
}
