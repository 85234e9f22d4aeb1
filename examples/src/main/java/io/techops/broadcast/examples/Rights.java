package io.techops.broadcast.examples;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a token permits, everywhere or in some topics. Immutable. */
final class Rights {

    /** No rights. */
    static final Rights NONE = new Rights(Map.of());

    /** What anyone may do unless a file says otherwise. */
    static final Rights LISTEN_AND_SPEAK = new Rights(Map.of(Right.SPEAK, Set.of("*")));

    /** The rights of a token that is only for publishing. */
    static final Rights PUBLISH = new Rights(Map.of(Right.PUBLISH, Set.of("*")));

    private static final Pattern TOPICS = Pattern.compile("[A-Za-z0-9._~-]*\\*?");

    /** The topics of each right: names, or prefixes of names followed by an asterisk. */
    private final Map<Right, Set<String>> topics;

    private Rights(Map<Right, Set<String>> topics) {
        this.topics = topics;
    }

    /**
     * {@return the rights in {@code words}, such as {@code listen} or {@code speak:news-*}}
     *
     * @param withTopics whether there are topics
     * @throws IllegalArgumentException if a word is not a right; the message has the rule, and not the word, which may
     *     be a token at the wrong place
     */
    static Rights parse(List<String> words, boolean withTopics) {
        Map<Right, Set<String>> rights = new EnumMap<>(Right.class);
        for (String word : words) {
            int colon = word.indexOf(':');
            String name = colon < 0 ? word : word.substring(0, colon);
            String topic = colon < 0 ? "*" : word.substring(colon + 1);
            if (topic.isEmpty() || !TOPICS.matcher(topic).matches()) {
                throw new IllegalArgumentException("must have the name of a topic behind the colon of a right, or the "
                        + "beginning of one and *");
            }
            if (colon >= 0 && !withTopics) {
                throw new IllegalArgumentException("must have no right for a topic, unless --topics is given");
            }
            rights.computeIfAbsent(right(name), right -> new TreeSet<>()).add(topic);
        }
        if (rights.isEmpty()) {
            throw new IllegalArgumentException("must have a right behind the token: listen, speak or publish");
        }
        return new Rights(rights);
    }

    /** {@return these rights and others} */
    Rights and(Rights others) {
        Map<Right, Set<String>> both = new EnumMap<>(Right.class);
        topics.forEach((right, patterns) -> both.put(right, new TreeSet<>(patterns)));
        others.topics.forEach((right, patterns) ->
                both.computeIfAbsent(right, none -> new TreeSet<>()).addAll(patterns));
        return new Rights(both);
    }

    private static Right right(String name) {
        for (Right right : Right.values()) {
            if (right.word().equals(name)) {
                return right;
            }
        }
        throw new IllegalArgumentException("must have nothing but rights behind the token: listen, speak or publish, "
                + "each perhaps with a colon and a topic");
    }

    /**
     * {@return whether there is a right in a topic} The right to speak includes the right to listen.
     *
     * @param topic its name; null if there are no topics
     */
    boolean has(Right right, @Nullable String topic) {
        return topics.getOrDefault(right, Set.of()).stream().anyMatch(pattern -> isMatch(pattern, topic))
                || right == Right.LISTEN && has(Right.SPEAK, topic);
    }

    private static boolean isMatch(String pattern, @Nullable String topic) {
        if (!pattern.endsWith("*")) {
            return pattern.equals(topic);
        }
        return pattern.length() == 1 || topic != null && topic.startsWith(pattern.substring(0, pattern.length() - 1));
    }
}
