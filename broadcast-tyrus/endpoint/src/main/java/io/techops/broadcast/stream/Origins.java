package io.techops.broadcast.stream;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The origins whose pages may connect (RFC 6455 section 10.2): those of the host that the request is for, with any
 * port, and those that are listed. A client that sends no origin is not a browser, and may connect.
 */
public final class Origins {

    /** Allows every origin. */
    static final String ANY = "*";
    /** The origin that pages without one send, such as pages from files. */
    static final String NULL = "null";

    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");

    private final boolean any;
    private final boolean none;
    private final Set<Origin> listed = new HashSet<>();

    /**
     * An origin (RFC 6454 section 4), without the default port of its scheme.
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
            boolean bare = rest.isEmpty() && !isWeb(scheme); // as Electron, Qt and Cordova send it for their own files
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
     * @param listed the origins that are listed, each of which {@link #checked} has accepted
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
     * {@return {@code origin}, if it is valid}
     *
     * @param origin an origin that an application lists
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
     * {@return whether pages of an origin may connect}
     *
     * @param text the Origin header, or null if there is none
     * @param host the host that the request is for; null if it is unknown, so that only listed origins may connect
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
