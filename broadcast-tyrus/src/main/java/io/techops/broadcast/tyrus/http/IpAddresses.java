package io.techops.broadcast.tyrus.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses and formats IP addresses. Never looks up a name. */
public final class IpAddresses {

    private static final Pattern V4 = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^]]*)]|([^:\\[\\]]*))(?::([0-9]{1,5}))?");

    private IpAddresses() {
    }

    /**
     * A range of addresses.
     *
     * @param bits how many leading bits of an address must be equal to those of {@code first}
     */
    public record Block(InetAddress first, int bits) {

        /**
         * {@return the block in {@code text}: one address, or a block in the notation of RFC 4632; null if it is
         * neither}
         */
        public static @Nullable Block parse(String text) {
            int slash = text.indexOf('/');
            InetAddress first = IpAddresses.parse(slash < 0 ? text : text.substring(0, slash));
            if (first == null) {
                return null;
            }
            int all = first.getAddress().length * Byte.SIZE;
            if (slash < 0) {
                return new Block(first, all);
            }
            String length = text.substring(slash + 1);
            return HttpSyntax.isNumber(length) && length.length() <= 3 && Integer.parseInt(length) <= all
                    ? new Block(first, Integer.parseInt(length)) : null;
        }

        public boolean contains(InetAddress address) {
            byte[] ours = first.getAddress();
            byte[] theirs = address.getAddress();
            if (ours.length != theirs.length) {
                return false;
            }
            int whole = bits / Byte.SIZE;
            int rest = bits % Byte.SIZE;
            return Arrays.equals(ours, 0, whole, theirs, 0, whole)
                    && (rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xFF) >> Byte.SIZE - rest == 0);
        }
    }

    /** {@return the address, or null unless it is in dotted or colon notation} */
    public static @Nullable InetAddress parse(String text) {
        Matcher v4 = V4.matcher(text);
        if (v4.matches()) {
            for (int i = 1; i <= v4.groupCount(); i++) {
                if (Integer.parseInt(v4.group(i)) > 255) {
                    return null;
                }
            }
        } else if (!V6.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /**
     * {@return an address as a proxy writes it, with or without a port, with an IPv6 address in brackets before a port;
     * or null}
     */
    public static @Nullable InetSocketAddress parseWithPort(String text) {
        InetAddress bare = parse(text);
        if (bare != null) {
            return new InetSocketAddress(bare, 0);
        }
        Matcher matcher = WITH_PORT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        InetAddress address = parse(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        int port = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        return address == null || port > 65_535 ? null : new InetSocketAddress(address, port);
    }

    /** {@return the address, in brackets if it is IPv6, and the port unless that is 0} */
    public static String text(InetSocketAddress address) {
        String text = address.getAddress().getHostAddress();
        if (address.getAddress() instanceof Inet6Address) {
            int scope = text.indexOf('%');
            text = "[" + (scope < 0 ? text : text.substring(0, scope)) + "]";
        }
        return address.getPort() == 0 ? text : text + ":" + address.getPort();
    }
}
