package io.techops.broadcast.examples;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.tyrus.Publishers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may do what, by the current tokens. New tokens may replace them at any time, and then apply to connected
 * peers too. Safe for use by any number of threads.
 *
 * <p>A peer is checked once more when it was registered: the tokens may have been replaced since its handshake was
 * decided, when it was not yet among the peers that were checked.
 */
final class Access implements HandshakePolicy, Publishers, HubListener {

    /**
     * The query parameter for the token of a client that can set neither headers nor subprotocols (RFC 6750 section
     * 2.3).
     */
    private static final String PARAMETER = "access_token=";

    private static final AttributeKey<Tokens.Digest> TOKEN = AttributeKey.of("token", Tokens.Digest.class);
    private static final CloseReason WITHDRAWN =
            CloseReason.of(CloseReason.POLICY_VIOLATION, "the right to listen here was withdrawn");

    private volatile Tokens tokens;

    Access(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Replaces the tokens; closes those of {@code peers} that may not listen any more. */
    void use(Tokens others, Stream<Peer> peers) {
        tokens = others;
        peers.forEach(this::registered);
    }

    @Override
    public void registered(Peer peer) {
        if (!tokens.of(token(peer)).has(Right.LISTEN, topic(peer))) {
            peer.close(WITHDRAWN);
        }
    }

    @Override
    public Decision decide(HandshakeRequest request) {
        Tokens now = tokens;
        String sent = request.bearerToken() != null ? request.bearerToken() : inQuery(request.query());
        Tokens.Digest token = sent == null ? null : now.find(sent);
        if (sent != null && token == null) {
            return Decision.refuse(401, "This token is not known.")
                    .challenge("Bearer realm=\"listen\", error=\"invalid_token\"");
        }
        if (!now.of(token).has(Right.LISTEN, request.topic())) {
            return token == null
                    ? Decision.refuse(401, "A token is needed: as Authorization: Bearer, as the subprotocol behind "
                            + "bearer, or as access_token in the query.").challenge("Bearer realm=\"listen\"")
                    : Decision.refuse(403, "The bearer of this token may not listen here.");
        }
        Decision.Accept accept = token == null ? Decision.accept() : Decision.accept().attribute(TOKEN, token);
        String subprotocol = beside(request);
        return subprotocol == null ? accept : accept.subprotocol(subprotocol);
    }

    /**
     * {@return the subprotocol to select if a token is among those offered: a browser requires one of the offered ones}
     */
    private static @Nullable String beside(HandshakeRequest request) {
        List<String> offered = request.subprotocols();
        if (offered.stream().noneMatch(request::isToken)) {
            return null;
        }
        Stream<String> words = offered.stream().filter(request::announcesToken);
        Stream<String> others = offered.stream().filter(name -> !request.isToken(name) && !name.equals("broadcast.v1"));
        return Stream.concat(words, others).findFirst().orElse(null);
    }

    private static @Nullable String inQuery(@Nullable String query) {
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            if (parameter.startsWith(PARAMETER)) {
                String value = parameter.substring(PARAMETER.length());
                try {
                    return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException notEncoded) {
                    return value;
                }
            }
        }
        return null;
    }

    /**
     * {@return the policy that accepts messages of peers that may speak, and answers {@code otherwise} for those of
     * others}
     */
    MessagePolicy speakers(MessagePolicy.Verdict otherwise) {
        return MessagePolicy.nonBlocking((context, message) ->
                tokens.of(token(context.peer())).has(Right.SPEAK, context.topic())
                        ? MessagePolicy.Verdict.relay(message) : otherwise);
    }

    @Override
    public boolean mayPublish(String token, @Nullable String topic) {
        Tokens now = tokens;
        Tokens.Digest known = now.find(token);
        return known != null && now.of(known).has(Right.PUBLISH, topic);
    }

    @Override
    public boolean isKnown(String token) {
        return tokens.find(token) != null;
    }

    private static Tokens.@Nullable Digest token(Peer peer) {
        return peer.attributes().get(TOKEN);
    }

    private static @Nullable String topic(Peer peer) {
        return peer.attributes().get(PeerAttributes.TOPIC);
    }
}
