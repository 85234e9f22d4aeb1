package io.techops.broadcast.handshake;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds bearer tokens in the places where clients send them. */
final class BearerTokens {

    private static final Set<String> WORDS = Set.of("bearer", "access_token", "authorization");
    private static final String SCHEME = "bearer ";
    private static final String PREFIX = "bearer.";
    private static final String ENCODED_PREFIX = "base64url.bearer.authorization.";

    private BearerTokens() {
    }

    /** {@return the token, or null} */
    static @Nullable String token(@Nullable String authorization, List<String> subprotocols) {
        if (authorization != null && lower(authorization).startsWith(SCHEME)) {
            return authorization.substring(SCHEME.length()).strip();
        }
        for (int i = 0; i < subprotocols.size(); i++) {
            String offered = subprotocols.get(i);
            if (WORDS.contains(lower(offered)) && i + 1 < subprotocols.size()) {
                return subprotocols.get(i + 1);
            }
            String embedded = embedded(offered);
            if (embedded != null) {
                return embedded;
            }
        }
        return null;
    }

    /** {@return whether a subprotocol is, or contains, a token, which must not be sent back} */
    static boolean isSecret(String subprotocol, List<String> offered) {
        for (int i = 1; i < offered.size(); i++) { // a client may offer it twice
            if (offered.get(i).equals(subprotocol) && WORDS.contains(lower(offered.get(i - 1)))) {
                return true;
            }
        }
        return embedded(subprotocol) != null;
    }

    /** {@return whether a subprotocol announces that the next one is a token} */
    static boolean isWord(String subprotocol, List<String> offered) {
        int at = offered.indexOf(subprotocol);
        return at >= 0 && at + 1 < offered.size() && WORDS.contains(lower(subprotocol));
    }

    private static @Nullable String embedded(String subprotocol) {
        String lower = lower(subprotocol);
        if (lower.startsWith(PREFIX) && lower.length() > PREFIX.length()) {
            return subprotocol.substring(PREFIX.length());
        }
        if (!lower.startsWith(ENCODED_PREFIX)) {
            return null;
        }
        try {
            byte[] token = Base64.getUrlDecoder().decode(subprotocol.substring(subprotocol.lastIndexOf('.') + 1));
            return new String(token, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null; // not a token
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
