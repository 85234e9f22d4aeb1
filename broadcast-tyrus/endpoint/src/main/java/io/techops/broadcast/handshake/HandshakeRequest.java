package io.techops.broadcast.handshake;

import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.PathTemplate;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The request of a client that wants to become a peer, as a {@link HandshakePolicy} sees it. Immutable, and safe for
 * use by any number of threads.
 *
 * <p>Everything but {@link #connectionAddress} and {@link #principal} is what the client claims, and must not be
 * trusted without a check. Applications implement this interface only to test a policy.
 */
public interface HandshakeRequest {

    /**
     * {@return the path as it was sent, percent-encoded, beginning with a slash} The same path has many encodings: a
     * policy that decides by path uses {@link #decodedPath}.
     */
    String path();

    /**
     * {@return the path with each of its segments percent-decoded, as the server compares it (see {@code
     * BroadcastServer.Builder.path})} Null if the path cannot be decoded, if a segment other than the last one is
     * empty, or if a segment is {@code .} or {@code ..} or contains an encoded slash, a backslash or a control
     * character. A server with a path or topics refuses such requests before the policy is asked; a server that serves
     * any path does not.
     */
    default @Nullable String decodedPath() {
        return PathTemplate.decoded(path());
    }

    /**
     * {@return the name of the topic that the client asks for, decoded; null if the server has no topics} This is the
     * topic that the peer will have, however the path was encoded. Also null at an endpoint of another container whose
     * path has further variables.
     */
    default @Nullable String topic() {
        return null;
    }

    /** {@return the query as it was sent, without the question mark; null if there is none} */
    @Nullable String query();

    /**
     * {@return all headers, each with its values in their order} The map ignores the case of names, and is
     * unmodifiable.
     */
    Map<String, List<String>> headers();

    /**
     * {@return the address of the client: the {@link #connectionAddress}, or, if that is a trusted proxy (see {@code
     * HandshakeSettings.trustedProxy}), the address that the proxy gives} The port is 0 if the proxy does not give it.
     * Tomcat and Undertow do not provide the address to a {@code BroadcastEndpoint} before the session opens: it is
     * then the unresolved address {@code unknown} with port 0, unless a {@code HandshakeFilter} asks the policy.
     */
    InetSocketAddress remoteAddress();

    /**
     * {@return the address of the other end of the TCP connection: the client, or the proxy next to the server} In
     * containers other than {@code BroadcastServer} this is the {@link #remoteAddress}.
     */
    InetSocketAddress connectionAddress();

    /**
     * {@return the subject of the client's TLS certificate; null if the client sent none} The client is asked for a
     * certificate only with {@code HandshakeSettings.clientAuth}. In containers other than {@code BroadcastServer} this
     * is the user that the container has authenticated.
     */
    @Nullable Principal principal();

    /**
     * {@return the first value of a header; null if there is none}
     *
     * @param name the header's name, in any case
     */
    default @Nullable String header(String name) {
        List<String> values = headers().get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /**
     * {@return the subprotocols that the client offers, in its order of preference (RFC 6455 section 1.9)} They include
     * the tokens that pages in browsers send, see {@link #bearerToken}.
     */
    default List<String> subprotocols() {
        List<String> offers = headers().get("Sec-WebSocket-Protocol");
        return offers == null ? List.of() : offers.stream()
                .flatMap(header -> Stream.of(header.split(","))).map(String::strip).filter(name -> !name.isEmpty())
                .toList();
    }

    /** {@return the cookies by name (RFC 6265 section 4.2), the first one of each name; a new map} */
    default Map<String, String> cookies() {
        Map<String, String> cookies = new LinkedHashMap<>();
        for (String header : headers().getOrDefault("Cookie", List.of())) {
            for (String pair : header.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    cookies.putIfAbsent(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
                }
            }
        }
        return cookies;
    }

    /**
     * Returns the bearer token of the handshake. A program sends it as {@code Authorization: Bearer} followed by the
     * token (RFC 6750 section 2.1). A page in a browser cannot set headers, but it can set subprotocols. These common
     * ways to send a token as a subprotocol are supported:
     *
     * <ul>
     *   <li>{@code new WebSocket(url, ["bearer", token])}, also with {@code "access_token"} or {@code "authorization"}
     *       in place of {@code "bearer"}, and with other subprotocols before and after the two;
     *   <li>{@code ["bearer." + token, "chat"]};
     *   <li>{@code ["base64url.bearer.authorization.any.name." + base64url(token), "chat"]}, as in Kubernetes.
     * </ul>
     *
     * <p>A browser fails the connection unless one of the subprotocols that it offered is selected: select {@code
     * "bearer"}, or the other one. The token itself cannot be selected, because it would be sent back in the answer.
     *
     * @return the token, which is not checked in any way; null if there is none
     */
    default @Nullable String bearerToken() {
        return BearerTokens.token(header("Authorization"), subprotocols());
    }

    /**
     * {@return where the stream of the peer will begin unless the policy sets {@link Decision.Accept#replay}: what the
     * client asks for in its query, as far as the settings allow it} It has a position only if the client offers {@code
     * broadcast.v1} and the settings allow it; if another subprotocol is selected, that position is ignored.
     */
    default Replay replay() {
        return Replay.none();
    }

    /**
     * {@return whether an offered subprotocol is, or contains, a token} It is then a secret, and must not be selected,
     * because the answer would contain it.
     *
     * @param subprotocol one of {@link #subprotocols}
     */
    default boolean isToken(String subprotocol) {
        return BearerTokens.isSecret(subprotocol, subprotocols());
    }

    /**
     * {@return whether an offered subprotocol is only the word before a token, such as {@code "bearer"}} Such a word
     * can be selected, so that a browser does not fail the connection; the server selects {@code broadcast.v1} instead
     * if that is offered, too.
     *
     * @param subprotocol one of {@link #subprotocols}
     */
    default boolean announcesToken(String subprotocol) {
        return BearerTokens.isWord(subprotocol, subprotocols());
    }
}
