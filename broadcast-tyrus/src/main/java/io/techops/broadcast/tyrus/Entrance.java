package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a handshake has to pass before the host application is asked, from the cheapest to the dearest: the
 * rules of the RFC, the path, the origin, the limits. Nothing here waits. Safe for use by any number of threads.
 */
final class Entrance {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_LATER = Duration.ofSeconds(10);

    private final Routes routes;
    private final Origins origins;
    private final Proxies proxies;
    private final Places places;

    Entrance(Routes routes, Origins origins, Proxies proxies, Places places) {
        this.routes = routes;
        this.origins = origins;
        this.proxies = proxies;
        this.places = places;
    }

    /** What becomes of a handshake here. */
    sealed interface Answer permits Refusal, Guest {
    }

    /**
     * Somebody who may come in, as far as we are concerned.
     *
     * @param place is taken, and has to be given back
     */
    record Guest(HandshakeRequest request, Routes.Found route, Places.Place place) implements Answer {
    }

    /**
     * {@return a guest, or why there is none}
     *
     * @param principal whom the client's certificate names, or null
     */
    Answer check(RequestHead head, InetSocketAddress peerAddress, @Nullable Principal principal) {
        Refusal broken = Handshake.check(head);
        if (broken != null) {
            return broken;
        }
        Routes.Answer route = routes.at(head.path());
        if (route instanceof Refusal refusal) {
            return refusal;
        }
        Routes.Found found = (Routes.Found) route;
        Authority host = head.host();
        List<String> origin = head.values("Origin");
        if (origin.size() > 1 || host == null || !origins.allows(origin.isEmpty() ? null : origin.get(0), host)) {
            return Refusal.of(RefusalCause.ORIGIN, 403,
                    "Pages of this origin may not connect: the setting is allowOrigin.");
        }
        if (routes.isClosed()) {
            return goingAway();
        }
        HandshakeRequest request = new RequestView(head.path(), head.query(), head.headers(),
                proxies.clientOf(peerAddress, head.headers()), peerAddress, principal, found.topic());
        Places.Place place = places.placeFor(request.remoteAddress().getAddress());
        Refusal full = place.take();
        return full != null ? full : new Guest(request, found, place);
    }

    /** {@return that the hub that was found did not take the peer} */
    static Refusal notTaken(RefusalCause cause) {
        return cause == RefusalCause.TOPICS
                ? Refusal.busy(cause, "There are as many topics as there may be.", RETRY_LATER)
                : Refusal.busy(cause, "The server takes no peers now.", RETRY_AFTER);
    }

    static Refusal goingAway() {
        return Refusal.busy(RefusalCause.CLOSED, "The server is going away.", RETRY_AFTER);
    }
}
