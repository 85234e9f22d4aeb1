package io.techops.broadcast.tyrus.resource;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of tokens, whose bearers may publish to every topic. Keeps and compares digests, all of them each time,
 * so that the time of a check reveals nothing about a token, not even its length.
 */
public final class KnownTokens {

    /** The syntax of a bearer token (RFC 6750 section 2.1). */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private final List<byte[]> digests;

    /**
     * @throws IllegalArgumentException if there are no tokens, or one is not a valid bearer token; the message does not
     *     show the token
     */
    public KnownTokens(Collection<String> tokens) {
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("tokens must not be empty");
        }
        digests = tokens.stream().map(KnownTokens::checked).map(KnownTokens::digest).toList();
    }

    /** {@return whether a text is a valid bearer token} */
    static boolean isToken(String text) {
        return FORM.matcher(text).matches();
    }

    private static String checked(String token) {
        if (!isToken(Objects.requireNonNull(token, "token"))) { // the message does not show it: it is a secret
            throw new IllegalArgumentException("token must be letters, digits and -._~+/, perhaps with = at its end "
                    + "(RFC 6750 section 2.1), and not empty");
        }
        return token;
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@return whether a token is one of these} */
    public boolean mayPublish(String token, @Nullable String topic) {
        byte[] digest = digest(token);
        boolean known = false;
        for (byte[] each : digests) {
            known |= MessageDigest.isEqual(each, digest);
        }
        return known;
    }

    /** {@return the number of tokens; not the tokens} */
    @Override
    public String toString() {
        return digests.size() + " tokens";
    }
}
