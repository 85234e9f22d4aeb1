package io.techops.broadcast.handshake;

import io.techops.broadcast.AttributeKey;
import java.net.InetSocketAddress;
import java.security.Principal;

/**
 * The keys under which {@code BroadcastServer} and {@code BroadcastEndpoint} keep what they know about a connection in
 * {@link io.techops.broadcast.Peer#attributes}. They are all that a log shows of a request, but for {@link #QUERY}:
 * never a header, such as {@code Authorization} or {@code Cookie}, nor a subprotocol that carries a token.
 *
 * <table>
 *   <caption>Who sets what</caption>
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

    /** Who the peer is: the subject of its certificate, or the one that the container has authenticated. */
    public static final AttributeKey<Principal> PRINCIPAL = AttributeKey.of("principal", Principal.class);

    /**
     * Where the peer connects from: the other end of the TCP connection, or, behind a trusted proxy of {@code
     * BroadcastServer}, what the proxy says of it. The port is 0 if it is not known. The address is an IP address: no
     * name was looked up.
     */
    public static final AttributeKey<InetSocketAddress> REMOTE_ADDRESS =
            AttributeKey.of("remoteAddress", InetSocketAddress.class);

    /** The trusted proxy through which the peer connects; not set without such a proxy. */
    public static final AttributeKey<InetSocketAddress> PROXY_ADDRESS =
            AttributeKey.of("proxyAddress", InetSocketAddress.class);

    /**
     * The path that the peer asked for, as {@link HandshakeRequest#decodedPath} has it; as it was sent where that is
     * null. A log at DEBUG has it, and a name of a topic is a part of it: no token belongs there.
     */
    public static final AttributeKey<String> PATH = AttributeKey.of("path", String.class);

    /** What followed the path after a question mark, as it was sent. Not in logs: it may hold a token. */
    public static final AttributeKey<String> QUERY = AttributeKey.secret("query", String.class);

    /** The name of the topic that the peer listens to. */
    public static final AttributeKey<String> TOPIC = AttributeKey.of("topic", String.class);

    /** The subprotocol that both sides speak. */
    public static final AttributeKey<String> SUBPROTOCOL = AttributeKey.of("subprotocol", String.class);

    private PeerAttributes() {
    }
}
