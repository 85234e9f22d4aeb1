package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.tyrus.frame.DeflateSettings;
import io.techops.broadcast.tyrus.handshake.ConnectionLimits;
import io.techops.broadcast.tyrus.handshake.ForwardedHeaders;
import io.techops.broadcast.tyrus.hosting.HostedEndpoint;
import io.techops.broadcast.tyrus.http.IpAddresses;
import io.techops.broadcast.tyrus.pages.PageSource;
import io.techops.broadcast.tyrus.resource.TokenCheck;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server, already checked.
 *
 * @param pages the pages of the page server; null if there is none
 * @param pagePeers whether pages can get the number of peers
 * @param engines makes the TLS engine of a connection; null if the ports have no TLS
 * @param policy the host application's decision about handshakes; null if everyone is accepted
 * @param replayLimits the bounds of what clients may ask for from the past
 * @param endpoints of the host application, none of which clash
 * @param streams whether there are event streams, of Server-Sent Events
 * @param publishers decides who may publish over HTTP; null if nothing can be published
 * @param compression how messages are compressed; null if they are not
 */
public record ServerSettings(BindHost host, int port, @Nullable PageSource pages, int pagePort,
        Duration pageIdleTimeout, boolean pagePeers, @Nullable Supplier<SSLEngine> engines, int maxMessageBytes,
        Duration handshakeTimeout, Admission admission, @Nullable HandshakePolicy policy,
        ReplayLimits replayLimits, List<HostedEndpoint> endpoints, boolean streams, @Nullable TokenCheck publishers,
        @Nullable DeflateSettings compression) {

    /** The rules for who may connect that need no code of the host application. */
    public record Admission(Set<String> origins, List<IpAddresses.Block> trustedProxies, String clientAddressHeader,
            int maxPeers, int maxPeersPerAddress) {

        static final Admission ANYONE = new Admission(Set.of(), List.of(), ForwardedHeaders.X_FORWARDED_FOR,
                ConnectionLimits.UNLIMITED, ConnectionLimits.UNLIMITED);
    }

    /** {@return these settings for a server on free ports of the loopback interface, which accepts everyone} */
    ServerSettings onLoopback() {
        return new ServerSettings(BindHost.parse("127.0.0.1"), 0, pages, 0, pageIdleTimeout, pagePeers, engines,
                maxMessageBytes, handshakeTimeout, Admission.ANYONE, null, ReplayLimits.standard(), List.of(), streams,
                null, compression);
    }

    boolean isSecure() {
        return engines != null;
    }

    InetSocketAddress address(int at) {
        return InetSocketAddress.createUnresolved(host.text(), at);
    }
}
