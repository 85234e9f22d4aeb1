package io.techops.broadcast.handshake;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.Replay;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a handshake: the answer of a {@link HandshakePolicy}. Immutable, and safe for use by any number of
 * threads.
 *
 * <pre>{@code
 * Decision.accept().attribute(USER, user).header("Set-Cookie", "visited=1; Secure; HttpOnly")
 * Decision.refuse(401, "a valid token is needed").challenge("Basic realm=\"live\"")
 * Decision.later(directory.find(token).thenApply(user -> Decision.accept().attribute(USER, user)))
 * }</pre>
 */
public abstract sealed class Decision {

    static final String RETURNED_NULL = "the handshake policy returned null";

    private Decision() {
    }

    /** {@return the decision to make a peer of the connection, without a subprotocol} */
    public static Accept accept() {
        return new Accept(new Attributes(), null, ResponseHeaders.NONE, null);
    }

    /**
     * {@return the decision to answer with an HTTP error} Unless the headers say otherwise, 401 is sent with
     * {@code WWW-Authenticate: Bearer}, 429 and 503 with {@code Retry-After: 10}.
     *
     * @param status from 400 to 599, but not 426
     * @param reason one line for people, sent as the body of the answer; at most 200 characters
     * @throws IllegalArgumentException if one of the two is not as it must be
     */
    public static Refuse refuse(int status, String reason) {
        return new Refuse(status, reason, ResponseHeaders.NONE);
    }

    /**
     * {@return the decision that {@code stage} will complete with} No thread waits for it. If it fails or completes
     * with null, the failure is logged and the handshake refused with 503; so it is if the handshake's timeout passes
     * first. Then, and if the client leaves, the stage's {@link CompletionStage#toCompletableFuture() future} is
     * cancelled, on a thread of the policies.
     *
     * @param stage may be completed by any thread, at any time
     */
    public static Pending later(CompletionStage<? extends Decision> stage) {
        return new Pending(Objects.requireNonNull(stage, "stage"), null);
    }

    /** {@return this decision if it refuses, and otherwise what it and the next decision make together} */
    abstract Decision andThen(Step next) throws Exception;

    /** {@return this decision, of the policy that was asked after one that had accepted} */
    abstract Decision after(Accept first);

    /** What is asked next. */
    interface Step {
        Decision decide() throws Exception;
    }

    private static Decision given(@Nullable Decision decision) {
        return Objects.requireNonNull(decision, RETURNED_NULL);
    }

    /** The decision to make a peer of the connection. */
    public static final class Accept extends Decision {

        private final Attributes attributes;
        private final @Nullable String subprotocol;
        private final ResponseHeaders headers;
        private final @Nullable Replay replay;

        private Accept(Attributes attributes, @Nullable String subprotocol, ResponseHeaders headers,
                @Nullable Replay replay) {
            this.attributes = attributes.copy();
            this.subprotocol = subprotocol;
            this.headers = headers;
            this.replay = replay;
        }

        /**
         * {@return this decision with one more attribute}
         *
         * @param key its key
         * @param value its value
         * @param <T> the type of the value
         */
        public <T> Accept attribute(AttributeKey<T> key, T value) {
            return new Accept(attributes.copy().set(key, value), subprotocol, headers, replay);
        }

        /**
         * {@return this decision with a subprotocol} Without one, or with one that only {@linkplain
         * HandshakeRequest#announcesToken announces a token}, the server selects {@code broadcast.v1} if the client
         * offers it and {@code resume} is on; with any other one the peer is not told positions.
         *
         * @param subprotocol one that the client offered, and not a token
         */
        public Accept subprotocol(String subprotocol) {
            return new Accept(attributes, Objects.requireNonNull(subprotocol, "subprotocol"), headers, replay);
        }

        /**
         * {@return this decision with what the peer gets of the past, in place of {@link HandshakeRequest#replay}} The
         * settings do not bound it: the policy may give one client less than others, or more.
         *
         * <pre>{@code
         * accept.replay(request.replay().within(Duration.ofMinutes(1)))    // go on, but not from long ago
         * accept.replay(Replay.last(100))                                  // at most the last 100, wherever it was
         * accept.replay(Replay.none())                                     // nothing of the past
         * }</pre>
         *
         * <p>A peer that speaks {@code broadcast.v1} and named a position learns what it misses in any case: if {@code
         * replay} has no position, it goes on after its own if that is no more than {@link Replay#messages} back, and
         * is told of a gap otherwise. For a peer that does not speak it, a position is not looked at.
         *
         * @param replay where the peer's stream begins
         */
        public Accept replay(Replay replay) {
            return new Accept(attributes, subprotocol, headers, Objects.requireNonNull(replay, "replay"));
        }

        /**
         * {@return this decision with one more header of the answer, the 101} A browser does not show it to its page,
         * but keeps a cookie.
         *
         * @param name the header's name; headers of one name are sent in their order; not one that the server writes
         *     itself: {@code Connection}, {@code Upgrade}, {@code Date}, {@code Sec-WebSocket-…}, and those of a body
         * @param value printable ASCII characters, spaces and tabs
         * @throws IllegalArgumentException if one of the two is not as it must be
         */
        public Accept header(String name, String value) {
            return new Accept(attributes, subprotocol, headers.with(name, value), replay);
        }

        /**
         * {@return what {@link io.techops.broadcast.Peer#attributes} holds beside what the adapter knows, or instead of
         * it where the keys are the same; a copy}
         */
        public Attributes attributes() {
            return attributes.copy();
        }

        /** {@return what both sides speak from then on; null for none} */
        public @Nullable String subprotocol() {
            return subprotocol;
        }

        /** {@return what the peer gets of the past; null for what it asks for, as far as the settings allow} */
        public @Nullable Replay replay() {
            return replay;
        }

        /** {@return the headers of the answer, each with its values; found whatever their case; unmodifiable} */
        public Map<String, List<String>> headers() {
            return headers.values();
        }

        @Override
        Decision andThen(Step next) throws Exception {
            return given(next.decide()).after(this);
        }

        @Override
        Decision after(Accept first) {
            return new Accept(first.attributes.copy().setAll(attributes),
                    subprotocol != null ? subprotocol : first.subprotocol, first.headers.and(headers),
                    replay != null ? replay : first.replay);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Accept that && attributes.toMap().equals(that.attributes.toMap())
                    && Objects.equals(subprotocol, that.subprotocol) && headers.equals(that.headers)
                    && Objects.equals(replay, that.replay);
        }

        @Override
        public int hashCode() {
            return Objects.hash(attributes.toMap(), subprotocol, headers, replay);
        }

        /** {@return what may be logged: no value of an attribute or a header, which may be a secret} */
        @Override
        public String toString() {
            return "accept " + attributes.toMap().keySet() + (subprotocol == null ? "" : " speaking " + subprotocol)
                    + headers + (replay == null ? "" : " replaying " + replay);
        }
    }

    /** The decision to answer with an HTTP error. */
    public static final class Refuse extends Decision {

        private static final int MAX_REASON = 200;
        private static final String CHALLENGE = "WWW-Authenticate";

        private final int status;
        private final String reason;
        private final ResponseHeaders headers;

        private Refuse(int status, String reason, ResponseHeaders headers) {
            if (status < 400 || status > 599 || status == 426) {
                throw new IllegalArgumentException("status must be from 400 to 599, and not 426: " + status);
            }
            if (reason.length() > MAX_REASON || reason.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "reason must be one line of at most " + MAX_REASON + " characters: " + reason);
            }
            this.status = status;
            this.reason = reason;
            this.headers = headers;
        }

        /**
         * {@return this decision with one more header of the answer}
         *
         * @param name the header's name; headers of one name are sent in their order; not one that the server writes
         *     itself: {@code Connection}, {@code Upgrade}, {@code Date}, {@code Sec-WebSocket-…}, and those of a body
         * @param value printable ASCII characters, spaces and tabs
         * @throws IllegalArgumentException if one of the two is not as it must be
         */
        public Refuse header(String name, String value) {
            return new Refuse(status, reason, headers.with(name, value));
        }

        /**
         * {@return this decision with one more {@code WWW-Authenticate} header (RFC 9110 section 11.6.1)} With one, 401
         * is sent without the challenge that it has otherwise.
         *
         * @param challenge a scheme, and perhaps its parameters, such as {@code Basic realm="live"}
         * @throws IllegalArgumentException if it does not begin with a scheme, or has another character than printable
         *     ASCII, spaces and tabs
         */
        public Refuse challenge(String challenge) {
            int space = challenge.indexOf(' ');
            if (!ResponseHeaders.isToken(space < 0 ? challenge : challenge.substring(0, space))) {
                throw new IllegalArgumentException("challenge must begin with a scheme such as Basic: " + challenge);
            }
            return header(CHALLENGE, challenge);
        }

        /** {@return the HTTP status} */
        public int status() {
            return status;
        }

        /** {@return one line for people} */
        public String reason() {
            return reason;
        }

        /** {@return the headers of the answer, each with its values; found whatever their case; unmodifiable} */
        public Map<String, List<String>> headers() {
            return headers.values();
        }

        @Override
        Decision andThen(Step next) {
            return this;
        }

        @Override
        Decision after(Accept first) {
            return this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Refuse that && status == that.status && reason.equals(that.reason)
                    && headers.equals(that.headers);
        }

        @Override
        public int hashCode() {
            return Objects.hash(status, reason, headers);
        }

        /** {@return what may be logged: no value of a header, which may be a secret} */
        @Override
        public String toString() {
            return "refuse " + status + ": " + reason + headers;
        }
    }

    /** A decision that is not known yet. */
    public static final class Pending extends Decision {

        private final CompletionStage<? extends Decision> stage;
        private final @Nullable Continuation continuation;

        private interface Continuation {
            Decision of(Decision completed) throws Exception;
        }

        private Pending(CompletionStage<? extends Decision> stage, @Nullable Continuation continuation) {
            this.stage = stage;
            this.continuation = continuation;
        }

        /** {@return what tells the decision, or what {@link #resume} makes the decision of} */
        public CompletionStage<? extends Decision> stage() {
            return stage;
        }

        /** {@return whether {@link #resume} asks another policy, so that it may block} */
        public boolean mayBlock() {
            return continuation != null;
        }

        /**
         * {@return the decision, which may be pending again} May block if {@link #mayBlock} says so.
         *
         * @param completed what the {@link #stage} has completed with
         * @throws Exception what the next policy throws
         */
        public Decision resume(Decision completed) throws Exception {
            Decision decision = given(completed);
            return continuation == null ? decision : continuation.of(decision);
        }

        @Override
        Decision andThen(Step next) {
            return new Pending(stage, completed -> resume(completed).andThen(next));
        }

        @Override
        Decision after(Accept first) {
            return new Pending(stage, completed -> resume(completed).after(first));
        }

        @Override
        public String toString() {
            return "decided later";
        }
    }
}
