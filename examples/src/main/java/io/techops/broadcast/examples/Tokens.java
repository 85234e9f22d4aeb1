package io.techops.broadcast.examples;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tokens, and what each permits. Immutable. Only digests are kept; a token is compared with all of them, so that the
 * time of the comparison reveals nothing about any token.
 */
final class Tokens {

    /** Stands in place of a token for clients without a token. */
    static final String ANYONE = "*";

    /** The syntax of a bearer token (RFC 6750 section 2.1). */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private final Map<Digest, Rights> rights;
    private final Rights anyone;

    private Tokens(Map<Digest, Rights> rights, Rights anyone) {
        this.rights = Map.copyOf(rights);
        this.anyone = anyone;
    }

    /** {@return no tokens} */
    static Tokens none(Rights anyone) {
        return new Tokens(Map.of(), anyone);
    }

    /**
     * {@return the tokens in the lines of a file} A line has a token, or {@value #ANYONE} for clients without a token,
     * followed by its rights, separated by white space or commas; the rest of a line after {@code #} is a comment.
     *
     * @param withTopics whether there are topics
     * @throws IllegalArgumentException if a line is malformed; the message has its number and the rule, and nothing of
     *     the line
     */
    static Tokens parse(List<String> lines, boolean withTopics) {
        Map<Digest, Rights> rights = new HashMap<>();
        Rights anyone = null;
        for (int i = 0; i < lines.size(); i++) {
            List<String> words = Arrays.stream(lines.get(i).replaceFirst("#.*", "").split("[\\s,]+"))
                    .filter(word -> !word.isEmpty()).toList();
            if (words.isEmpty()) {
                continue;
            }
            try {
                String token = words.get(0);
                Rights permitted = Rights.parse(words.subList(1, words.size()), withTopics);
                boolean again;
                if (token.equals(ANYONE)) {
                    again = anyone != null;
                    anyone = permitted;
                } else {
                    again = rights.put(Digest.of(checked(token)), permitted) != null;
                }
                if (again) {
                    throw new IllegalArgumentException("must not have the token of a line before it");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + " " + e.getMessage());
            }
        }
        return new Tokens(rights, anyone == null ? Rights.NONE : anyone);
    }

    /** {@return these tokens, with {@code token} also permitting to publish} */
    Tokens andPublisher(String token) {
        Map<Digest, Rights> more = new HashMap<>(rights);
        more.merge(Digest.of(checked(token)), Rights.PUBLISH, Rights::and);
        return new Tokens(more, anyone);
    }

    private static String checked(String token) {
        if (!FORM.matcher(token).matches()) {
            throw new IllegalArgumentException("must begin with a token: letters, digits and -._~+/, perhaps with = at "
                    + "its end (RFC 6750 section 2.1); or with * for those who have none");
        }
        return token;
    }

    /** {@return how many tokens there are} */
    int count() {
        return rights.size();
    }

    /** {@return the digest of a token that a client sent; null if the token is unknown} */
    @Nullable Digest find(String token) {
        Digest asked = Digest.of(token);
        Digest found = null;
        for (Digest known : rights.keySet()) {
            found = known.equals(asked) ? known : found;
        }
        return found;
    }

    /**
     * {@return the rights of a token; none if it is no longer known}
     *
     * @param token null for clients without a token
     */
    Rights of(@Nullable Digest token) {
        return token == null ? anyone : rights.getOrDefault(token, Rights.NONE);
    }

    /** The SHA-256 digest of a token, compared in constant time, and never shown. */
    static final class Digest {

        private final byte[] bytes;

        private Digest(byte[] bytes) {
            this.bytes = bytes;
        }

        private static Digest of(String token) {
            try {
                return new Digest(
                        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "a token";
        }
    }
}
