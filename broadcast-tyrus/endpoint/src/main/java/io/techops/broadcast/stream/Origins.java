package io.techops.broadcast.stream;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From which web pages a browser may connect (RFC 6455 section 10.2): those of the host that is connected to, whatever
 * their port, and those listed. What sends no origin is no browser, and may connect.
 */
public final class Origins {

    /** Lists every origin. */
    static final String ANY = "*";
    /** What pages without an origin, such as those of {@code file:}, send. */
    static final String NULL = "null";

    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");

    private final boolean any;
    private final boolean none;
    private final Set<Origin> listed = new HashSet<>();

    /**
     * An origin (RFC 6454 section 4), without the port that its scheme has anyway.
     *
     * @param authority null if there is none, as in {@code file://}
     */
    private record Origin(String scheme, @Nullable HostAndPort authority) {

        static @Nullable Origin parse(String text) {
            int colon = text.indexOf("://");
            if (colon < 0) {
                return null;
            }
            String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
            String rest = text.substring(colon + 3);
            boolean bare = rest.isEmpty() && !isWeb(scheme); // what Electron, Qt and Cordova send for their own files
            HostAndPort authority = HostAndPort.parse(rest);
            if (!SCHEME.matcher(scheme).matches() || authority == null && !bare || text.endsWith(":")) {
                return null;
            }
            boolean implied = scheme.equals("http") && authority.port().equals("80")
                    || scheme.equals("https") && authority.port().equals("443");
            return new Origin(scheme, implied ? new HostAndPort(authority.host(), "") : authority);
        }

        private static boolean isWeb(String scheme) {
            return scheme.equals("http") || scheme.equals("https");
        }

        boolean isWeb() {
            return isWeb(scheme);
        }
    }

    /**
     * @param listed checked by {@link #checked}
     */
    public Origins(Set<String> listed) {
        any = listed.contains(ANY);
        none = listed.contains(NULL);
        for (String text : listed) {
            Origin origin = Origin.parse(text);
            if (origin != null) {
                this.listed.add(origin);
            }
        }
    }

    /**
     * {@return the same origin}
     *
     * @param origin what an application lists
     * @throws IllegalArgumentException if it is not an origin
     */
    public static String checked(String origin) {
        if (!origin.equals(ANY) && !origin.equals(NULL) && Origin.parse(origin) == null) {
            throw new IllegalArgumentException(
                    "origin must be scheme://host, scheme://host:port, one without a host such as file://, null or *: "
                             + origin);
        }
        return origin;
    }

    /**
     * {@return whether a page may connect}
     *
     * @param text the Origin header, or null if there is none
     * @param host the host that is connected to; null if it is not known, so that only what is listed may connect
     */
    public boolean allows(@Nullable String text, @Nullable HostAndPort host) {
        if (text == null || any) {
            return true;
        }
        if (text.equals(NULL)) {
            return none;
        }
        Origin origin = Origin.parse(text);
        return origin != null && (listed.contains(origin)
                || host != null && origin.isWeb() && origin.authority().host().equals(host.host()));
    }
}
