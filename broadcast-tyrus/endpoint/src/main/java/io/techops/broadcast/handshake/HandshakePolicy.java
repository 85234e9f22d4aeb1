package io.techops.broadcast.handshake;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Decides which clients become peers, after a handshake has passed all other checks and before it is answered. This
 * describes a policy in {@code BroadcastServer}; {@code EndpointSettings.handshakePolicy} says what differs in other
 * containers.
 *
 * <pre>{@code
 * HandshakePolicy members = request -> {
 *     String user = tokens.userOf(request.bearerToken());
 *     if (user == null) {
 *         return Decision.refuse(401, "a valid token is needed");
 *     }
 *     Decision.Accept accept = Decision.accept().attribute(USER, user);
 *     return request.subprotocols().contains("bearer") ? accept.subprotocol("bearer") : accept;
 * };
 * }</pre>
 *
 * <p>Called by many threads at the same time, which run nothing but policies: a call that blocks delays only its own
 * handshake. At most {@value #MAX_CONCURRENT} calls run at the same time; a handshake beyond that is refused with 503.
 * A policy that asks another service needs no thread while it waits if it returns {@link Decision#later}, or was made
 * by {@link #async}; any number of handshakes may then wait.
 *
 * <p>The decision must be made within the handshake's timeout; otherwise the handshake is refused with 503, and the
 * thread of the policy is interrupted, or its stage cancelled. The same happens, without an answer, if the client
 * disconnects meanwhile. If a policy throws, returns null or selects a subprotocol that is not allowed, a warning is
 * logged, at most once in ten seconds, and the handshake is refused with 503. An exception is logged with its message
 * and those of its causes. Where these repeat the query or a value of it, the bearer token, the {@code Authorization}
 * header or a cookie of the request, the log contains {@code ***}. Information derived from these, such as the claims
 * of a token, must not be put into the message of an exception.
 */
@FunctionalInterface
public interface HandshakePolicy {

    /** The most calls of a policy that run at the same time. */
    int MAX_CONCURRENT = 256;

    /**
     * Decides about one handshake.
     *
     * @param request the request of the client
     * @return the decision
     * @throws Exception if there is no decision: the handshake is refused with 503
     */
    Decision decide(HandshakeRequest request) throws Exception;

    /**
     * {@return a policy that asks {@code next} about what this policy accepts} The peer has the attributes of both
     * decisions; where they have the same key, that of {@code next}. The subprotocol and the replay are those of {@code
     * next} if it sets them, and otherwise those of this policy. The answer has the headers of both. {@code next} is
     * called on a thread that may block, even if this policy decides later.
     *
     * @param next the policy to ask then
     */
    default HandshakePolicy andThen(HandshakePolicy next) {
        Objects.requireNonNull(next, "next");
        return request -> Objects.requireNonNull(decide(request), Decision.RETURNED_NULL)
                .andThen(() -> next.decide(request));
    }

    /**
     * {@return a policy that decides later} It is called like any other policy, and must return without waiting; no
     * thread is needed from then on. {@link Decision#later} says what happens if its stage fails or is late.
     *
     * <pre>{@code
     * HandshakePolicy members = HandshakePolicy.async(request -> http.sendAsync(question(request), ofString())
     *         .thenApply(answer -> answer.statusCode() == 200 ? Decision.accept() : Decision.refuse(403, "no")));
     * }</pre>
     *
     * @param decide starts the decision; its stage may be completed by any thread
     */
    static HandshakePolicy async(
            Function<? super HandshakeRequest, ? extends CompletionStage<? extends Decision>> decide) {
        Objects.requireNonNull(decide, "decide");
        return request -> Decision.later(Objects.requireNonNull(decide.apply(request), Decision.RETURNED_NULL));
    }

    /** {@return the policy that accepts everyone} */
    static HandshakePolicy everyone() {
        return request -> Decision.accept();
    }
}
