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
 * time that it takes says nothing about any.
 */
final class Tokens {

    /** What stands in place of a token for those who have none. */
    static final String ANYONE = "*";

    /** What can be sent as a bearer token (RFC 6750 section 2.1). */
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
     * {@return the tokens in the lines of a file} A line is a token, or {@value #ANYONE} for those without one, and its
     * rights behind it, separated by white space or commas; what follows {@code #} is a comment.
     *
     * @param withTopics whether there are topics
     * @throws IllegalArgumentException if a line cannot be read: with its number and the rule, and nothing of the line
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

    /** {@return these tokens, and one more that permits to publish, whatever else it permits} */
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

    /** {@return what is known of a token that was sent; null if it is unknown} */
    @Nullable Digest find(String token) {
        Digest asked = Digest.of(token);
        Digest found = null;
        for (Digest known : rights.keySet()) {
            found = known.equals(asked) ? known : found;
        }
        return found;
    }

    /**
     * {@return what a token permits; nothing if it is no longer known}
     *
     * @param token null for those who have none
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
