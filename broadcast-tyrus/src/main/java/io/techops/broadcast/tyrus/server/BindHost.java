package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.http.IpAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The host that a server listens on: a name, or an IP address. An IPv6 address may be in brackets, as in a URI (RFC
 * 3986 section 3.2.2), and may have a zone (RFC 4007 section 11).
 */
public final class BindHost {

    private static final String RULE =
            "host must be a name or an address of this machine, such as localhost, 127.0.0.1 or ::1: ";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");
    /** The characters that a URI allows in a zone. */
    private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9_.]*");

    /** All addresses. */
    public static final BindHost ANY = parse("0.0.0.0");

    private final String text;
    private final @Nullable InetAddress address;

    private BindHost(String text, @Nullable InetAddress address) {
        this.text = text;
        this.address = address;
    }

    /**
     * {@return the host in {@code text}} Looks no name up.
     *
     * @throws IllegalArgumentException if it is neither a name nor an address, or if this machine does not have its
     *     zone
     */
    public static BindHost parse(String text) {
        boolean inBrackets = text.startsWith("[") && text.endsWith("]");
        String bare = inBrackets ? text.substring(1, text.length() - 1) : text;
        boolean isV6 = bare.indexOf(':') >= 0;
        if (isV6 || !inBrackets && DIGITS.matcher(bare).matches()) {
            return new BindHost(bare, address(bare, text));
        }
        if (inBrackets || !NAME.matcher(bare).matches()) {
            throw new IllegalArgumentException(RULE + text);
        }
        return new BindHost(bare, null);
    }

    private static InetAddress address(String bare, String text) {
        int zone = bare.indexOf('%');
        try {
            if (IpAddresses.parse(zone < 0 ? bare : bare.substring(0, zone)) != null) {
                return InetAddress.getByName(bare);
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(RULE + text + " (" + e.getMessage() + ")", e);
        }
        throw new IllegalArgumentException(RULE + text);
    }

    /** {@return the name or address to bind, without brackets} */
    String text() {
        return text;
    }

    /** {@return the URI to connect to; its host is {@code localhost} if all addresses are bound} */
    URI uri(String scheme, int port) {
        String host = address != null && address.isAnyLocalAddress() ? "localhost" : inUri();
        return URI.create(scheme + "://" + host + ":" + port + "/");
    }

    private String inUri() {
        int zone = text.indexOf('%');
        if (address instanceof Inet6Address v6 && zone >= 0 && !ZONE.matcher(text.substring(zone + 1)).matches()) {
            return "[" + text.substring(0, zone + 1) + v6.getScopeId() + "]";
        }
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }
}
