package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.resource.KnownTokens;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which bearer tokens (RFC 6750) may publish over HTTP. Must be safe for use by any number of threads.
 *
 * <pre>{@code
 * BroadcastServer.builder().publishers(Publishers.token(System.getenv("PUBLISH_TOKEN")))
 * BroadcastServer.builder().publishers((token, topic) -> accounts.ofToken(token).mayWriteTo(topic))
 * }</pre>
 */
@FunctionalInterface
public interface Publishers {

    /**
     * {@return whether the bearer of a token may publish} Called once for each request, on a thread of the server that
     * may block; the time counts for {@link HandshakeSettings#handshakeTimeout}. If this method throws, the request is
     * refused with 503, and the class of the exception is logged, without its message.
     *
     * @param token the token that the client has sent: letters, digits and {@code -._~+/}, possibly followed by {@code
     *     =}. Compare it with {@link java.security.MessageDigest#isEqual}, and not with {@code equals}, whose duration
     *     reveals how much of the token is right
     * @param topic the topic to which the client wants to publish; null if the server has one hub
     * @throws Exception if it cannot be decided; the request is then refused
     */
    boolean mayPublish(String token, @Nullable String topic) throws Exception;

    /**
     * {@return whether a token is known, although {@link #mayPublish} has returned false for it} A request with a known
     * token is refused with 403 (RFC 6750 section 3.1, {@code insufficient_scope}), and one with an unknown token with
     * 401. Called only after {@code mayPublish} has returned false, on the same thread. False by default.
     *
     * @param token what the client has sent
     * @throws Exception if it cannot be decided; the request is then refused with 503
     */
    default boolean isKnown(String token) throws Exception {
        return false;
    }

    /**
     * {@return publishers with some tokens, each of which may publish everywhere} Tokens are compared in constant time.
     *
     * @param token letters, digits and {@code -._~+/}, possibly followed by {@code =}; it should be random, and have at
     *     least 22 characters
     * @param others more tokens, for example while one token replaces another and both are in use
     * @throws IllegalArgumentException if a token has another character, or is empty; the message does not contain the
     *     token
     */
    static Publishers token(String token, String... others) {
        Objects.requireNonNull(token, "token");
        return new KnownTokens(Stream.concat(Stream.of(token), Stream.of(others)).toList())::mayPublish;
    }
}
