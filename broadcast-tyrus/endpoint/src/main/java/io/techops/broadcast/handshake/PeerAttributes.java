package io.techops.broadcast.handshake;

import io.techops.broadcast.AttributeKey;
import java.net.InetSocketAddress;
import java.security.Principal;

/**
 * The keys of the attributes that {@code BroadcastServer} and {@code BroadcastEndpoint} set in {@link
 * io.techops.broadcast.Peer#attributes}. Logs show these attributes, except {@link #QUERY}, and nothing else of a
 * request: no header, such as {@code Authorization} or {@code Cookie}, and no subprotocol that contains a token.
 *
 * <table>
 *   <caption>When an attribute is set</caption>
 *   <tr><th>key</th><th>{@code BroadcastServer}</th><th>{@code BroadcastEndpoint}</th></tr>
 *   <tr><td>{@link #PRINCIPAL}</td><td>with a client certificate</td><td>if the container has authenticated the
 *       request</td></tr>
 *   <tr><td>{@link #REMOTE_ADDRESS}</td><td>always</td><td>in {@code BroadcastServer}, Jetty and
 *       Undertow; in Tyrus's own server with port 0; in Tomcat with a policy that a
 *       {@code HandshakeFilter} asks</td></tr>
 *   <tr><td>{@link #PROXY_ADDRESS}</td><td>behind a trusted proxy</td><td>never</td></tr>
 *   <tr><td>{@link #PATH}</td><td>always</td><td>always</td></tr>
 *   <tr><td>{@link #QUERY}</td><td colspan="2">if the request has one</td></tr>
 *   <tr><td>{@link #TOPIC}</td><td colspan="2">where topics are served</td></tr>
 *   <tr><td>{@link #SUBPROTOCOL}</td><td colspan="2">if one was selected</td></tr>
 * </table>
 */
public final class PeerAttributes {

    /** The principal: the subject of the peer's certificate, or the user that the container has authenticated. */
    public static final AttributeKey<Principal> PRINCIPAL = AttributeKey.of("principal", Principal.class);

    /**
     * The address of the peer: the other end of the TCP connection, or, behind a trusted proxy of {@code
     * BroadcastServer}, the address that the proxy gives. The port is 0 if it is unknown. It is an IP address; no host
     * name is looked up.
     */
    public static final AttributeKey<InetSocketAddress> REMOTE_ADDRESS =
            AttributeKey.of("remoteAddress", InetSocketAddress.class);

    /** The address of the trusted proxy through which the peer connects; not set without such a proxy. */
    public static final AttributeKey<InetSocketAddress> PROXY_ADDRESS =
            AttributeKey.of("proxyAddress", InetSocketAddress.class);

    /**
     * The path of the request, as {@link HandshakeRequest#decodedPath} returns it, or as it was sent if that is null.
     * Logs at DEBUG contain the path, and so the name of a topic: do not put a token there.
     */
    public static final AttributeKey<String> PATH = AttributeKey.of("path", String.class);

    /** The query as it was sent, without the question mark. Not in logs, because it may contain a token. */
    public static final AttributeKey<String> QUERY = AttributeKey.secret("query", String.class);

    /** The name of the peer's topic. */
    public static final AttributeKey<String> TOPIC = AttributeKey.of("topic", String.class);

    /** The subprotocol that was selected. */
    public static final AttributeKey<String> SUBPROTOCOL = AttributeKey.of("subprotocol", String.class);

    private PeerAttributes() {
    }
}
