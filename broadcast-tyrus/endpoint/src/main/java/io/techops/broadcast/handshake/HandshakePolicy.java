package io.techops.broadcast.handshake;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides who becomes a peer, after the handshake was found in order and before it is answered.
 *
 * <pre>{@code
 * HandshakePolicy members = request -> {
 *     String user = tokens.userOf(request.bearerToken());
 *     if (user == null) {
 *         return Decision.refuse(401, "a valid token is needed");
 *     }
 *     Decision.Accept accept = Decision.accept().with(USER, user);
 *     return request.subprotocols().contains("bearer") ? accept.speaking("bearer") : accept;
 * };
 * }</pre>
 *
 * <p>Called by many threads at the same time, by threads of its own: one that blocks makes only its own handshake wait,
 * until the handshake's timeout cuts the connection and interrupts the policy. No more than
 * {@value #MAX_CONCURRENT} are asked at the same time; a handshake beyond that is refused with 503. A policy that
 * throws, returns null or selects a subprotocol that it may not is logged, once a burst, and the handshake refused with
 * 503.
 */
@FunctionalInterface
public interface HandshakePolicy {

    /** How many handshakes may be asked about at the same time. */
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
     * of {@code next} where they have the same key; its subprotocol is that of {@code next} if it selects one.
     *
     * @param next the policy to ask then
     */
    default HandshakePolicy andThen(HandshakePolicy next) {
        Objects.requireNonNull(next, "next");
        return request -> {
            Decision first = decide(request);
            if (!(first instanceof Decision.Accept one)) {
                return first;
            }
            Decision second = next.decide(request);
            return second instanceof Decision.Accept two ? one.and(two) : second;
        };
    }

    /** {@return the policy that accepts everyone} */
    static HandshakePolicy everyone() {
        return request -> Decision.accept();
    }

    /** What becomes of a handshake. */
    sealed interface Decision {

        /** {@return the decision to make a peer of the connection, without a subprotocol} */
        static Accept accept() {
            return new Accept(new Attributes(), null);
        }

        /**
         * {@return the decision to answer with an HTTP error} 401 is sent with {@code WWW-Authenticate: Bearer}, 503
         * and 429 with {@code Retry-After}.
         *
         * @param status from 400 to 599, but not 426
         * @param reason one line for people, sent as the body of the answer; at most 200 characters
         * @throws IllegalArgumentException if one of the two is not as it must be
         */
        static Refuse refuse(int status, String reason) {
            return new Refuse(status, reason);
        }

        /**
         * Make a peer of the connection.
         *
         * @param attributes what {@link io.techops.broadcast.Peer#attributes} holds beside what the adapter knows, or
         *     instead of it where the keys are the same
         * @param subprotocol what both sides speak from then on, one that the client offered; null for none
         */
        record Accept(Attributes attributes, @Nullable String subprotocol) implements Decision {

            /**
             * Copies the attributes.
             *
             * @param attributes what the peer has
             * @param subprotocol what both sides speak, or null
             */
            public Accept {
                attributes = attributes.copy();
            }

            /** {@return what {@link io.techops.broadcast.Peer#attributes} is to hold; a copy} */
            @Override
            public Attributes attributes() {
                return attributes.copy();
            }

            /**
             * {@return this decision with one more attribute}
             *
             * @param key its key
             * @param value its value
             * @param <T> the type of the value
             */
            public <T> Accept with(AttributeKey<T> key, T value) {
                return new Accept(attributes.copy().set(key, value), subprotocol);
            }

            /**
             * {@return this decision with a subprotocol}
             *
             * @param selected one that the client offered, and not a token
             */
            public Accept speaking(String selected) {
                return new Accept(attributes, Objects.requireNonNull(selected, "selected"));
            }

            private Accept and(Accept next) {
                return new Accept(attributes.copy().setAll(next.attributes), next.subprotocol != null ? next.subprotocol : subprotocol);
            }
        }

        /**
         * Answer with an HTTP error.
         *
         * @param status the HTTP status
         * @param reason one line for people
         */
        record Refuse(int status, String reason) implements Decision {

            private static final int MAX_REASON = 200;

            /**
             * Checks both.
             *
             * @param status the HTTP status
             * @param reason one line for people
             * @throws IllegalArgumentException if the status is not from 400 to 599 or is 426, or the reason is more
             *     than one line of at most 200 characters
             */
            public Refuse {
                if (status < 400 || status > 599 || status == 426) {
                    throw new IllegalArgumentException("status must be from 400 to 599, and not 426: " + status);
                }
                if (reason.length() > MAX_REASON || reason.chars().anyMatch(Character::isISOControl)) {
                    throw new IllegalArgumentException(
                            "reason must be one line of at most " + MAX_REASON + " characters: " + reason);
                }
            }
        }
    }
}
