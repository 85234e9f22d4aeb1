package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.handshake.HandshakeChecks;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.http.HttpRejection;
import jakarta.websocket.DeploymentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoints of the host application in a server. Safe for use by any number of threads. */
public final class Hosting {

    private static final Logger LOG = LoggerFactory.getLogger(Hosting.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);

    private final WriteReadiness watch;
    private final int maxMessageBytes;
    private final boolean secure;
    private final HostedContainer container;
    private final List<DeployedEndpoint> endpoints = new ArrayList<>();
    private final OpenSessions sessions;

    /**
     * Deploys endpoints.
     *
     * @param secure whether connections are encrypted
     * @throws IllegalStateException if one of them breaks a rule of Jakarta WebSocket
     */
    public Hosting(List<HostedEndpoint> given, WriteReadiness watch, int maxMessageBytes, boolean secure) {
        this.watch = watch;
        this.maxMessageBytes = maxMessageBytes;
        this.secure = secure;
        this.sessions = new OpenSessions(watch);
        container = new HostedContainer(maxMessageBytes);
        for (HostedEndpoint one : given) {
            try {
                endpoints.add(DeployedEndpoint.deploy(one, container));
            } catch (DeploymentException | RuntimeException e) {
                container.shutdown();
                throw new IllegalStateException("the endpoint " + one + " cannot be served: " + e.getMessage(), e);
            }
        }
        endpoints.sort(Comparator.comparing(one -> one.endpoint().path()));
    }

    /** {@return the endpoint at a path, given as it was sent; null if there is none} */
    public Router.@Nullable Hosted at(String path) {
        List<String> segments = PathTemplate.segments(path);
        if (segments != null) {
            for (DeployedEndpoint one : endpoints) {
                Map<String, String> variables = one.endpoint().path().match(segments);
                if (variables != null) {
                    return new HostedPath(one, variables);
                }
            }
        }
        return null;
    }

    /** The result of a handshake: a session to open, or a refusal. */
    public record Outcome(@Nullable HostedSession session, @Nullable HttpRejection refusal) {
    }

    /**
     * A client whose handshake passed all checks.
     *
     * @param attributes what is known about it
     * @param subprotocol the subprotocol that the handshake policy has selected, or null
     * @param headers the response headers that the policy has set
     */
    public record Client(Router.Hosted route, HandshakeRequest request, Attributes attributes,
            @Nullable String subprotocol, Map<String, List<String>> headers) {
    }

    /**
     * Asks an endpoint about a handshake. May wait for the application's code.
     *
     * @param threads run what may wait
     * @param whenGone called once the socket of a session is closed
     */
    public Outcome admit(Client client, SocketTransport pipe, Executor threads, Runnable whenGone) {
        try {
            EndpointHandshake.Answer answer = new EndpointHandshake((HostedPath) client.route(), client.request(),
                    client.attributes(), client.subprotocol(), client.headers(),
                    secure).answer();
            if (answer.accepted() == null) {
                return new Outcome(null, answer.refusal());
            }
            HostedSession session = new HostedSession(answer.accepted(), pipe, watch, threads,
                    maxMessageBytes, whenGone, sessions::remove);
            Outcome opens = new Outcome(session, null); // before the session is added: what follows needs no memory
            return sessions.add(session) ? opens : new Outcome(null, HandshakeChecks.goingAway());
        } catch (Throwable e) {
            FAILURES.warn("An endpoint's configurator failed: the handshake is refused with 500", e);
            return new Outcome(null, HttpRejection.of(RefusalCause.FAILED, 500, "The endpoint failed."));
        } finally {
            ThreadState.restore();
        }
    }

    /**
     * Tells every session that the server goes away, and aborts what is left after the limit.
     *
     * @return a future that completes when every session has ended and its endpoint was told, at the latest a moment
     *     after the limit
     */
    public CompletableFuture<Void> shutdown(Duration limit) {
        return sessions.shutdown(limit);
    }

    /** Ends the threads. */
    public void release() {
        container.shutdown();
    }
}
