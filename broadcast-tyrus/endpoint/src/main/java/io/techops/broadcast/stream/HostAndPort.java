package io.techops.broadcast.stream;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host with an optional port, as in the Host header and in an origin (RFC 3986 section 3.2). A host is a name of
 * letters, digits, dots, hyphens and underscores, an IPv4 address, or an IPv6 address in brackets. Other forms that RFC
 * 3986 allows are not accepted, in particular user information and percent-encoding.
 *
 * @param host the host, in lower case
 * @param port the port; empty if there is none
 */
public record HostAndPort(String host, String port) {

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]{2,45}])(?::([0-9]{0,5}))?");
    private static final int MAX_HOST = 255;

    /**
     * {@return the host and port of a text; null if the text has another form}
     *
     * @param text the text
     */
    public static @Nullable HostAndPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || matcher.group(1).length() > MAX_HOST
                || text.startsWith("[") && !isAddress(matcher.group(1))) {
            return null;
        }
        String port = matcher.group(2) == null ? "" : matcher.group(2);
        return !port.isEmpty() && Integer.parseInt(port) > 65_535
                ? null : new HostAndPort(matcher.group(1).toLowerCase(Locale.ROOT), port);
    }

    /** {@return whether what is in brackets is an IPv6 address, and not only made of what one has} */
    private static boolean isAddress(String brackets) {
        try {
            return new URI("//" + brackets).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
