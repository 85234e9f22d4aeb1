package io.techops.broadcast.tyrus.server;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.nio.ChannelConfigurator;
import org.glassfish.grizzly.nio.NIOTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the options of a connection's socket through its channel. Grizzly's own configurator, still used for listening
 * sockets, makes a {@link java.net.Socket} for each channel, which stays as long as the channel.
 */
final class SocketSetup implements ChannelConfigurator {

    private static final Logger LOG = LoggerFactory.getLogger(SocketSetup.class);

    private final ChannelConfigurator forListening;

    SocketSetup(ChannelConfigurator forListening) {
        this.forListening = forListening;
    }

    @Override
    public void preConfigure(NIOTransport transport, SelectableChannel channel) throws IOException {
        if (channel instanceof SocketChannel) {
            channel.configureBlocking(false);
        } else {
            forListening.preConfigure(transport, channel);
        }
    }

    @Override
    public void postConfigure(NIOTransport transport, SelectableChannel channel) throws IOException {
        if (channel instanceof SocketChannel socket) {
            try {
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            } catch (IOException e) {
                LOG.debug("The client has gone already: {}", e.toString());
            }
        } else {
            forListening.postConfigure(transport, channel);
        }
    }
}
