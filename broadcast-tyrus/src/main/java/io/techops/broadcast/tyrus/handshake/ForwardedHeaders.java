package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.IpAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Finds the address of a client that connects through proxies. A proxy appends the address of its own client to a
 * header; but anyone can send such a header. So the header is read from its end, and only as far as the sender of each
 * element is trusted. Each line is read separately, and nothing before an element can change the element's meaning.
 */
public final class ForwardedHeaders {

    /** The header that most proxies use. */
    public static final String X_FORWARDED_FOR = "X-Forwarded-For";

    private static final String FORWARDED = "Forwarded";

    private final List<IpAddresses.Block> trusted;
    private final String header;

    /**
     * @param header the header that the proxies append to; {@code Forwarded} is read as RFC 7239 says
     */
    public ForwardedHeaders(List<IpAddresses.Block> trusted, String header) {
        this.trusted = List.copyOf(trusted);
        this.header = header;
    }

    /** {@return the client's address: the farthest one that is named by a trusted proxy} */
    InetSocketAddress clientOf(InetSocketAddress peer, Map<String, List<String>> headers) {
        if (!isTrusted(peer.getAddress())) {
            return peer;
        }
        List<String> values = headers.getOrDefault(header, List.of());
        boolean standard = header.equalsIgnoreCase(FORWARDED);
        InetSocketAddress client = peer;
        for (int i = values.size() - 1; i >= 0; i--) {
            for (String hop : standard ? forwarded(values.get(i)) : listed(values.get(i))) {
                InetSocketAddress address = isTrusted(client.getAddress()) ? IpAddresses.parseWithPort(hop) : null;
                if (address == null) {
                    return client;
                }
                client = address;
            }
        }
        return client;
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    /** {@return the elements of a list, the last first} */
    private static List<String> listed(String value) {
        List<String> parts = HttpSyntax.list(List.of(value));
        Collections.reverse(parts);
        return parts;
    }

    /**
     * {@return the {@code for} parameter of each element, the last first; empty if it has none (RFC 7239 section 4)}
     */
    private static List<String> forwarded(String value) {
        List<String> hops = new ArrayList<>();
        ForwardedParser reader = new ForwardedParser(value);
        for (String hop = reader.next(); hop != null; hop = reader.next()) {
            hops.add(hop);
        }
        return hops;
    }
}
