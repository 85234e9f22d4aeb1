package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.resource.KnownTokens;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may publish over HTTP: the bearers of which tokens (RFC 6750). Safe for use by any number of threads.
 *
 * <pre>{@code
 * BroadcastServer.builder().publishers(Publishers.token(System.getenv("PUBLISH_TOKEN")))
 * BroadcastServer.builder().publishers((token, topic) -> accounts.ofToken(token).mayWriteTo(topic))
 * }</pre>
 */
@FunctionalInterface
public interface Publishers {

    /**
     * {@return whether the bearer of a token may publish} May block: it is called once for each request, on a thread
     * of the server that may wait, and the time counts for {@link HandshakeSettings#handshakeTimeout}. If it throws,
     * the request is refused with 503, and the class of what was thrown is logged, not its message.
     *
     * @param token what the client has sent: letters, digits and {@code -._~+/}, perhaps with {@code =} at its end. To
     *     compare it with {@code equals} would tell by the time it takes how much of it is right: use
     *     {@link java.security.MessageDigest#isEqual}
     * @param topic where the client wants to publish; null if there is one hub
     * @throws Exception if that cannot be found out: then it may not
     */
    boolean mayPublish(String token, @Nullable String topic) throws Exception;

    /**
     * {@return whether a token is known, though its bearer may not publish where it wants to: it is then refused with
     * 403 (RFC 6750 section 3.1, {@code insufficient_scope}), and otherwise with 401} Asked only if {@link #mayPublish}
     * has said no, under the same conditions. False by default.
     *
     * @param token what the client has sent
     * @throws Exception if that cannot be found out
     */
    default boolean isKnown(String token) throws Exception {
        return false;
    }

    /**
     * {@return the bearers of some tokens, who may publish everywhere} Tokens are compared in constant time.
     *
     * @param token letters, digits and {@code -._~+/}, perhaps with {@code =} at its end; it should be random, and have
     *     22 characters at least
     * @param others more tokens, so that one can be replaced by another while both are in use
     * @throws IllegalArgumentException if one has another character, or is empty; the message does not show it
     */
    static Publishers token(String token, String... others) {
        Objects.requireNonNull(token, "token");
        return new KnownTokens(Stream.concat(Stream.of(token), Stream.of(others)).toList())::mayPublish;
    }
}
