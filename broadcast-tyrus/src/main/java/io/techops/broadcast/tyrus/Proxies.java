package io.techops.broadcast.tyrus;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds out where a client is that connects through proxies. A proxy appends to a header where its own client is;
 * anyone can send such a header. So it is read from its end, and only as far as the one who said it is trusted.
 */
final class Proxies {

    /** What most proxies use. */
    static final String X_FORWARDED_FOR = "X-Forwarded-For";

    private static final String FORWARDED = "Forwarded";

    private final List<Addresses.Block> trusted;
    private final String header;

    /**
     * @param header the header that the proxies append to; {@code Forwarded} is read as RFC 7239 says
     */
    Proxies(List<Addresses.Block> trusted, String header) {
        this.trusted = List.copyOf(trusted);
        this.header = header;
    }

    /** {@return the client: the last one on the way to it that somebody trusted has named} */
    InetSocketAddress clientOf(InetSocketAddress peer, Map<String, List<String>> headers) {
        if (!isTrusted(peer.getAddress())) {
            return peer;
        }
        List<String> values = headers.getOrDefault(header, List.of());
        List<String> hops = header.equalsIgnoreCase(FORWARDED) ? forwarded(values) : Tokens.list(values);
        InetSocketAddress client = peer;
        for (int i = hops.size() - 1; i >= 0 && isTrusted(client.getAddress()); i--) {
            InetSocketAddress hop = Addresses.parseWithPort(hops.get(i));
            if (hop == null) {
                break;
            }
            client = hop;
        }
        return client;
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    /** {@return what each element of the header says after {@code for=}, empty if nothing (RFC 7239 section 4)} */
    private static List<String> forwarded(List<String> values) {
        List<String> hops = new ArrayList<>();
        for (String element : split(String.join(",", values), ',')) {
            String hop = "";
            for (String pair : split(element, ';')) {
                String text = pair.strip();
                if (text.regionMatches(true, 0, "for=", 0, 4)) {
                    hop = unquoted(text.substring(4));
                }
            }
            hops.add(hop);
        }
        return hops;
    }

    /** Splits where a separator is not within quotes. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }
}
