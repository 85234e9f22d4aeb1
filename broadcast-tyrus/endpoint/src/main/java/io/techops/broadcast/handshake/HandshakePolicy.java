package io.techops.broadcast.handshake;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Decides who becomes a peer, after the handshake was found in order and before it is answered. {@code BroadcastServer}
 * asks it as described here; what is different in other containers is said in {@code EndpointSettings.handshakePolicy}.
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
 * <p>Called by many threads at the same time, by threads of its own: one that blocks makes only its own handshake wait.
 * No more than {@value #MAX_CONCURRENT} may run at the same time; a handshake beyond that is refused with 503. A policy
 * that asks another service keeps no thread if it answers with {@link Decision#later}, or was made by {@link #async};
 * then any number of handshakes may wait.
 *
 * <p>The decision has to come within the handshake's timeout; otherwise the handshake is refused with 503, and the
 * policy interrupted, or its stage cancelled. So it is, without an answer, if the client leaves meanwhile. A policy
 * that throws, returns null or selects a subprotocol that it may not is logged, at most once in ten seconds, and the
 * handshake refused with 503. What it throws is logged with its message and those of its causes. Where they repeat the
 * query or a value of it, the bearer token, the {@code Authorization} or a cookie of the request, the log has {@code
 * ***}; what a policy has made of these, such as the claims of a token, it must not put into a message.
 */
@FunctionalInterface
public interface HandshakePolicy {

    /** How many threads may run a policy at the same time. */
    int MAX_CONCURRENT = 256;

    /**
     * Decides about one handshake.
     *
     * @param request what the client asks for
     * @return whether it gets it
     * @throws Exception if there is no decision: the handshake is refused with 503
     */
    Decision decide(HandshakeRequest request) throws Exception;

    /**
     * {@return a policy that asks {@code next} about what this one accepts} The peer has the attributes of both, those
     * of {@code next} where they have the same key; its subprotocol, and what it gets of the past, are those of {@code
     * next} if it says so; the answer has the headers of both. {@code next} is asked on a thread that may wait, also if
     * this policy decides later.
     *
     * @param next the policy to ask then
     */
    default HandshakePolicy andThen(HandshakePolicy next) {
        Objects.requireNonNull(next, "next");
        return request -> Objects.requireNonNull(decide(request), Decision.RETURNED_NULL)
                .andThen(() -> next.decide(request));
    }

    /**
     * {@return a policy that decides later} It is asked like any other one, and has to return without waiting; from
     * then on no thread is kept. See {@link Decision#later} for what a stage that fails or is late comes to.
     *
     * <pre>{@code
     * HandshakePolicy members = HandshakePolicy.async(request -> http.sendAsync(question(request), ofString())
     *         .thenApply(answer -> answer.statusCode() == 200 ? Decision.accept() : Decision.refuse(403, "no")));
     * }</pre>
     *
     * @param decide begins to find out; its stage may be completed by any thread
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
