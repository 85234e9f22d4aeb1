package io.techops.broadcast.engine;

/**
 * The rules for names of topics: the unreserved characters of RFC 3986 section 2.3, so that a name is the same in a
 * URI, in a file name and in a log line.
 */
final class TopicName {

    static final int MAX_LENGTH = 128;

    private static final String RULE = "topic must be 1 to " + MAX_LENGTH
            + " characters out of A-Z a-z 0-9 - . _ ~ and not begin with a dot: ";

    private TopicName() {
    }

    static boolean isValid(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && name.charAt(0) != '.'
                && name.chars().allMatch(TopicName::isUnreserved);
    }

    private static boolean isUnreserved(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                || c == '-' || c == '.' || c == '_' || c == '~';
    }

    /**
     * {@return {@code name}}
     *
     * @throws IllegalArgumentException if it is not a valid name of a topic
     */
    static String checked(String name) {
        if (!isValid(name)) {
            boolean shown = name.length() <= MAX_LENGTH && name.chars().noneMatch(Character::isISOControl);
            throw new IllegalArgumentException(RULE + (shown ? '"' + name + '"' : name.length() + " characters"));
        }
        return name;
    }
}
