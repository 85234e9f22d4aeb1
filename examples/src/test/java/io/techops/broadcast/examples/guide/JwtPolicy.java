package io.techops.broadcast.examples.guide;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;

/** A JSON Web Token (RFC 7519) that another service has signed. */
final class JwtPolicy implements HandshakePolicy {

    private static final AttributeKey<Instant> EXPIRES = AttributeKey.of("expires", Instant.class);
    private static final CloseReason EXPIRED = CloseReason.of(CloseReason.POLICY_VIOLATION, "the token has expired");

    private final DefaultJWTProcessor<SecurityContext> tokens = new DefaultJWTProcessor<>();

    JwtPolicy(JWKSource<SecurityContext> keys, String issuer, String audience) {
        tokens.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, keys));
        tokens.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(audience,
                new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("sub", "exp")));
    }

    @Override
    public Decision decide(HandshakeRequest request) throws JOSEException, ParseException {
        String token = request.bearerToken();
        if (token == null) {
            return Decision.refuse(401, "a token is needed");
        }
        JWTClaimsSet claims;
        try {
            claims = tokens.process(token, null);
        } catch (ParseException | BadJOSEException | RateLimitReachedException e) { // of others: no keys, so 503
            return Decision.refuse(401, "the token is not valid").challenge("Bearer error=\"invalid_token\"");
        }
        String scope = claims.getStringClaim("scope");
        if (scope == null || !Arrays.asList(scope.split(" ")).contains("live")) {
            return Decision.refuse(403, "the token has not the scope live");
        }
        Decision.Accept accept = Decision.accept().attribute(PeerAttributes.PRINCIPAL, new User(claims.getSubject()))
                .attribute(EXPIRES, claims.getExpirationTime().toInstant());
        return request.subprotocols().contains("bearer") ? accept.subprotocol("bearer") : accept;
    }

    /** Ends the connections whose token was good until now: to be called every few seconds. */
    static void closeExpired(BroadcastHub hub, Instant now) {
        for (Peer peer : hub.peers()) {
            Instant expires = peer.attributes().get(EXPIRES);
            if (expires != null && expires.isBefore(now)) {
                peer.close(EXPIRED);
            }
        }
    }
}
