package io.techops.broadcast.tyrus;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From which web pages a browser may connect (RFC 6455 section 10.2): those of the host that is connected to, whatever
 * their port, and those listed. What sends no origin is no browser, and may connect.
 */
final class Origins {

    /** Lists every origin. */
    static final String ANY = "*";
    /** What pages without an origin, such as those of {@code file:}, send. */
    static final String NULL = "null";

    private final Set<String> listed;

    /**
     * @param listed checked by {@link #checked}
     */
    Origins(Set<String> listed) {
        this.listed = listed.stream().map(Origins::normal).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * {@return {@code origin}}
     *
     * @throws IllegalArgumentException if it is not an origin
     */
    static String checked(String origin) {
        if (!origin.equals(ANY) && !origin.equals(NULL) && !isOrigin(origin)) {
            throw new IllegalArgumentException(
                    "origin must be scheme://host, scheme://host:port, null or *: " + origin);
        }
        return origin;
    }

    private static boolean isOrigin(String origin) {
        URI uri = parsed(origin);
        return uri != null && uri.getScheme() != null && uri.getHost() != null && uri.getUserInfo() == null
                && uri.getRawPath().isEmpty() && uri.getRawQuery() == null && uri.getRawFragment() == null;
    }

    /** {@return whether a page of {@code origin} may connect to {@code host}, both as the request's headers say them} */
    boolean allows(@Nullable String origin, String host) {
        if (origin == null || listed.contains(ANY)) {
            return true;
        }
        if (listed.contains(normal(origin))) {
            return true;
        }
        if (!isOrigin(origin)) {
            return false;
        }
        URI own = parsed("http://" + host);
        return own != null && own.getHost() != null && own.getHost().equalsIgnoreCase(parsed(origin).getHost());
    }

    /** {@return the origin in lower case, without the port its scheme has anyway} */
    private static String normal(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") && lower.endsWith(":80")) {
            return lower.substring(0, lower.length() - ":80".length());
        }
        if (lower.startsWith("https://") && lower.endsWith(":443")) {
            return lower.substring(0, lower.length() - ":443".length());
        }
        return lower;
    }

    private static @Nullable URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
