package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.ssl.SSLBaseFilter;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;
import org.jspecify.annotations.Nullable;

/**
 * Puts the parts of a handshake together, and into Grizzly's filter chains: a strict parser on every port, and behind
 * it on the WebSocket port the way in.
 */
final class SocketChain implements AutoCloseable {

    private final BroadcastServer.Builder settings;
    private final Routes routes;
    private final SocketWatch watch;
    private final BooleanSupplier closing;
    private final @Nullable Decider decider;

    /**
     * @param closing whether the server is going away
     */
    SocketChain(BroadcastServer.Builder settings, Routes routes, SocketWatch watch, BooleanSupplier closing) {
        this.settings = settings;
        this.routes = routes;
        this.watch = watch;
        this.closing = closing;
        this.decider = settings.handshakePolicy == null ? null : new Decider(settings.handshakePolicy);
    }

    private boolean secure() {
        return settings.tls != null;
    }

    /** Sets up the chain of a port that has only pages. */
    void addPages(NetworkListener listener, FilterChainBuilder chain) {
        setParsers(listener, chain, new Refuser(watch, secure(), cause -> { }), false);
    }

    /** Sets up the chain of the WebSocket port. */
    void addSockets(NetworkListener listener, FilterChainBuilder chain, PeerConnection.TyrusMaker tyrus,
            boolean withPages) {
        Refuser refuser = new Refuser(watch, secure(), routes::refused);
        RequestParser parser = setParsers(listener, chain, refuser, true);
        Entrance entrance = new Entrance(routes, new Origins(settings.origins),
                new Proxies(settings.trustedProxies, settings.clientAddressHeader),
                new Places(settings.maxPeers, settings.maxPeersPerAddress));
        ChunkPool pool = new ChunkPool();
        Function<Batch, WireBatch> encoder = batch -> WireBatch.encode(batch, pool);
        IdleTimeoutFilter idle = (IdleTimeoutFilter) chain.get(chain.indexOfType(IdleTimeoutFilter.class));
        FilterChain frames = FilterChainBuilder.stateless().add(new SocketFilter(withPages ? idle : null)).build();
        Admission admission = new Admission(new Admission.Parts(tyrus, watch, encoder, frames, secure(), withPages,
                settings.maxMessageBytes));
        chain.add(chain.indexOfType(HttpServerFilter.class),
                new UpgradeFilter(entrance, decider, admission, refuser, withPages));
        if (!withPages && !secure() && decider == null) {
            ((SelectorDistributor) listener.getTransport().getNIOChannelDistributor())
                    .lead(new Doorway(parser, routes, entrance, admission, refuser, closing));
        }
        if (!withPages) {
            chain.remove(idle); // handshakes and peers have timeouts of their own
        }
    }

    private RequestParser setParsers(NetworkListener listener, FilterChainBuilder chain, Refuser refuser,
            boolean sockets) {
        RequestParser parser = new RequestParser(listener.getKeepAlive(), watch, refuser, settings.handshakeTimeout,
                closing, sockets);
        chain.set(chain.indexOfType(org.glassfish.grizzly.http.HttpServerFilter.class), parser);
        if (secure()) {
            chain.add(chain.indexOfType(SSLBaseFilter.class), new ClearTextFilter(refuser));
            chain.add(chain.indexOfType(SSLBaseFilter.class), new RecordFilter());
        }
        return parser;
    }

    /** Ends what still decides about handshakes. */
    @Override
    public void close() {
        if (decider != null) {
            decider.close();
        }
    }
}
