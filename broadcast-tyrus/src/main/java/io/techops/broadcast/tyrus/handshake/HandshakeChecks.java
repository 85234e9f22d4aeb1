package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.stream.HostAndPort;
import io.techops.broadcast.stream.Origins;
import io.techops.broadcast.stream.StreamQuery;
import io.techops.broadcast.stream.Subprotocols;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.RequestHead;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All checks of a handshake before the host application is asked, from the cheapest to the most expensive: the rules of
 * the RFC, the path, the origin, the query, the limits. Nothing here waits. Safe for use by any number of threads.
 */
public final class HandshakeChecks {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_LATER = Duration.ofSeconds(10);

    private final Router router;
    private final Origins origins;
    private final ForwardedHeaders forwarded;
    private final ConnectionLimits limits;
    private final ReplayLimits replayLimits;

    /**
     * @param replayLimits the bounds of a client's replay request, applied before a policy sees it
     */
    public HandshakeChecks(Router router, Origins origins, ForwardedHeaders forwarded, ConnectionLimits limits,
            ReplayLimits replayLimits) {
        this.router = router;
        this.origins = origins;
        this.forwarded = forwarded;
        this.limits = limits;
        this.replayLimits = replayLimits;
    }

    /** The result of the checks. */
    public sealed interface Answer permits Rejected, Passed {
    }

    /** A handshake that is refused. */
    public record Rejected(HttpRejection why) implements Answer {
    }

    /**
     * A handshake that may be accepted as far as the settings are concerned.
     *
     * @param permit is held, and has to be released
     * @param stream whether it asks for an event stream, and not for a WebSocket
     */
    public record Passed(HandshakeRequest request, Router.Destination route, ConnectionLimits.Permit permit,
            boolean stream) implements Answer {
    }

    /**
     * {@return a {@link Passed}, or a {@link Rejected} with the reason}
     *
     * @param principal the subject of the client's certificate, or null
     * @param stream whether it asks for an event stream, and not for a WebSocket
     */
    public Answer check(RequestHead head, InetSocketAddress connectionAddress, @Nullable Principal principal,
            boolean stream) {
        HttpRejection broken = stream ? EventStreamRequest.check(head) : Handshake.check(head);
        if (broken != null) {
            return new Rejected(broken);
        }
        Router.Answer route = router.at(head.path());
        if (route instanceof Router.Rejected rejected) {
            return new Rejected(rejected.why());
        }
        Router.Destination found = (Router.Destination) route;
        if (stream && !(found instanceof Router.Found)) {
            return new Rejected(
                    HttpRejection.of(RefusalCause.NOT_FOUND, 404, "There is no event stream at this path."));
        }
        HostAndPort host = head.host();
        List<String> origin = head.values("Origin");
        if (origin.size() > 1 || host == null || !origins.allows(origin.isEmpty() ? null : origin.get(0), host)) {
            return new Rejected(HttpRejection.of(RefusalCause.ORIGIN, 403,
                    "Pages of this origin may not connect: the setting is allowOrigin."));
        }
        if (found instanceof Router.Found && router.isClosed()) {
            return new Rejected(goingAway());
        }
        StreamQuery.Result asked = found instanceof Router.Found
                ? asked(head, stream) : StreamQuery.NOTHING; // the query of an endpoint belongs to the application
        if (asked instanceof StreamQuery.Bad bad) {
            return new Rejected(HttpRejection.bad(bad.sentence()));
        }
        HandshakeRequest request = new ReceivedHandshake(head.path(), head.query(), head.headers(),
                forwarded.clientOf(connectionAddress, head.headers()), connectionAddress, principal, found.topic(),
                replayLimits.allowed(((StreamQuery.Asked) asked).replay()));
        Passed passed = new Passed(request, found, limits.permitFor(request.remoteAddress().getAddress()), stream);
        HttpRejection full = passed.permit().acquire(); // last: nothing can fail between this and the release
        return full != null ? new Rejected(full) : passed;
    }

    private StreamQuery.Result asked(RequestHead head, boolean stream) {
        return stream
                ? StreamQuery.parse(head.query(), replayLimits.isResume(), head.first(StreamQuery.LAST_EVENT_ID_HEADER))
                : StreamQuery.parse(head.query(), Subprotocols.mayBeNumbered(
                        HttpSyntax.list(head.values(Handshake.SUBPROTOCOL)), replayLimits));
    }

    /** {@return the answer if the hub did not take the peer} */
    public static HttpRejection notTaken(RefusalCause cause) {
        return cause == RefusalCause.TOPICS
                ? HttpRejection.busy(cause, "There are as many topics as there may be.", RETRY_LATER)
                : HttpRejection.busy(cause, "The server takes no peers now.", RETRY_AFTER);
    }

    public static HttpRejection goingAway() {
        return HttpRejection.busy(RefusalCause.CLOSED, "The server is going away.", RETRY_AFTER);
    }
}
