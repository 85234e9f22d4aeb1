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
 * Who wants to become a peer: what a {@link HandshakePolicy} sees of a handshake that is in order. Immutable, and safe
 * for use by any number of threads.
 *
 * <p>Everything but {@link #connectionAddress} and {@link #principal} is what the client says of itself. Users
 * implement it only to test a policy of theirs.
 */
public interface HandshakeRequest {

    /**
     * {@return the path as it was sent, percent signs and all; it begins with a slash} It has many spellings: a policy
     * that decides by path looks at {@link #decodedPath}.
     */
    String path();

    /**
     * {@return the path with each of its segments percent-decoded, as the server compares it (see
     * {@code BroadcastServer.Builder.path})} Null if it cannot be decoded, or if a segment that is not the last one is
     * empty, or any is {@code .} or {@code ..} or has an encoded slash, a backslash or a control character: a server
     * with a path or topics has refused such a request before, one that serves any path has not.
     */
    default @Nullable String decodedPath() {
        return PathTemplate.decoded(path());
    }

    /**
     * {@return the name of the topic that the client asks for, decoded; null if the server has none} It is the topic
     * that the peer will have, whatever the spelling of the path. Null also at an endpoint of another container whose
     * path has more variables.
     */
    default @Nullable String topic() {
        return null;
    }

    /** {@return what followed the path after a question mark, as it was sent, or null if there was no question mark} */
    @Nullable String query();

    /**
     * {@return all headers, each with its values in the order in which they came} The names are found whatever the case
     * of their letters; the map is unmodifiable.
     */
    Map<String, List<String>> headers();

    /**
     * {@return where the client is: {@link #connectionAddress}, unless that is a proxy which is trusted to say for whom
     * it asks (see {@code HandshakeSettings.trustedProxy})} The port is 0 if the proxy did not say it. Tomcat and
     * Undertow do not tell a {@code BroadcastEndpoint} before the session opens: then it is the unresolved address
     * {@code unknown} with port 0. A {@code HandshakeFilter} knows it.
     */
    InetSocketAddress remoteAddress();

    /**
     * {@return the other end of the TCP connection: the client, or the proxy next to the server} In other containers
     * than {@code BroadcastServer} it is {@link #remoteAddress}.
     */
    InetSocketAddress connectionAddress();

    /**
     * {@return the subject of the client's TLS certificate, or null if it showed none} Only with
     * {@code HandshakeSettings.clientAuth} it is asked for one. In other containers it is the user that the container
     * has authenticated.
     */
    @Nullable Principal principal();

    /**
     * {@return the first value of a header, or null if there is none}
     *
     * @param name the header's name, in any case
     */
    default @Nullable String header(String name) {
        List<String> values = headers().get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /**
     * {@return the subprotocols that the client offers, in its order of preference (RFC 6455 section 1.9)} Credentials
     * that a browser page sends are among them, see {@link #bearerToken}.
     */
    default List<String> subprotocols() {
        List<String> offers = headers().get("Sec-WebSocket-Protocol");
        return offers == null ? List.of() : offers.stream()
                .flatMap(header -> Stream.of(header.split(","))).map(String::strip).filter(name -> !name.isEmpty())
                .toList();
    }

    /** {@return the cookies by their names (RFC 6265 section 4.2); of two with one name the first; a new map} */
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
     * Returns the bearer token that came with the handshake. A program sends it as {@code Authorization: Bearer}
     * followed by the token (RFC 6750 section 2.1). A page in a browser cannot set headers; what it can set are
     * subprotocols, and these customs are understood:
     *
     * <ul>
     *   <li>{@code new WebSocket(url, ["bearer", token])}, also with {@code "access_token"} or {@code "authorization"}
     *       for the word, and with other subprotocols before and behind the two;
     *   <li>{@code ["bearer." + token, "chat"]};
     *   <li>{@code ["base64url.bearer.authorization.any.name." + base64url(token), "chat"]}, as Kubernetes has it.
     * </ul>
     *
     * <p>A browser ends the connection unless one of the subprotocols that it offered is selected: select the word, or
     * the other one. The token itself cannot be selected, because it would then be written into the answer.
     *
     * @return the token, which is not checked in any way, or null if there is none
     */
    default @Nullable String bearerToken() {
        return BearerTokens.token(header("Authorization"), subprotocols());
    }

    /**
     * {@return what the client will get of the past unless the policy decides otherwise ({@link
     * Decision.Accept#replay}): what it asks for in its query, as far as the settings allow} It has a position only if
     * the client offers {@code broadcast.v1} and the settings allow that; if another subprotocol is selected then, the
     * position is not gone on after.
     */
    default Replay replay() {
        return Replay.none();
    }

    /**
     * {@return whether an offered subprotocol carries a token, or is one: then it is a secret, and a server must not
     * select it, because that would repeat it}
     *
     * @param subprotocol one of {@link #subprotocols}
     */
    default boolean isToken(String subprotocol) {
        return BearerTokens.isSecret(subprotocol, subprotocols());
    }

    /**
     * {@return whether an offered subprotocol is nothing but the word that stands before a token} Such a word can be
     * selected, so that a browser goes on; the server selects {@code broadcast.v1} in its place if that is offered,
     * too.
     *
     * @param subprotocol one of {@link #subprotocols}
     */
    default boolean announcesToken(String subprotocol) {
        return BearerTokens.isWord(subprotocol, subprotocols());
    }
}
