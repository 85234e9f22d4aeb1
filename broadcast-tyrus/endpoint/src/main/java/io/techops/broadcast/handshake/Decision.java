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
 * The decision of a {@link HandshakePolicy} about a handshake. Immutable, and safe for use by any number of threads.
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

    /** {@return the decision to accept the handshake, without a subprotocol} */
    public static Accept accept() {
        return new Accept(new Attributes(), null, ResponseHeaders.NONE, null);
    }

    /**
     * {@return the decision to refuse the handshake with an HTTP error} Unless headers are added that replace these,
     * 401 is sent with {@code WWW-Authenticate: Bearer}, and 429 and 503 with {@code Retry-After: 10}.
     *
     * @param status from 400 to 599, but not 426
     * @param reason a sentence for people, sent as the body of the answer: one line of at most 200 characters
     * @throws IllegalArgumentException if one of them is invalid
     */
    public static Refuse refuse(int status, String reason) {
        return new Refuse(status, reason, ResponseHeaders.NONE);
    }

    /**
     * {@return the decision with which {@code stage} will complete} No thread waits for it. If the stage fails or
     * completes with null, a warning is logged, and the handshake is refused with 503. If the handshake's timeout
     * passes first, the handshake is refused with 503, too. In that case, and if the client disconnects, the stage's
     * {@linkplain CompletionStage#toCompletableFuture() future} is cancelled, on a thread that runs policies.
     *
     * @param stage completes with the decision, on any thread, at any time
     */
    public static Pending later(CompletionStage<? extends Decision> stage) {
        return new Pending(Objects.requireNonNull(stage, "stage"), null);
    }

    /** {@return this decision if it is a refusal; otherwise the combination of this and the next decision} */
    abstract Decision andThen(Step next) throws Exception;

    /** {@return this decision, combined with an earlier acceptance of another policy} */
    abstract Decision after(Accept first);

    /** A call of the next policy. */
    interface Step {
        Decision decide() throws Exception;
    }

    private static Decision given(@Nullable Decision decision) {
        return Objects.requireNonNull(decision, RETURNED_NULL);
    }

    /** The decision to accept a handshake. */
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
         * {@return this decision with a subprotocol (RFC 6455 section 1.9)} Without one, or with one that only
         * {@linkplain HandshakeRequest#announcesToken announces a token}, the server selects {@code broadcast.v1} if
         * the client offers it and {@code resume} is on. With any other subprotocol the peer is not told positions.
         *
         * @param subprotocol a subprotocol that the client offers, and that is not a token
         */
        public Accept subprotocol(String subprotocol) {
            return new Accept(attributes, Objects.requireNonNull(subprotocol, "subprotocol"), headers, replay);
        }

        /**
         * {@return this decision with a replay in place of {@link HandshakeRequest#replay}} The settings do not bound
         * it: the policy may give one client less than others, or more.
         *
         * <pre>{@code
         * accept.replay(request.replay().within(Duration.ofMinutes(1)))    // resume, at most one minute back
         * accept.replay(Replay.last(100))                                  // the last 100, or resume within them
         * accept.replay(Replay.none())                                     // no earlier messages
         * }</pre>
         *
         * <p>A peer with {@code broadcast.v1} that named a position is always told what it misses: if {@code replay}
         * has no position, the peer resumes after its own if that is at most {@link Replay#messages} back, and is told
         * of a gap otherwise. For a peer without {@code broadcast.v1}, a position is ignored.
         *
         * @param replay where the peer's stream begins
         */
        public Accept replay(Replay replay) {
            return new Accept(attributes, subprotocol, headers, Objects.requireNonNull(replay, "replay"));
        }

        /**
         * {@return this decision with one more header for the 101} In a browser, a page cannot read such headers, but
         * cookies are stored.
         *
         * @param name the name of the header; headers with the same name are sent in the order in which they were
         *     added. Not allowed are headers that the server sets itself: {@code Connection}, {@code Upgrade}, {@code
         *     Date}, {@code Sec-WebSocket-…}, and those that describe a body
         * @param value printable ASCII characters, spaces and tabs
         * @throws IllegalArgumentException if one of them is invalid
         */
        public Accept header(String name, String value) {
            return new Accept(attributes, subprotocol, headers.with(name, value), replay);
        }

        /**
         * {@return the attributes that are added to those of the adapter in {@link
         * io.techops.broadcast.Peer#attributes}, or replace them where the keys are the same; a copy}
         */
        public Attributes attributes() {
            return attributes.copy();
        }

        /** {@return the subprotocol; null for none} */
        public @Nullable String subprotocol() {
            return subprotocol;
        }

        /** {@return the replay; null for what the client asks for, as far as the settings allow it} */
        public @Nullable Replay replay() {
            return replay;
        }

        /**
         * {@return the headers of the answer, each with its values, in a map that ignores the case of names;
         * unmodifiable}
         */
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

        /** {@return a text for logs, without the values of attributes and headers, which may be secret} */
        @Override
        public String toString() {
            return "accept " + attributes.toMap().keySet() + (subprotocol == null ? "" : " speaking " + subprotocol)
                    + headers + (replay == null ? "" : " replaying " + replay);
        }
    }

    /** The decision to refuse a handshake with an HTTP error. */
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
         * {@return this decision with one more header for the answer}
         *
         * @param name the name of the header; headers with the same name are sent in the order in which they were
         *     added. Not allowed are headers that the server sets itself: {@code Connection}, {@code Upgrade}, {@code
         *     Date}, {@code Sec-WebSocket-…}, and those that describe a body
         * @param value printable ASCII characters, spaces and tabs
         * @throws IllegalArgumentException if one of them is invalid
         */
        public Refuse header(String name, String value) {
            return new Refuse(status, reason, headers.with(name, value));
        }

        /**
         * {@return this decision with one more {@code WWW-Authenticate} header (RFC 9110 section 11.6.1)} It replaces
         * the default challenge {@code Bearer} of 401.
         *
         * @param challenge a scheme, with or without parameters, such as {@code Basic realm="live"}
         * @throws IllegalArgumentException if it does not begin with a scheme, or has other characters than printable
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

        /** {@return the sentence for people} */
        public String reason() {
            return reason;
        }

        /**
         * {@return the headers of the answer, each with its values, in a map that ignores the case of names;
         * unmodifiable}
         */
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

        /** {@return a text for logs, without the values of headers, which may be secret} */
        @Override
        public String toString() {
            return "refuse " + status + ": " + reason + headers;
        }
    }

    /** A decision that is made later. */
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

        /** {@return the stage that completes with the decision, or with what {@link #resume} continues from} */
        public CompletionStage<? extends Decision> stage() {
            return stage;
        }

        /** {@return whether {@link #resume} calls another policy, which may block} */
        public boolean mayBlock() {
            return continuation != null;
        }

        /**
         * {@return the decision, which may be pending again} May block if {@link #mayBlock} returns true.
         *
         * @param completed the decision with which the {@link #stage} has completed
         * @throws Exception the exception of the next policy
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
